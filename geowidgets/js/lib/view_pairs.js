// Which pair a view shows and with which it compares it: the selection's, or ones of its own. No
// DOM.
import { briefPair, pairName } from "./words.js";

/** @typedef {[number, number]} Pair */
/** @typedef {{pin: Pair|null, compared: Pair|[]|null}} Pinned `compared` [] is none, null follows
 *   the selection */
/** @typedef {ReturnType<typeof createViewPairs>} ViewPairs */

/** @param {{columns: import("./columns_hub.js").ColumnsHub,
 *   selection: import("./selection_hub.js").SelectionHub, display: () => Pinned,
 *   change: (display: Partial<Pinned>) => void}} options */
export function createViewPairs({ columns, selection, display, change }) {
  const pinned = () => display().pin !== null;
  const ownCompared = () => display().compared !== null || pinned();
  const pair = () => display().pin ?? selection.state().reference;

  function compared() {
    const chosen = display().compared ?? selection.state().compared;
    return chosen?.length ? /** @type {Pair} */ (chosen) : null;
  }

  return {
    pair,
    compared,
    pinned,
    /** @param {Pair} of */
    name: (of) => pairName(columns.directory(), of),
    /** As a sentence can bear it. @param {Pair} of */
    brief: (of) => briefPair(columns.directory(), of),
    /** @param {Pair} next */
    choose(next) {
      if (pinned()) change({ pin: next });
      else selection.dispatch({ type: "set", reference: next });
    },
    /** @param {Pair|null} next */
    chooseCompared(next) {
      if (ownCompared()) change({ compared: next ?? [] });
      else selection.dispatch({ type: "set", compared: next });
    },
    /** Keep what is shown now, whatever the others show, or follow them again. */
    togglePin() {
      const kept = pinned() ? null : pair();
      change({ pin: kept, compared: kept && (compared() ?? []) });
    },
    /** Whether this view shows others after such a change of the selection.
     * @param {Set<string>} changed */
    follows: (changed) =>
      (changed.has("reference") && !pinned()) ||
      (changed.has("compared") && display().compared === null),
    /** Tells one state of the two from another. */
    key: () => JSON.stringify([pair(), compared()]),
    /** Why a pair that was not computed is not shown. @param {Pair} absent */
    absent(absent) {
      const { models } = columns.directory();
      const members = models[absent[0]]?.members ?? [];
      const name = members.length ? models[absent[0]].name : pairName(columns.directory(), absent);
      const why = columns.lacks(...absent);
      const out = members.length
        ? `one of its members: ${members.slice(0, 5).join(", ")}${members.length > 5 ? ", …" : "."}`
        : "another pair above, or run GeometryStore.compute(study, path) to fill it.";
      return `${name} ${why}. Choose ${out}`;
    },
  };
}

export const NOTHING_COMPUTED =
  "The store holds no computed pair yet. Run GeometryStore.compute(study, path) first.";

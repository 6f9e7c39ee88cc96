// What gestures and keys do to the selection.
import { has } from "./bits.js";
import { escapeAction, pickAction, toggleAction } from "./map_scene.js";
import { choosePair } from "./table_actions.js";

/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {import("./map_scene.js").Scene} Scene */
/** @typedef {import("./map_scene.js").Operation} Operation */
/** @typedef {[number, number]} Pair */

/** @param {{selection: import("./selection_hub.js").SelectionHub, points: () => Points|null,
 *   scene: () => Scene|null}} options */
export function createChoice({ selection, points, scene }) {
  /** The pairs when a drag began: what it adds to, and what Escape brings back.
   * @type {{text: string|null, mask: Uint32Array|null}|null} */
  let before = null;
  const total = () => selection.sizes().models * selection.sizes().benchmarks;
  const columns = () => selection.sizes().benchmarks;

  /** @param {number} i @returns {Pair} */
  function pairOf(i) {
    const here = points();
    return here ? [here.model[i], here.benchmark[i]] : [0, 0];
  }

  return {
    pairOf,
    /** The point of a pair, −1 where it has none. @param {Pair|null} pair */
    pointOf: (pair) => (pair ? (points()?.at(pair[0], pair[1]) ?? -1) : -1),
    /** A lasso or box. @param {number[]} inside @param {Operation} op @param {boolean} transient */
    pick(inside, op, transient) {
      const [here, now] = [points(), scene()];
      if (!here || !now) return;
      before ??= { text: selection.state().pairs, mask: selection.pairs() };
      const action = pickAction(here, columns(), total(), before.mask, now, inside, op);
      if (!transient) before = null;
      selection.dispatch(action, { transient });
    },
    /** Take a drag back that was not finished. */
    restore() {
      if (before) selection.dispatch({ type: "set", pairs: before.text });
      before = null;
    },
    /** A point as reference, or with the modifier as compared. @param {number} i
     * @param {boolean} compare */
    choose: (i, compare) => selection.dispatch(choosePair(selection.state(), pairOf(i), compare)),
    /** In or out of the selected pairs. @param {number} i */
    toggle(i) {
      const [here, now] = [points(), scene()];
      if (!here || !now) return;
      selection.dispatch(toggleAction(here, columns(), total(), selection.pairs(), now, i));
    },
    /** @param {number} i */
    selected(i) {
      const [m, b] = pairOf(i);
      const pairs = selection.pairs();
      return pairs !== null && has(pairs, m * columns() + b) === 1;
    },
    dropPairs() {
      if (selection.state().pairs !== null) selection.dispatch({ type: "set", pairs: null });
    },
    /** Escape. */
    drop() {
      const action = escapeAction(selection.state());
      if (action) selection.dispatch(action);
    },
    /** Two benchmarks alone, or again all of them. @param {Pair} pair @returns {boolean} whether
     * they are alone now */
    narrow(pair) {
      const focus = selection.state().benchmarks;
      const again = focus?.length === 2 && pair.every((b) => focus.includes(b));
      selection.dispatch({ type: "set", benchmarks: again ? null : pair });
      return !again;
    },
  };
}

// Which samples are chosen and which one is in focus: the selection's, or the view's own.
import * as bits from "./bits.js";
import { onTraits, writeTraits } from "./mount_view.js";

/** @typedef {import("./brush.js").Operation} Operation */
/** @typedef {{mask: () => Uint32Array|null, own: () => Uint32Array|null,
 *   publish: (mask: Uint32Array|null, transient: boolean) => void, focus: () => number,
 *   setFocus: (sample: number) => void, undo: () => void, redo: () => void,
 *   subscribe: (listener: (change: {transient: boolean, error: string}) => void) => void}} Choice
 *   `own` what this view has chosen, `focus` −1: none */

/** Through the shared selection, as one clause of this view.
 * @param {import("./selection_hub.js").SelectionHub} selection
 * @param {{view: string, set: string, n: () => number, signal: AbortSignal}} of
 * @returns {Choice} */
export function sharedChoice(selection, { view, set, n, signal }) {
  const clause = () => {
    const found = selection.clause(view);
    return found?.set === set ? found : undefined;
  };
  return {
    mask: () => selection.mask(set),
    own() {
      const found = clause();
      return found ? bits.fromBase64(found.mask, n()) : null;
    },
    publish(mask, transient) {
      if (!mask) {
        selection.dispatch({ type: "clear", view }, { transient });
        return;
      }
      const predicate = { kind: "samples", n: bits.count(mask) };
      const text = bits.toBase64(mask, n());
      selection.dispatch(
        { type: "clause", view, set, pair: null, predicate, mask: text },
        { transient },
      );
    },
    focus() {
      const { focus } = selection.state();
      return focus?.set === set ? focus.sample : -1;
    },
    setFocus: (sample) =>
      selection.dispatch({ type: "set", focus: sample < 0 ? null : { set, sample } }),
    undo: () => selection.dispatch({ type: "undo" }),
    redo: () => selection.dispatch({ type: "redo" }),
    subscribe: (listener) =>
      selection.subscribe(({ transient, error }) => listener({ transient, error }), { signal }),
  };
}

/** The view's own traits, where there is no selection.
 * @param {import("@anywidget/types").AnyModel} model @param {() => number} n
 * @param {AbortSignal} signal @returns {Choice} */
export function ownChoice(model, n, signal) {
  /** @type {((change: {transient: boolean, error: string}) => void)[]} */
  const listeners = [];
  /** A drag under way, of which the kernel hears when it ends. @type {{mask: Uint32Array|null}|null} */
  let dragged = null;
  /** @param {boolean} transient */
  const tell = (transient) => {
    for (const listener of listeners) listener({ transient, error: "" });
  };
  /** @type {{text: string|null, mask: Uint32Array|null}} */
  let known = { text: null, mask: null };
  function saved() {
    const text = model.get("mask");
    if (text !== known.text) {
      known = { text, mask: text === null ? null : bits.fromBase64(text, n()) };
    }
    return known.mask;
  }
  onTraits(model, ["mask", "focused"], () => tell(false), signal);
  return {
    mask: () => (dragged ? dragged.mask : saved()),
    own: saved,
    publish(mask, transient) {
      dragged = transient ? { mask } : null;
      if (!transient) writeTraits(model, { mask: mask && bits.toBase64(mask, n()) });
      tell(transient);
    },
    focus: () => model.get("focused") ?? -1,
    setFocus: (sample) => writeTraits(model, { focused: sample < 0 ? null : sample }),
    undo() {},
    redo() {},
    subscribe: (listener) => listeners.push(listener),
  };
}

/** What a gesture leaves chosen. @param {Uint32Array|null} before null: no choice
 * @param {Uint32Array} picked @param {Operation} op */
export function joined(before, picked, op) {
  if (!before || op === "replace") return picked;
  return op === "add" ? before.map((word, k) => word | picked[k]) : bits.andNot(before, picked);
}

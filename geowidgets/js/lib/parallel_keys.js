// The keyboard in the parallel coordinates view.
import { listenForViewKeys } from "./view_keys.js";

/** @typedef {{escape: () => void, undo: () => void, redo: () => void, step: (by: number) => void,
 *   end: (last: boolean) => void, shift: (by: number) => void, widen: (by: number) => void,
 *   reorder: (by: number) => void, type: () => void, clear: () => void, invert: () => void,
 *   hide: () => void}} On */

const STEP = 0.02; // of an axis, by one press

/** On an axis: arrows go to the next one, Shift+↑↓ moves its range, Shift+←→ narrows and widens it,
 * Alt+←→ moves the axis, Enter types the range, Delete drops it, I turns the axis over, H hides
 * it. Anywhere: the keys of every view.
 * @param {HTMLElement} root @param {On} on @param {AbortSignal} signal */
export function listenForKeys(root, on, signal) {
  /** @type {Record<string, () => void>} */
  const plain = {
    ArrowLeft: () => on.step(-1),
    ArrowRight: () => on.step(1),
    Home: () => on.end(false),
    End: () => on.end(true),
    Enter: on.type,
    Delete: on.clear,
    Backspace: on.clear,
    i: on.invert,
    h: on.hide,
  };
  /** @type {Record<string, () => void>} */
  const withShift = {
    ArrowUp: () => on.shift(STEP),
    ArrowDown: () => on.shift(-STEP),
    ArrowRight: () => on.widen(STEP),
    ArrowLeft: () => on.widen(-STEP),
  };
  /** @type {Record<string, () => void>} */
  const withAlt = { ArrowLeft: () => on.reorder(-1), ArrowRight: () => on.reorder(1) };

  /** @param {KeyboardEvent} event */
  function actionOf({ key, shiftKey, altKey, ctrlKey, metaKey }) {
    if (ctrlKey || metaKey) return undefined;
    if (altKey) return withAlt[key];
    return shiftKey && key in withShift ? withShift[key] : (plain[key] ?? plain[key.toLowerCase()]);
  }

  /** @param {KeyboardEvent} event @param {Element} target */
  function other(event, target) {
    const act = target.closest(".gw-parallel-axis") ? actionOf(event) : undefined;
    act?.();
    return act !== undefined;
  }

  listenForViewKeys(root, { ...on, other }, signal);
}

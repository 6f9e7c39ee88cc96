// The keyboard in the parallel coordinates view.

/** @typedef {{escape: () => void, undo: () => void, redo: () => void, step: (by: number) => void,
 *   end: (last: boolean) => void, shift: (by: number) => void, widen: (by: number) => void,
 *   reorder: (by: number) => void, type: () => void, clear: () => void, invert: () => void,
 *   hide: () => void}} On */

const STEP = 0.02; // of an axis, by one press

/** On an axis: arrows go to the next one, Shift+↑↓ moves its range, Shift+←→ narrows and widens it,
 * Alt+←→ moves the axis, Enter types the range, Delete drops it, I turns the axis over, H hides
 * it. Anywhere: Escape drops the view's brush, Ctrl+Z undoes.
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

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const { target, key } = event;
    if (!(target instanceof Element)) return;
    // In a field, these keys are the field's own.
    if (target.matches("input, select") && key !== "Escape") return;
    if (key === "Escape") {
      on.escape();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z") {
      if (event.shiftKey) on.redo();
      else on.undo();
      event.preventDefault();
      return;
    }
    const act = target.closest(".gw-parallel-axis") ? actionOf(event) : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  }

  root.addEventListener("keydown", pressed, { signal });
}

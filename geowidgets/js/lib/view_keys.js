// Keys that every sample view takes: Escape drops its brush, Ctrl+Z undoes, Ctrl+Shift+Z redoes.

/** @param {HTMLElement} root
 * @param {{escape: () => void, undo: () => void, redo: () => void,
 *   other: (event: KeyboardEvent, target: Element) => boolean}} on `other` takes the view's own
 *   keys and says whether it did
 * @param {AbortSignal} signal */
export function listenForViewKeys(root, on, signal) {
  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const { target, key } = event;
    if (!(target instanceof Element)) return;
    // In a field, these keys are the field's own.
    if (target.matches("input, select") && key !== "Escape") return;
    if (key === "Escape") {
      on.escape();
    } else if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z") {
      if (event.shiftKey) on.redo();
      else on.undo();
      event.preventDefault();
    } else if (on.other(event, target)) {
      event.preventDefault();
    }
  }

  root.addEventListener("keydown", pressed, { signal });
}

// The keyboard in the attribution grid.

/** @typedef {{move: (right: number, down: number, fine: boolean) => void, sample: (by: number) => void,
 *   hold: () => void, escape: () => void, undo: () => void, redo: () => void}} On */

/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** @type {Record<string, number>} */
const SAMPLES = { PageUp: -1, PageDown: 1, "[": -1, "]": 1 };

/** On the maps arrows move the place by a stride (with Shift by a pixel) and Enter holds it;
 * anywhere Page keys and brackets go to another sample, Escape lets go, Ctrl+Z undoes.
 * @param {HTMLElement} root @param {HTMLElement} stage @param {On} on @param {AbortSignal} signal */
export function listenForKeys(root, stage, on, signal) {
  /** @param {KeyboardEvent} event */
  function acted({ key, target, ctrlKey, metaKey, altKey, shiftKey }) {
    if (ctrlKey || metaKey || altKey) {
      if (key.toLowerCase() !== "z" || altKey) return false;
      if (shiftKey) on.redo();
      else on.undo();
    } else if (key in SAMPLES) on.sample(SAMPLES[key]);
    else if (key === "Escape") on.escape();
    else if (target === stage && key in ARROWS) {
      on.move(...ARROWS[key], shiftKey);
    } else if (target === stage && key === "Enter") on.hold();
    else return false;
    return true;
  }

  root.addEventListener(
    "keydown",
    (event) => {
      const { target, key } = event;
      if (!(target instanceof Element)) return;
      // In a field, these keys are the field's own.
      if (target.matches("input, select") && key !== "Escape") return;
      if (acted(event)) event.preventDefault();
    },
    { signal },
  );
}

// The keyboard in the similarity map.

/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** @param {HTMLElement} root @param {SVGSVGElement} over
 * @param {{escape: () => void, undo: () => void, redo: () => void,
 *   step: (direction: [number, number]) => void, pick: (compare: boolean) => void,
 *   toggle: () => void, zoom: (factor: number) => void, fit: () => void}} on
 * @param {AbortSignal} signal */
export function listenForKeys(root, over, on, signal) {
  /** @param {KeyboardEvent} event */
  function onMap(event) {
    const { key } = event;
    if (key in ARROWS) on.step(ARROWS[key]);
    else if (key === "Enter") on.pick(event.shiftKey);
    else if (key === " ") on.toggle();
    else if (key === "+" || key === "=") on.zoom(1.5);
    else if (key === "-") on.zoom(1 / 1.5);
    else if (key === "0") on.fit();
    else return false;
    return true;
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const { target, key } = event;
    if (!(target instanceof Element)) return;
    if (key === "Escape") {
      const menu = target.closest("details.gw-menu");
      if (menu instanceof HTMLDetailsElement && menu.open) menu.open = false;
      else on.escape();
      return;
    }
    // In a list, these keys are the list's own.
    if (target.matches("input, select")) return;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z") {
      if (event.shiftKey) on.redo();
      else on.undo();
      event.preventDefault();
    } else if (over.contains(target) && !event.ctrlKey && !event.metaKey && onMap(event)) {
      event.preventDefault();
    }
  }

  root.addEventListener("keydown", pressed, { signal });
}

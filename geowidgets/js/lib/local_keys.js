// The keyboard in the local geometry view.
import { listenForViewKeys } from "./view_keys.js";

/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Beside the keys of every view: on a panel arrows move on, Enter opens its class, Space
 * picks it (with Shift: adds it).
 * @param {HTMLElement} root
 * @param {{escape: () => void, undo: () => void, redo: () => void, pick: (add: boolean) => void,
 *   open: () => void, step: (right: number, down: number) => void}} on
 * @param {AbortSignal} signal */
export function listenForKeys(root, on, signal) {
  /** @param {KeyboardEvent} event @param {Element} target */
  function onPanel(event, target) {
    if (!target.closest(".gw-local-panel")) return false;
    if (event.key === " ") {
      on.pick(event.shiftKey);
      return true;
    }
    if (event.key === "Enter") {
      on.open();
      return true;
    }
    if (!(event.key in ARROWS)) return false;
    on.step(...ARROWS[event.key]);
    return true;
  }

  listenForViewKeys(root, { ...on, other: onPanel }, signal);
}

// The keyboard in a weight graph.

/** @param {HTMLElement} root
 * @param {{escape: () => void, play: () => void, step: (by: number) => void,
 *   to: (end: "first"|"last") => void, walk: (by: number) => void, toggle: () => void,
 *   component: () => void}} on
 * @param {AbortSignal} signal */
export function listenForGraphKeys(root, on, signal) {
  /** @type {Record<string, () => void>} */
  const keys = {
    " ": on.play,
    ArrowLeft: () => on.step(-1),
    ArrowRight: () => on.step(1),
    ArrowUp: () => on.walk(-1),
    ArrowDown: () => on.walk(1),
    Home: () => on.to("first"),
    End: () => on.to("last"),
    Enter: on.toggle,
    c: on.component,
  };

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const { target, key } = event;
    if (!(target instanceof Element)) return;
    if (key === "Escape") {
      on.escape();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // In a slider, arrows are its own; a button's Space and Enter press it.
    const own = target.matches("input, select, button, summary");
    const plays = key === " " && target.matches("input[type=range]");
    if (own && !plays) return;
    const act = keys[key.length === 1 ? key.toLowerCase() : key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  root.addEventListener("keydown", pressed, { signal });
}

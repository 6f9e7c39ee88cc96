// When a view draws: at most once a frame, and anew when its width changes.

/** @param {(todo: Set<string>) => void} draw gets everything that was asked for since
 * @param {AbortSignal} signal @returns {(what: string) => void} asks for a drawing */
export function createFrames(draw, signal) {
  let frame = 0;
  /** @type {Set<string>} */
  let pending = new Set();

  function run() {
    frame = 0;
    const todo = pending;
    pending = new Set();
    if (!signal.aborted) draw(todo);
  }

  signal.addEventListener("abort", () => cancelAnimationFrame(frame));
  return (what) => {
    pending.add(what);
    frame ||= requestAnimationFrame(run);
  };
}

/** Calls when the width is another than the one drawn; the picture's own height changes the box,
 * too, and asks for nothing.
 * @param {HTMLElement} box @param {() => number} drawn @param {() => void} changed
 * @param {AbortSignal} signal */
export function followWidth(box, drawn, changed, signal) {
  const resize = new ResizeObserver(() => {
    if (Math.floor(box.clientWidth) !== drawn()) changed();
  });
  resize.observe(box);
  signal.addEventListener("abort", () => resize.disconnect());
}

// The pointer on the axes: draw, move and resize ranges, drag names, point at lines.

/** @typedef {import("./parallel_frame.js").OneAxis} OneAxis */
/** @typedef {{id: string, part: string}} Grip */
/** @typedef {{range: (grip: Grip, from: number, to: number, finished: boolean) => void,
 *   click: (grip: Grip) => void, clear: (id: string|null) => void, cancel: () => void,
 *   drag: (id: string, x: number) => void, drop: (id: string, x: number) => void,
 *   hover: (point: [number, number]|null) => void, pick: (point: [number, number]) => void}} On */

const CLICK = 3; // pixels that a hand moves while it clicks
const RANGE_PARTS = ["area", "move", "low", "high"];

/** @param {SVGSVGElement} target @param {On} on @param {AbortSignal} signal */
export function listenForGestures(target, on, signal) {
  /** @type {{grip: Grip|null, start: [number, number], far: boolean, id: number}|null} */
  let press = null;
  /** @type {Grip|null} */
  let last = null;

  /** @param {MouseEvent} event @returns {[number, number]} */
  function point(event) {
    const box = target.getBoundingClientRect();
    const scale = box.width ? Number(target.getAttribute("width")) / box.width : 1;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  /** @param {Event} event @returns {Grip|null} */
  function gripOf({ target: under }) {
    if (!(under instanceof Element)) return null;
    const part = /** @type {SVGElement|null} */ (under.closest("[data-part]"))?.dataset.part;
    const id = /** @type {SVGElement|null} */ (under.closest("[data-axis]"))?.dataset.axis;
    return part && id !== undefined ? { id, part } : null;
  }

  /** @param {PointerEvent} event */
  function down(event) {
    if (event.button !== 0) return;
    // Without this, the browser would select the page's text while the pointer moves.
    event.preventDefault();
    last = gripOf(event);
    press = { grip: last, start: point(event), far: false, id: event.pointerId };
    target.setPointerCapture(event.pointerId);
    on.hover(null);
  }

  /** @param {PointerEvent} event */
  function move(event) {
    if (!press) {
      on.hover(gripOf(event) ? null : point(event));
      return;
    }
    if (event.pointerId !== press.id) return;
    const [x, y] = point(event);
    press.far ||= Math.hypot(x - press.start[0], y - press.start[1]) >= CLICK;
    if (!press.far || !press.grip) return;
    const { grip, start } = press;
    if (grip.part === "title") on.drag(grip.id, x);
    else if (RANGE_PARTS.includes(grip.part)) on.range(grip, start[1], y, false);
  }

  /** @param {PointerEvent} event */
  function up(event) {
    if (!press || event.pointerId !== press.id) return;
    const { grip, start, far } = press;
    const [x, y] = point(event);
    press = null;
    if (!grip) {
      if (!far) on.pick([x, y]);
    } else if (!far) on.click(grip);
    else if (grip.part === "title") on.drop(grip.id, x);
    else if (RANGE_PARTS.includes(grip.part)) on.range(grip, start[1], y, true);
  }

  function cancel() {
    if (!press) return;
    press = null;
    on.cancel();
  }

  // The captured pointer's double click names no part, so the one last pressed counts.
  function double() {
    const grip = last;
    if (!grip) on.clear(null);
    else if (RANGE_PARTS.includes(grip.part)) on.clear(grip.id);
  }

  target.addEventListener("pointerdown", down, { signal });
  target.addEventListener("pointermove", move, { signal });
  target.addEventListener("pointerup", up, { signal });
  target.addEventListener("pointercancel", cancel, { signal });
  target.addEventListener("pointerleave", () => !press && on.hover(null), { signal });
  target.addEventListener("dblclick", double, { signal });
  return { cancel, dragging: () => press !== null };
}

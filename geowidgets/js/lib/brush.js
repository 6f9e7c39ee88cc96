// Pointer gestures over the panels: lasso, box, click, hover.

/** @typedef {{panel: number, x: number, y: number}} Spot CSS pixels within the drawing */
/** @typedef {"replace"|"add"|"subtract"} Operation */
/** @typedef {{path: [number, number][], panel: number, op: Operation}} Drag */

const CLICK = 4; // pixels that a hand moves while it clicks
const STEP = 3;

/** Add with Shift, subtract with Alt, Control or Command. @param {MouseEvent|KeyboardEvent} event
 * @returns {Operation} */
export function operation({ shiftKey, altKey, ctrlKey, metaKey }) {
  if (shiftKey) return "add";
  return altKey || ctrlKey || metaKey ? "subtract" : "replace";
}

/** @param {SVGSVGElement} target whose areas carry data-panel
 * @param {{start: (panel: number) => void, move: (drag: Drag) => void, end: (drag: Drag) => void, cancel: () => void,
 *   click: (spot: Spot, op: Operation) => void, hover: (spot: Spot|null) => void}} on
 * @param {AbortSignal} signal */
export function listenForBrush(target, on, signal) {
  /** @type {{start: Spot, path: [number, number][], op: Operation, far: boolean, id: number}|null} */
  let drag = null;

  /** @param {PointerEvent} event @returns {[number, number]} */
  function point(event) {
    const box = target.getBoundingClientRect();
    const scale = box.width ? Number(target.getAttribute("width")) / box.width : 1;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  /** @param {PointerEvent} event @returns {Spot|null} */
  function spot(event) {
    const area = event.target instanceof Element ? event.target.closest("[data-panel]") : null;
    if (!(area instanceof SVGElement)) return null;
    const [x, y] = point(event);
    return { panel: Number(area.dataset.panel), x, y };
  }

  const current = () => {
    if (!drag) throw new Error("no drag is under way");
    return { path: drag.path, panel: drag.start.panel, op: drag.op };
  };

  /** @param {PointerEvent} event */
  function down(event) {
    const start = event.button === 0 ? spot(event) : null;
    if (!start) return;
    // Without this, the browser would select the page's text while the pointer moves.
    event.preventDefault();
    const op = operation(event);
    drag = { start, path: [[start.x, start.y]], op, far: false, id: event.pointerId };
    target.setPointerCapture(event.pointerId);
    on.start(start.panel);
    on.hover(null);
  }

  /** @param {PointerEvent} event */
  function move(event) {
    if (!drag) {
      on.hover(spot(event));
      return;
    }
    if (event.pointerId !== drag.id) return;
    const [x, y] = point(event);
    const [lastX, lastY] = drag.path[drag.path.length - 1];
    drag.far ||= Math.hypot(x - drag.start.x, y - drag.start.y) >= CLICK;
    if (!drag.far || Math.hypot(x - lastX, y - lastY) < STEP) return;
    drag.path.push([x, y]);
    on.move(current());
  }

  /** @param {PointerEvent} event */
  function up(event) {
    if (!drag || event.pointerId !== drag.id) return;
    const { start, op, far } = drag;
    const finished = current();
    drag = null;
    if (far) on.end(finished);
    else on.click(start, op);
  }

  function cancel() {
    if (!drag) return;
    drag = null;
    on.cancel();
  }

  target.addEventListener("pointerdown", down, { signal });
  target.addEventListener("pointermove", move, { signal });
  target.addEventListener("pointerup", up, { signal });
  target.addEventListener("pointercancel", cancel, { signal });
  target.addEventListener("pointerleave", () => !drag && on.hover(null), { signal });
  return { cancel, dragging: () => drag !== null };
}

// Pointer gestures in the graph: drag a node, draw a lasso, click, hover.
import { listenForBrush, operation } from "./brush.js";
import { forEachInside, thin } from "./shapes.js";

/** @typedef {import("./brush.js").Operation} Operation */

const CLICK = 4; // pixels that a hand moves while it clicks

/** @param {{over: SVGSVGElement, nearest: (x: number, y: number) => number,
 *   places: () => {x: Float32Array, y: Float32Array}, visible: () => Uint8Array|null,
 *   begin: () => void, hold: (i: number, x: number, y: number) => void,
 *   release: (i: number) => void, pick: (inside: number[], op: Operation, transient: boolean) => void,
 *   restore: () => void, hover: (i: number, spot: [number, number]|null) => void,
 *   lasso: (path: [number, number][]|null) => void, component: (i: number) => void,
 *   signal: AbortSignal}} on */
export function listenForGraph(on) {
  const { over, signal } = on;
  /** @type {{unit: number, id: number, x: number, y: number, far: boolean}|null} */
  let held = null;

  /** @param {MouseEvent} event @returns {[number, number]} */
  function place(event) {
    const box = over.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {PointerEvent} event */
  function down(event) {
    const [x, y] = place(event);
    const unit = event.button === 0 ? on.nearest(x, y) : -1;
    if (unit < 0) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // else a lasso would begin, too
    over.setPointerCapture(event.pointerId);
    held = { unit, id: event.pointerId, x, y, far: false };
    on.begin();
  }

  /** @param {PointerEvent} event */
  function move(event) {
    if (event.pointerId !== held?.id) return;
    event.stopImmediatePropagation();
    const [x, y] = place(event);
    held.far ||= Math.hypot(x - held.x, y - held.y) >= CLICK;
    if (held.far) on.hold(held.unit, x, y);
  }

  /** @param {PointerEvent} event */
  function up(event) {
    if (event.pointerId !== held?.id) return;
    event.stopImmediatePropagation();
    const { unit, far } = held;
    held = null;
    if (far) on.release(unit);
    else on.pick([unit], operation(event), false);
  }

  over.addEventListener("pointerdown", down, { signal });
  over.addEventListener("pointermove", move, { signal });
  over.addEventListener("pointerup", up, { signal });
  over.addEventListener("pointercancel", cancel, { signal });
  over.addEventListener(
    "dblclick",
    (event) => {
      const unit = on.nearest(...place(event));
      if (unit >= 0) on.component(unit);
    },
    { signal },
  );

  function cancel() {
    if (held?.far) on.release(held.unit);
    held = null;
  }

  /** @param {[number, number][]} path */
  function inside(path) {
    const visible = on.visible();
    /** @type {number[]} */
    const found = [];
    if (!visible) return found;
    const shown = Uint32Array.from(visible.keys()).filter((i) => visible[i]);
    const shape = /** @type {const} */ ({ kind: "lasso", points: thin(path, 400) });
    forEachInside(/** @type {any} */ (shape), on.places(), shown, (i) => found.push(i));
    return found;
  }

  const brush = listenForBrush(
    over,
    {
      start: on.begin,
      move({ path, op }) {
        on.lasso(path);
        on.pick(inside(path), op, true);
      },
      end({ path, op }) {
        on.lasso(null);
        on.pick(inside(path), op, false);
      },
      cancel() {
        on.lasso(null);
        on.restore();
      },
      click: (_, op) => on.pick([], op, false),
      hover(spot) {
        on.hover(spot ? on.nearest(spot.x, spot.y) : -1, spot && [spot.x, spot.y]);
      },
    },
    signal,
  );
  return {
    dragging: () => brush.dragging() || held !== null,
    cancel() {
      cancel();
      brush.cancel();
    },
  };
}

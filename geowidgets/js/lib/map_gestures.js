// Pointer gestures on the map: lasso, box, click, hover, pan and zoom.
import { listenForBrush } from "./brush.js";
import { panned, toLayout, zoomAt } from "./map_frame.js";
import { forEachInside, thin } from "./shapes.js";

/** @typedef {import("./map_frame.js").Frame} Frame */
/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {import("./brush.js").Operation} Operation */

const NOTCH = 1.0015; // zoom a pixel of the wheel

/** @param {{over: SVGSVGElement, gesture: () => string, points: () => Points|null,
 *   present: () => Uint32Array, frame: () => Frame, fitted: () => number,
 *   setFrame: (frame: Frame) => void, begin: () => void,
 *   pick: (inside: number[], op: Operation, transient: boolean) => void, restore: () => void,
 *   click: (x: number, y: number, event: Operation) => void,
 *   hover: (at: [number, number]|null) => void,
 *   outline: (path: [number, number][]|null, box: boolean) => void, signal: AbortSignal}} on */
export function listenForGestures(on) {
  const { over, signal } = on;
  /** The frame when panning began. @type {Frame|null} */
  let held = null;

  /** @param {import("./brush.js").Drag} drag @param {boolean} transient */
  function select({ path, op }, transient) {
    const points = on.points();
    if (!points) return;
    const box = on.gesture() === "box";
    const corners = thin(path, 400).map((point) => toLayout(on.frame(), point));
    const [[x0, y0], [x1, y1]] = [corners[0], corners[corners.length - 1]];
    const shape = box
      ? /** @type {const} */ ({ kind: "box", x: [x0, x1], y: [y0, y1] })
      : /** @type {const} */ ({ kind: "lasso", points: corners });
    /** @type {number[]} */
    const inside = [];
    forEachInside(/** @type {any} */ (shape), points, on.present(), (i) => inside.push(i));
    on.outline(transient ? path : null, box);
    on.pick(inside, op, transient);
  }

  /** @param {import("./brush.js").Drag} drag */
  function pan({ path }) {
    held ??= on.frame();
    const [[x0, y0], [x1, y1]] = [path[0], path[path.length - 1]];
    on.setFrame(panned(held, x1 - x0, y1 - y0));
  }

  const panning = () => on.gesture() === "pan";
  const brush = listenForBrush(
    over,
    {
      start: on.begin,
      move: (drag) => (panning() ? pan(drag) : select(drag, true)),
      end(drag) {
        if (panning()) pan(drag);
        else select(drag, false);
        held = null;
      },
      cancel() {
        if (held) on.setFrame(held);
        else on.restore();
        held = null;
        on.outline(null, false);
      },
      click: ({ x, y }, op) => on.click(x, y, op),
      hover: (spot) => on.hover(spot && [spot.x, spot.y]),
    },
    signal,
  );

  /** The wheel alone scrolls the page, as everywhere in a notebook. @param {WheelEvent} event */
  function wheel(event) {
    if (!panning() && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const factor = NOTCH ** (-event.deltaY * lines);
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    on.setFrame(zoomAt(on.frame(), factor, x, y, on.fitted()));
  }
  over.addEventListener("wheel", wheel, { signal, passive: false });

  return brush;
}

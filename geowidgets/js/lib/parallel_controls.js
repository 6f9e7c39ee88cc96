// Pointer and keyboard on the axes, turned into ranges, orders and looks.
import { moveAxis, toggled } from "./parallel_axes.js";
import { listenForGestures } from "./parallel_gestures.js";
import { listenForKeys } from "./parallel_keys.js";

/** @typedef {import("./parallel_view.js").Display} Display */
/** @typedef {[number, number]} Point */

/** @param {HTMLElement} root @param {SVGSVGElement} target
 * @param {{drawing: ReturnType<typeof import("./parallel_drawing.js").createDrawing>,
 *   brush: ReturnType<typeof import("./parallel_brush.js").createBrush>,
 *   display: () => Display, change: (display: Partial<Display>) => void,
 *   all: () => import("./parallel_axes.js").Axis[], type: (id: string) => void,
 *   hover: (point: Point|null) => void, pick: (point: Point) => void,
 *   dispatch: (action: {type: string}) => void,
 *   attempt: <T extends any[]>(action: (...args: T) => void) => (...args: T) => void,
 *   signal: AbortSignal}} options `attempt` shows errors instead of throwing them */
export function listenForControls(root, target, options) {
  const { drawing, brush, display, change, all, attempt, signal } = options;
  const { frame } = drawing;
  const one = (/** @type {string} */ id) => frame.axes().find(({ axis }) => axis.id === id);
  const invert = (/** @type {string} */ id) =>
    change({ inverted: toggled(display().inverted, id) });

  /** The next axis has the focus of one that goes away. @param {string} id */
  function hide(id) {
    step(1);
    change({ hidden: toggled(display().hidden, id) });
  }

  /** @param {number} by */
  function step(by) {
    const ids = frame.axes().map(({ axis }) => axis.id);
    frame.focus(ids[ids.indexOf(frame.current()) + by] ?? "");
  }

  /** @param {string} id @param {number} by */
  function reorder(id, by) {
    const ids = frame.axes().map(({ axis }) => axis.id);
    const next = ids[ids.indexOf(id) + by];
    if (next) change({ sequence: moveAxis(all(), id, next, by > 0) });
  }

  const pointer = listenForGestures(
    target,
    {
      range: attempt((grip, from, to, finished) => {
        const axis = one(grip.id);
        if (!axis) return;
        const before = brush.before(grip.id);
        brush.drag(grip.id, drawing.dragged(axis, grip.part, before, from, to), finished);
      }),
      click: attempt(({ id, part }) => {
        frame.focus(id);
        if (part === "invert") invert(id);
        else if (part === "hide") hide(id);
        else if (part === "area" && brush.reasons().axes[id]) brush.setRange(id, null);
      }),
      clear: attempt((id) => (id === null ? brush.clear() : brush.setRange(id, null))),
      cancel: () => {
        frame.showSlot(null);
        brush.cancel();
      },
      drag: (id, x) => frame.showSlot(drawing.slotAt(id, x)?.x ?? null),
      drop: (id, x) => {
        frame.showSlot(null);
        const slot = drawing.slotAt(id, x);
        if (slot) change({ sequence: moveAxis(all(), id, slot.id, slot.behind) });
      },
      hover: options.hover,
      pick: options.pick,
    },
    signal,
  );

  /** @param {(id: string, domain: [number, number]) => void} act */
  const onCurrent = (act) =>
    attempt(() => {
      const now = one(frame.current());
      if (now) act(now.axis.id, now.domain);
    });
  // Up is up on the screen, also where the axis is upside down.
  const turned = (/** @type {string} */ id, /** @type {number} */ by) =>
    display().inverted.includes(id) ? -by : by;

  listenForKeys(
    root,
    {
      escape: () => (pointer.dragging() ? pointer.cancel() : brush.clear()),
      undo: () => options.dispatch({ type: "undo" }),
      redo: () => options.dispatch({ type: "redo" }),
      step,
      end: (last) => frame.focus(frame.axes().at(last ? -1 : 0)?.axis.id ?? ""),
      shift: (by) => onCurrent((id, domain) => brush.shift(id, turned(id, by), domain))(),
      widen: (by) => onCurrent((id, domain) => brush.widen(id, by, domain))(),
      reorder: (by) => onCurrent((id) => reorder(id, by))(),
      type: onCurrent(options.type),
      clear: onCurrent((id) => brush.setRange(id, null)),
      invert: onCurrent(invert),
      hide: onCurrent(hide),
    },
    signal,
  );
}

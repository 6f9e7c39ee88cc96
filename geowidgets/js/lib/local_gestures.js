// The pointer over the panels: lasso, box, click and hover, turned into steps of the brush.
import { listenForBrush } from "./brush.js";
import { inverse } from "./scales.js";
import { rounded } from "./shapes.js";

/** @typedef {import("./local_dots.js").Panel} Panel */
/** @typedef {import("./local_clause.js").Step} Step */
/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {import("./brush.js").Spot} Spot */

/** @param {{target: SVGSVGElement, brush: import("./local_brush.js").LocalBrush,
 *   axes: {x: string, y: string}, mode: () => string, panels: () => Panel[],
 *   nearest: (k: number, x: number, y: number) => number, touched: (k: number) => void,
 *   picked: (sample: number) => void, hover: (sample: number, spot: Spot|null) => void,
 *   attempt: import("./view_parts.js").Status["attempt"], signal: AbortSignal}} options
 *   `attempt` shows errors instead of throwing them
 * @returns {{escape: () => boolean}} */
export function createGestures(options) {
  const { target, brush, axes, panels, attempt, signal } = options;

  /** @param {import("./brush.js").Drag} drag @returns {Step} */
  function stepOf({ path, panel: k, op }) {
    const panel = panels()[k];
    const { place, x, y, class: c } = panel;
    const on = ownAxes(panel);
    const toX = inverse(x, [place.left, place.left + place.width]);
    const toY = inverse(y, [place.top + place.height, place.top]);
    if (options.mode() === "box") {
      const [[x0, y0], [x1, y1]] = [path[0], path[path.length - 1]];
      const shape = /** @type {Shape} */ ({
        kind: "box",
        x: [toX(Math.min(x0, x1)), toX(Math.max(x0, x1))].map(rounded),
        y: [toY(Math.max(y0, y1)), toY(Math.min(y0, y1))].map(rounded),
      });
      return { op, class: c, ...on, shape };
    }
    const points = path.map(([px, py]) => /** @type {[number, number]} */ ([toX(px), toY(py)]));
    return { op, class: c, ...on, shape: { kind: "lasso", points } };
  }

  /** A panel's axes where they are not those of every clause. @param {Panel} panel */
  const ownAxes = ({ axes: { x, y } }) => (x === axes.x && y === axes.y ? {} : { x, y });

  /** @param {Spot} spot @param {import("./brush.js").Operation} op */
  function click({ panel, x, y }, op) {
    const sample = options.nearest(panel, x, y);
    if (sample < 0) {
      if (op === "replace") brush.clear();
      return;
    }
    const shape = /** @type {Shape} */ ({ kind: "sample", sample });
    brush.apply({ op, class: panels()[panel].class, ...ownAxes(panels()[panel]), shape });
    options.picked(sample);
  }

  const pointer = listenForBrush(
    target,
    {
      start: options.touched,
      move: attempt((drag) => brush.drag(stepOf(drag), false)),
      end: attempt((drag) => brush.drag(stepOf(drag), true)),
      cancel: brush.cancel,
      click: attempt(click),
      hover: (spot) => {
        const sample = spot ? options.nearest(spot.panel, spot.x, spot.y) : -1;
        options.hover(sample, spot);
      },
    },
    signal,
  );

  return {
    /** Leave the drag under way; false where there is none. */
    escape() {
      if (!pointer.dragging()) return false;
      pointer.cancel();
      return true;
    },
  };
}

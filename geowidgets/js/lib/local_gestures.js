// From gestures and typed ranges to this view's clause in the selection.
import { listenForBrush } from "./brush.js";
import {
  clauseAction,
  combine,
  compact,
  shapeMask,
  stepsMask,
  stepsOf,
  withStep,
} from "./local_clause.js";
import { inverse } from "./scales.js";
import { rounded } from "./shapes.js";

/** @typedef {import("./local_dots.js").Panel} Panel */
/** @typedef {import("./local_marks.js").Step} Step */
/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {import("./local_loader.js").Loaded} Loaded */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */

/** @param {{target: SVGSVGElement, selection: SelectionHub, viewId: string,
 *   axes: {x: string, y: string}, mode: () => string, loaded: () => Loaded|null,
 *   panels: () => Panel[], nearest: (k: number, x: number, y: number) => number,
 *   touched: (k: number) => void,
 *   hover: (sample: number, spot: import("./brush.js").Spot|null) => void,
 *   signal: AbortSignal}} options */
export function createGestures(options) {
  const { target, selection, viewId, axes, loaded, panels, signal } = options;
  /** The clause when a drag began: what it adds to, and what Escape brings back.
   * @type {{clause: import("./selection.js").Clause|undefined, steps: Step[],
   *   mask: Uint32Array|null}|null} */
  let start = null;

  /** This view's steps and mask, if they speak of the pair that is shown. */
  function own() {
    const clause = selection.clause(viewId);
    const here = loaded();
    const fits = clause && here && clause.pair?.join() === here.pair.join();
    if (!fits) return { clause, steps: [], mask: null };
    const steps = stepsOf(clause);
    return { clause, steps, mask: steps.length ? stepsMask(here.data, steps) : null };
  }

  /** @param {Step} step @param {boolean} transient */
  function apply(step, transient) {
    const here = loaded();
    if (!here) return;
    const before = start ?? own();
    const saved = { ...step, shape: compact(step.shape) };
    const steps = withStep(before.steps, saved);
    const { data, set, pair } = here;
    const mask = before.steps.length
      ? combine(before.mask, shapeMask(data, saved.class, saved.shape), saved.op)
      : stepsMask(data, steps);
    const n = data.n;
    selection.dispatch(clauseAction({ view: viewId, set, pair, axes, steps, mask, n }), {
      transient,
    });
  }

  /** @param {import("./brush.js").Drag} drag @returns {Step} */
  function stepOf({ path, panel: k, op }) {
    const { place, x, y, class: c } = panels()[k];
    const toX = inverse(x, [place.left, place.left + place.width]);
    const toY = inverse(y, [place.top + place.height, place.top]);
    if (options.mode() === "box") {
      const [[x0, y0], [x1, y1]] = [path[0], path[path.length - 1]];
      const shape = /** @type {Shape} */ ({
        kind: "box",
        x: [toX(Math.min(x0, x1)), toX(Math.max(x0, x1))].map(rounded),
        y: [toY(Math.max(y0, y1)), toY(Math.min(y0, y1))].map(rounded),
      });
      return { op, class: c, shape };
    }
    const points = path.map(([px, py]) => /** @type {[number, number]} */ ([toX(px), toY(py)]));
    return { op, class: c, shape: { kind: "lasso", points } };
  }

  /** @param {import("./brush.js").Drag} drag */
  function move(drag) {
    start ??= own();
    apply(stepOf(drag), true);
  }

  /** @param {import("./brush.js").Drag} drag */
  function end(drag) {
    start ??= own();
    apply(stepOf(drag), false);
    start = null;
  }

  /** Take a drag back that was not finished. */
  function cancel() {
    if (!start) return;
    const { clause } = start;
    start = null;
    selection.dispatch(clause ? { type: "clause", ...clause } : { type: "clear", view: viewId });
  }

  /** @param {import("./brush.js").Spot} spot @param {"replace"|"add"|"subtract"} op */
  function click({ panel, x, y }, op) {
    const sample = options.nearest(panel, x, y);
    if (sample < 0) {
      if (op === "replace") clear();
      return;
    }
    const shape = /** @type {Shape} */ ({ kind: "sample", sample });
    apply({ op, class: panels()[panel].class, shape }, false);
    const here = loaded();
    if (here) selection.dispatch({ type: "set", focus: { set: here.set, sample } });
  }

  const clear = () => selection.dispatch({ type: "clear", view: viewId });

  const brush = listenForBrush(
    target,
    {
      start: options.touched,
      move,
      end,
      cancel,
      click,
      hover: (spot) => {
        const sample = spot ? options.nearest(spot.panel, spot.x, spot.y) : -1;
        options.hover(sample, spot);
      },
    },
    signal,
  );

  return {
    clear,
    /** Escape: leave the drag under way, else drop the brush. */
    escape() {
      if (brush.dragging()) brush.cancel();
      else clear();
    },
    /** @param {import("./range_form.js").Ranges} ranges */
    applyRanges: ({ class: c, x, y, op }) =>
      apply({ op, class: c, shape: { kind: "box", x, y } }, false),
    /** Draw the same shapes on the pair that is shown now. */
    reapply() {
      const here = loaded();
      const clause = selection.clause(viewId);
      const steps = stepsOf(clause);
      if (!here || !steps.length) return;
      const { data, set, pair } = here;
      const mask = stepsMask(data, steps);
      const n = data.n;
      selection.dispatch(clauseAction({ view: viewId, set, pair, axes, steps, mask, n }));
    },
    /** This view's shapes, and whether they were drawn on another pair. */
    outline() {
      const clause = selection.clause(viewId);
      const here = loaded();
      const ghost = Boolean(clause && here && clause.pair?.join() !== here.pair.join());
      return { steps: stepsOf(clause), ghost, pair: clause?.pair ?? null };
    },
  };
}

// From gestures and typed ranges to this view's clause in the selection.
import { fromBase64 } from "./bits.js";
import { listenForBrush } from "./brush.js";
import {
  clauseAction,
  combine,
  compact,
  drawnOn,
  stepMask,
  stepsMask,
  stepsOf,
  withStep,
} from "./local_clause.js";
import { columnOf } from "./local_loader.js";
import { inverse } from "./scales.js";
import { rounded } from "./shapes.js";

/** @typedef {import("./local_dots.js").Panel} Panel */
/** @typedef {import("./local_clause.js").Step} Step */
/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {import("./local_loader.js").Loaded} Loaded */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */

/** @param {{target: SVGSVGElement, selection: SelectionHub, viewId: string,
 *   axes: {x: string, y: string}, mode: () => string, loaded: () => Loaded|null,
 *   panels: () => Panel[], nearest: (k: number, x: number, y: number) => number,
 *   touched: (k: number) => void, visible: () => string[]|null,
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
    const fits = clause && here && drawnOn(clause, here.pair, here.other?.pair ?? null);
    if (!fits) return { clause, steps: [], mask: null };
    const steps = stepsOf(clause);
    return { clause, steps, mask: steps.length ? fromBase64(clause.mask, here.data.n) : null };
  }

  /** What steps may need beside the pair's own scatter. @param {Loaded} here */
  const more = (here) => ({
    column: (/** @type {string} */ name) => columnOf(here, name),
    masks: here.masks,
  });

  /** @param {Loaded} here @param {Step[]} steps @param {Uint32Array} mask @param {boolean} transient */
  function publish({ set, pair, other, data }, steps, mask, transient) {
    const compared = other?.pair ?? null;
    selection.dispatch(
      clauseAction({ view: viewId, set, pair, axes, steps, mask, n: data.n, compared }),
      { transient },
    );
  }

  /** @param {Step} step @param {boolean} transient */
  function apply(step, transient) {
    const here = loaded();
    if (!here) return;
    const before = start ?? own();
    // What is hidden must not be picked along with what is seen.
    const reactions = here.masks && options.visible();
    const saved = {
      ...step,
      shape: compact(step.shape),
      ...(reactions ? { reactions } : {}),
    };
    const steps = withStep(before.steps, saved);
    const mask = before.steps.length
      ? combine(before.mask, stepMask(here.data, saved, more(here)), saved.op)
      : stepsMask(here.data, steps, more(here));
    publish(here, steps, mask, transient);
  }

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
    apply({ op, class: panels()[panel].class, ...ownAxes(panels()[panel]), shape }, false);
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
    /** Escape: leave the drag under way, else drop the brush; false where there is neither. */
    escape() {
      if (brush.dragging()) brush.cancel();
      else if (selection.clause(viewId)) clear();
      else return false;
      return true;
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
      publish(here, steps, stepsMask(here.data, steps, more(here)), false);
    },
    /** This view's shapes, and whether they were drawn on another pair. */
    outline() {
      const clause = selection.clause(viewId);
      const here = loaded();
      const ghost = Boolean(
        clause && here && !drawnOn(clause, here.pair, here.other?.pair ?? null),
      );
      return { steps: stepsOf(clause), ghost, pair: clause?.pair ?? null };
    },
  };
}

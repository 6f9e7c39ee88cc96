// What the grid is asked to show, found in the selection, and what of it is here. No DOM.
import { METHODS, mapKey, pictureKey } from "./grid_keys.js";
import { rowsOf } from "./grid_rows.js";
import { bound, METRICS } from "./grid_scale.js";

/** @typedef {import("./grid_scale.js").GridMap} GridMap */
/** @typedef {import("./columns_hub.js").Directory} Directory */
/** @typedef {{models: number[]|null, window: number|null, stride: number|null, fill: string,
 *   margin: string, contrast: string[], opacity: number}} Display */
/** @typedef {{benchmark: number, sample: number, set: string, rows: number[], beyond: number,
 *   methods: string[], settings: import("./grid_keys.js").Settings}} Target */
/** @typedef {{target: Target|null, why: string[]}} Found */

/** @param {Directory} directory @param {import("./selection.js").State} state
 * @param {Display} display @param {number} limit rows at most @returns {Found} */
export function findTarget(directory, state, display, limit) {
  const { models, benchmarks } = directory;
  if (!state.reference) {
    const why = "The store holds no computed pair yet. Run GeometryStore.compute(study, path).";
    return { target: null, why: [why] };
  }
  const benchmark = state.reference[1];
  const { set, name } = benchmarks[benchmark];
  const chosen = display.models ? { ...state, models: display.models } : state;
  const all = rowsOf(models, benchmarks.length, chosen);
  if (!all.length) {
    const how = "Choose some in another view, or give AttributionGrid(store, models=[…]).";
    return { target: null, why: ["No model is in focus.", how] };
  }
  if (!state.focus || state.focus.set !== set) {
    const first = state.focus
      ? `The sample in focus is one of ${state.focus.set}; ${name} shows samples of ${set}.`
      : "No sample is in focus yet.";
    const how = "Click a point or an image in another view, or one of the images above.";
    return { target: null, why: [first, how] };
  }
  const { window, stride, fill, margin } = display;
  const beside = METHODS.filter((method) => display.contrast.includes(method));
  const target = {
    ...{ benchmark, set, sample: state.focus.sample },
    ...{ rows: all.slice(0, limit), beyond: Math.max(0, all.length - limit) },
    methods: ["occlusion", ...beside],
    settings: { window, stride, fill, margin },
  };
  return { target, why: [] };
}

/** What to ask the kernel for: first every row's occlusion, then the gradients.
 * @param {Target} target */
export function wanted({ benchmark, sample, settings, rows, methods }) {
  const items = methods.flatMap((method) =>
    rows.map((m) => /** @type {[number, string]} */ ([m, method])),
  );
  return { benchmark, sample, settings, items, picture: true };
}

/** @param {Target} target @param {{peek: (key: string) => GridMap|undefined,
 *   problem: (key: string) => {message: string, absent: boolean}|undefined}} loader */
export function gather(target, loader) {
  const key = (/** @type {string} */ method, /** @type {number} */ row) =>
    mapKey(target, target.rows[row], method);
  const map = (/** @type {string} */ method, /** @type {number} */ row) =>
    loader.peek(key(method, row));
  const problem = (/** @type {string} */ method, /** @type {number} */ row) =>
    loader.problem(key(method, row));
  const rows = target.rows.map((_, row) => row);
  const there = target.methods.flatMap((method) => rows.flatMap((row) => map(method, row) ?? []));
  const problems = rows.flatMap((row) => problem("occlusion", row) ?? []);
  const picture = loader.peek(pictureKey(target));
  /** @type {Record<string, Record<string, number>>} */
  const scales = {};
  for (const method of target.methods) {
    const maps = rows.flatMap((row) => map(method, row) ?? []);
    scales[method] = Object.fromEntries(METRICS.map((metric) => [metric, bound(maps, metric)]));
  }
  const absent = problems.length === rows.length && problems.every((one) => one.absent);
  return { map, problem, there, picture, scales, absent: absent && !there.length };
}

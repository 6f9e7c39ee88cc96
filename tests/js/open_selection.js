// A selection in which nothing is chosen yet, and a hub over it with the wire replaced by lists.
import { createSelectionHub } from "../../geowidgets/js/lib/selection_hub.js";
import { createModel } from "./model.js";

export const FRESH = Object.freeze({
  revision: 0,
  models: null,
  benchmarks: null,
  pairs: null,
  classes: null,
  reference: [0, 0],
  compared: null,
  focus: null,
  clauses: [],
});

/** Two models, three benchmarks, two sets. */
export const SIZES = Object.freeze({
  models: 2,
  benchmarks: 3,
  classes: 4,
  sets: { test: 10, wild: 3 },
  benchmark_sets: ["test", "test", "wild"],
});

/** A view's selection of samples of the set "test". @param {string} view @param {string} mask */
export const clauseOf = (view, mask) => ({
  type: "clause",
  view,
  set: "test",
  pair: [0, 0],
  predicate: {},
  mask,
});

/** @param {Record<string, unknown>} [values] of the model, where they are to be others */
export function openSelection(values) {
  const history = { past: [], future: [] };
  const model = createModel({ state: FRESH, history, sizes: SIZES, error: "", ...values });
  const controller = new AbortController();
  return { model, controller, hub: createSelectionHub({ model, signal: controller.signal }) };
}

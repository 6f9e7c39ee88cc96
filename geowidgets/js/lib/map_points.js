// The map's points as they came from the kernel: where they lie and which pair each is. No DOM.
import { asColumn } from "./columns_hub.js";

/** @typedef {{n: number, x: Float32Array, y: Float32Array, model: Int32Array,
 *   benchmark: Int32Array, at: (model: number, benchmark: number) => number}} Points
 *   `at` the point of a pair, −1 where it has none */
/** @typedef {Record<string, {dtype: string, shape: number[], data: DataView}>} Arrays */

/** One of the arrays that travelled, or null. @param {Arrays} arrays @param {string} name */
export function readArray(arrays, name) {
  const saved = arrays?.[name];
  return saved ? asColumn(saved, saved.data) : null;
}

/** @param {Arrays} arrays @returns {Points|null} null as long as there is no map */
export function readPoints(arrays) {
  const model = /** @type {Int32Array|null} */ (readArray(arrays, "model"));
  const benchmark = /** @type {Int32Array|null} */ (readArray(arrays, "benchmark"));
  const layout = readArray(arrays, "layout");
  if (!model || !benchmark || !layout) return null;
  return createPoints(model, benchmark, layout);
}

/** @param {Int32Array} model @param {Int32Array} benchmark
 * @param {ArrayLike<number>} layout (point, 2) @returns {Points} */
export function createPoints(model, benchmark, layout) {
  const n = model.length;
  const x = Float32Array.from({ length: n }, (_, i) => layout[2 * i]);
  // Screens count downwards.
  const y = Float32Array.from({ length: n }, (_, i) => -layout[2 * i + 1]);
  const width = benchmark.reduce((most, b) => Math.max(most, b + 1), 0);
  const height = model.reduce((most, m) => Math.max(most, m + 1), 0);
  const places = new Int32Array(width * height).fill(-1);
  for (let i = 0; i < n; i++) places[model[i] * width + benchmark[i]] = i;
  return {
    n,
    x,
    y,
    model,
    benchmark,
    at: (m, b) => (b < width ? (places[m * width + b] ?? -1) : -1),
  };
}

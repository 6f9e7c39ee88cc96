// One symmetric scale a metric across rows, and numbers as they stand beside it.
import { metricInfo } from "./words.js";

/** @typedef {{metrics: string[], shape: number[], values: Float32Array, baseline: (number|null)[],
 *   prediction: number, probability: number|null, made: import("./grid_keys.js").Settings}} GridMap */

/** Columns as in the paper's Fig. 6. */
export const METRICS = /** @type {const} */ (["length", "angle", "margin", "probability"]);

/** The largest |change| of a metric over all maps; 0 where nothing is known.
 * @param {GridMap[]} maps @param {string} metric */
export function bound(maps, metric) {
  let largest = 0;
  for (const map of maps) {
    const plane = planeOf(map, metric);
    for (let p = 0; plane && p < plane.length; p++) {
      const size = Math.abs(plane[p]);
      if (size > largest && size < Infinity) largest = size;
    }
  }
  return largest;
}

/** One metric's values in row-major order, or null where the map has none.
 * @param {GridMap} map @param {string} metric */
export function planeOf({ metrics, shape, values }, metric) {
  const k = metrics.indexOf(metric);
  const size = shape[1] * shape[2];
  return k < 0 ? null : values.subarray(k * size, (k + 1) * size);
}

/** The value at a place, NaN where there is none.
 * @param {GridMap} map @param {string} metric @param {{x: number, y: number}} place */
export function valueAt(map, metric, { x, y }) {
  const [, height, width] = map.shape;
  if (x < 0 || y < 0 || x >= width || y >= height) return Number.NaN;
  return planeOf(map, metric)?.[y * width + x] ?? Number.NaN;
}

/** The metric of the image as it is. @param {GridMap} map @param {string} metric */
export function baselineOf(map, metric) {
  return map.baseline[map.metrics.indexOf(metric)] ?? Number.NaN;
}

/** A change with its sign, as exactly as its scale asks for.
 * @param {string} metric @param {number} value @param {number} scale the largest |change| */
export function change(metric, value, scale) {
  if (!Number.isFinite(value)) return "no value";
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  return `${sign}${Math.abs(value).toFixed(digits(scale))}${metricInfo(metric).unit}`;
}

/** The metric of the image as it is, with as many decimals as its changes have.
 * @param {string} metric @param {number} value @param {number} scale the largest |change| */
export function asItIs(metric, value, scale) {
  if (!Number.isFinite(value)) return "no value";
  const text = value.toFixed(scale > 0 ? digits(scale) : metricInfo(metric).digits);
  // What rounds to nothing has no sign.
  return `${Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−")}${metricInfo(metric).unit}`;
}

/** Decimals that leave three significant digits of the scale; at most six.
 * @param {number} scale */
export function digits(scale) {
  if (!(scale > 0)) return 0;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(scale))));
}

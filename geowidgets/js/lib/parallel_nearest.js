// The line under the pointer. No DOM.
import { NO_ROW } from "./parallel_lines.js";

/** @typedef {{x0: number, x1: number, left: number, right: number}} Span CSS pixels between two
 *   axes, which are `left` and `right` */

/** The sample whose line passes nearest to (x, row), within `reach` rows, or −1; of several the
 * first. @param {Span[]} spans @param {Uint16Array[]} rows every sample's row, axis by axis
 * @param {Uint32Array} samples @param {number} x CSS pixels @param {number} row
 * @param {number} reach */
export function nearestLine(spans, rows, samples, x, row, reach) {
  const span = spans.find(({ x0, x1 }) => x >= x0 && x < x1);
  if (!span) return -1;
  const along = (x - span.x0) / (span.x1 - span.x0);
  const [a, b] = [rows[span.left], rows[span.right]];
  let best = -1;
  let least = reach;
  for (let k = 0; k < samples.length; k++) {
    const i = samples[k];
    if (a[i] === NO_ROW || b[i] === NO_ROW) continue;
    const distance = Math.abs(a[i] + (b[i] - a[i]) * along - row);
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

/** One sample's line over all axes as path data: broken where it has no value and between axes
 * of another kind. @param {Span[]} spans @param {Uint16Array[]} rows
 * @param {number} i @param {number} top CSS pixels @param {number} ratio raster rows a CSS pixel */
export function linePath(spans, rows, i, top, ratio) {
  const height = (/** @type {number} */ axis) => (top + (rows[axis][i] + 0.5) / ratio).toFixed(1);
  return spans
    .filter(({ left, right }) => rows[left][i] !== NO_ROW && rows[right][i] !== NO_ROW)
    .map(({ x0, x1, left, right }) => {
      return `M${x0} ${height(left)}L${x1} ${height(right)}`;
    })
    .join("");
}

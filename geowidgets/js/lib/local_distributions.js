// Distributions of one or two pairs on one axis, as outlines.
import { svg } from "./elements.js";
import { STRIP, STRIP_GAP } from "./local_panels.js";
import { linear } from "./scales.js";

/** @typedef {import("./scales.js").Domain} Domain */
/** @typedef {import("./local_dots.js").Panel} Panel */
/** @typedef {import("./local_loader.js").Loaded} Loaded */
/** @typedef {{counts: Float64Array, look: string}} Series `look` the class that colours it */

/** Counts in equal bins; what lies beyond the domain counts in its outermost bins, and what has no
 * value in none. @param {ArrayLike<number>} values @param {ArrayLike<number>} samples
 * @param {Domain} domain @param {number} bins */
export function histogram(values, samples, domain, bins) {
  const counts = new Float64Array(bins);
  const toBin = linear(domain, [0, bins]);
  for (let k = 0; k < samples.length; k++) {
    const value = values[samples[k]];
    if (!Number.isFinite(value)) continue;
    counts[Math.min(bins - 1, Math.max(0, Math.floor(toBin(value))))]++;
  }
  return counts;
}

/** A stepped outline along x with its base at `height`; turned, along y with its base at 0.
 * @param {Float64Array} counts @param {number} most @param {number} length along the axis
 * @param {number} height of the tallest bin @param {boolean} [turned] */
export function outline(counts, most, length, height, turned = false) {
  const step = length / counts.length;
  /** @param {number} along @param {number} up */
  const at = (along, up) =>
    turned
      ? `${up.toFixed(1)} ${(length - along).toFixed(1)}`
      : `${along.toFixed(1)} ${(height - up).toFixed(1)}`;
  let d = `M${at(0, 0)}`;
  counts.forEach((count, k) => {
    const up = most ? (height * count) / most : 0;
    d += `L${at(k * step, up)}L${at((k + 1) * step, up)}`;
  });
  return `${d}L${at(length, 0)}Z`;
}

/** Series over one another, the tallest bin of all as high as the room.
 * @param {Series[]} series @param {number} length @param {number} height @param {boolean} [turned] */
export function layered(series, length, height, turned = false) {
  const most = Math.max(...series.map(({ counts }) => Math.max(...counts)));
  return series.map(({ counts, look }) =>
    svg("path", { class: look, d: outline(counts, most, length, height, turned) }),
  );
}

/** How many bins suit a plot and a number of samples. @param {number} n @param {number} length */
export const binCount = (n, length) =>
  Math.max(6, Math.min(Math.floor(length / 4), Math.ceil(2 * Math.cbrt(n)) + 6));

/** Reference and compared at the top (x) and at the right (y) of a panel.
 * @param {Panel} panel @param {Loaded} loaded */
export function drawStrips({ place, class: c, x, y }, { data, other }) {
  const parts = [data, ...(other ? [other.data] : [])];
  const { left, top, width, height } = place;
  /** @param {"x"|"y"} axis @param {Domain} domain @param {number} length @returns {Series[]} */
  const series = (axis, domain, length) =>
    parts.map((part, k) => {
      const { drawn } = part.groups[c];
      const bins = binCount(data.groups[c].drawn.length, length);
      const look = k ? "gw-local-dist-compared" : "gw-local-dist-reference";
      return { counts: histogram(part[axis], drawn, domain, bins), look };
    });
  const above = svg("g", { transform: `translate(${left} ${top - STRIP - STRIP_GAP})` });
  above.append(...layered(series("x", x, width), width, STRIP));
  const beside = svg("g", { transform: `translate(${left + width + STRIP_GAP} ${top})` });
  beside.append(...layered(series("y", y, height), height, STRIP, true));
  return [above, beside];
}

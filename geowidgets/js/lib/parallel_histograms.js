// How the values on each axis are spread: counts in bins, updated by what changed, and their
// outlines. No DOM.

/** @typedef {[number, number]} Domain */

export const BINS = 56;
const NONE = 255;

/** Every sample's bin on an axis. @param {ArrayLike<number>} values @param {Domain} domain */
export function binsOf(values, [low, high]) {
  const bins = new Uint8Array(values.length);
  const scale = BINS / (high - low);
  for (let i = 0; i < bins.length; i++) {
    const value = values[i];
    const there = value > -Infinity && value < Infinity;
    bins[i] = there ? Math.min(BINS - 1, Math.max(0, Math.floor((value - low) * scale))) : NONE;
  }
  return bins;
}

/** @param {Uint8Array[]} axes every sample's bin, axis by axis */
export function createHistograms(axes) {
  const counts = axes.map(() => new Int32Array(BINS));
  return {
    counts,
    /** @param {Uint32Array} samples @param {1|-1} sign */
    change(samples, sign) {
      axes.forEach((bins, k) => {
        const target = counts[k];
        for (let j = 0; j < samples.length; j++) {
          const bin = bins[samples[j]];
          if (bin !== NONE) target[bin] += sign;
        }
      });
    },
    clear() {
      for (const target of counts) target.fill(0);
    },
  };
}

/** @typedef {ReturnType<typeof createHistograms>} Histograms */

/** Counts smoothed over neighbouring bins (1 4 6 4 1), as shares of their sum; null of nothing.
 * @param {Int32Array} counts */
export function spread(counts) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!total) return null;
  const at = (/** @type {number} */ k) => counts[k] ?? 0;
  return Float64Array.from(
    counts,
    (_, k) => (at(k - 2) + 4 * at(k - 1) + 6 * at(k) + 4 * at(k + 1) + at(k + 2)) / (16 * total),
  );
}

/** The greatest share of several. @param {(Float64Array|null)[]} spreads */
export const peak = (spreads) =>
  Math.max(1e-9, ...spreads.map((shares) => (shares ? Math.max(...shares) : 0)));

/** An area that grows to the right from the axis, as long as there is anything: path data.
 * @param {Float64Array|null} shares @param {{x: number, top: number, height: number, width: number,
 *   most: number, inverted: boolean}} place `most` is drawn `width` wide */
export function areaPath(shares, { x, top, height, width, most, inverted }) {
  if (!shares) return "";
  const step = height / BINS;
  const first = shares.findIndex((share) => share > 0);
  const last = shares.findLastIndex((share) => share > 0);
  /** @param {number} bin */
  const level = (bin) => top + Math.min(BINS, Math.max(0, inverted ? bin : BINS - bin)) * step;
  let path = `M${x} ${tenths(level(first))}`;
  for (let k = first; k <= last; k++) {
    const out = x + Math.min(1, shares[k] / most) * width;
    path += `L${tenths(out)} ${tenths(level(k + 0.5))}`;
  }
  return `${path}L${x} ${tenths(level(last + 1))}`;
}

/** Several times faster than toFixed. @param {number} value */
const tenths = (value) => Math.round(10 * value) / 10;

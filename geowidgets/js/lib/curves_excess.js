// Excess error ê − e over the ratio and its slope through the origin (evaluation/excess_error.py).

import { accuracyOf } from "./curves_data.js";

/**
 * @typedef {import("./curves_data.js").Family} Family
 * @typedef {import("./curves_data.js").Count} Count
 * @typedef {import("./curves_data.js").Point} Point
 * @typedef {{ slope: number, low: number, high: number }} Slope
 */

const DRAWS = 1000;
const TAIL = 0.025; // of the resamples below and above the band

/** ê − e of every pruned model; those not computed are left out.
 * @param {Family} family @param {number[]} nominal @param {number[]} shifted @param {Count} count
 * @returns {Point[]} */
export function excessPoints(family, nominal, shifted, count) {
  const excess = (/** @type {number} */ model) =>
    mean(nominal, (b) => accuracyOf(count, model, b)) -
    mean(shifted, (b) => accuracyOf(count, model, b));
  return family.members.flatMap(({ model, parent, ratio, level }) => {
    if (level === 0) return [];
    const value = excess(model) - excess(parent);
    return Number.isFinite(value) ? [{ model, ratio, value }] : [];
  });
}

/** @param {number[]} items @param {(item: number) => number} value */
function mean(items, value) {
  return items.reduce((sum, item) => sum + value(item), 0) / items.length;
}

/** β = Σ r (ê − e) / Σ r² with a 95 % percentile band over resampled points. The page draws other
 * resamples than Python does: on the whole set Python's band is the one that is shown.
 * @param {Point[]} points @param {number} [draws] @returns {Slope} */
export function slopeOf(points, draws = DRAWS) {
  const products = points.map(({ ratio, value }) => ratio * value);
  const squares = points.map(({ ratio }) => ratio * ratio);
  const total = sum(squares);
  if (!total) return { slope: Number.NaN, low: Number.NaN, high: Number.NaN };
  const next = randomIntegers(points.length);
  const slopes = Array.from({ length: draws }, () => {
    let [over, under] = [0, 0];
    for (let k = 0; k < points.length; k += 1) {
      const drawn = next();
      over += products[drawn];
      under += squares[drawn];
    }
    return over / under;
  })
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return {
    slope: sum(products) / total,
    low: quantile(slopes, TAIL),
    high: quantile(slopes, 1 - TAIL),
  };
}

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Between neighbours in proportion, as numpy does. @param {number[]} sorted @param {number} q */
export function quantile(sorted, q) {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/** The same integers in 0..n−1 every time, so that a redrawn band stands still (Marsaglia's
 * xorshift32). @param {number} n */
function randomIntegers(n) {
  let state = 2463534242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

// What one bar says: accuracy on the whole set, on the subset, and whether they differ.

import { subsetDifference, wilson } from "./table_intervals.js";

/**
 * Numbers of one sample set, pairs in the order (model, benchmark of the set).
 * @typedef {{ n: number, accuracy: ArrayLike<number>, benchmarks: number[],
 *   counts: ArrayLike<number> | null, subset: number | null }} SetNumbers
 *   `counts`: correct predictions among the `subset` samples; both null where no clause holds.
 * @typedef {{ state: "missing" | "whole" | "subset" | "elsewhere", benchmarks: number,
 *   n: number, correct: number, accuracy: number, low: number, high: number,
 *   subsetN: number, subsetCorrect: number, subsetAccuracy: number,
 *   difference: number, differenceLow: number, differenceHigh: number }} Cell
 *   "elsewhere": a clause holds, but on samples of another set.
 */

/**
 * @param {SetNumbers} numbers
 * @param {number} model
 * @param {number[]} benchmarks global indices, all of this set
 * @param {boolean} filtered whether any set has a clause
 * @returns {Cell}
 */
export function cell(numbers, model, benchmarks, filtered) {
  const own = numbers.benchmarks;
  let done = 0;
  let sum = 0;
  let part = 0;
  for (const benchmark of benchmarks) {
    const pair = model * own.length + own.indexOf(benchmark);
    const accuracy = numbers.accuracy[pair];
    if (!Number.isFinite(accuracy)) continue;
    done += 1;
    sum += Math.round(accuracy * numbers.n);
    if (numbers.counts) part += numbers.counts[pair];
  }
  if (done === 0 || numbers.n === 0) return MISSING;
  return described(numbers, done, sum, part, filtered);
}

/**
 * Severities show the same images, so they add no independent samples: intervals take the mean
 * count per benchmark and n images, which is exact for one benchmark and too wide, never too
 * narrow, for a mean over several.
 * @param {SetNumbers} numbers
 * @param {number} done benchmarks averaged
 * @param {number} sum correct, added over them
 * @param {number} part the same in the subset
 * @param {boolean} filtered
 * @returns {Cell}
 */
function described({ n, subset, counts }, done, sum, part, filtered) {
  const [low, high] = wilson(sum / done, n);
  const chosen = subset === null || counts === null ? null : subset;
  const compared = chosen === null ? NONE : subsetDifference(part / done, chosen, sum / done, n);
  // One literal: a table makes thousands of these at every move of a brush.
  return {
    state: chosen !== null ? "subset" : filtered ? "elsewhere" : "whole",
    benchmarks: done,
    n: n * done,
    correct: sum,
    accuracy: sum / done / n,
    low,
    high,
    subsetN: (chosen ?? 0) * done,
    subsetCorrect: chosen === null ? 0 : part,
    subsetAccuracy: chosen ? part / done / chosen : Number.NaN,
    difference: compared.difference,
    differenceLow: compared.low,
    differenceHigh: compared.high,
  };
}

const NONE = { difference: Number.NaN, low: Number.NaN, high: Number.NaN };

/** @type {Cell} */
const MISSING = Object.freeze({
  state: "missing",
  benchmarks: 0,
  n: 0,
  correct: 0,
  accuracy: Number.NaN,
  low: Number.NaN,
  high: Number.NaN,
  subsetN: 0,
  subsetCorrect: 0,
  subsetAccuracy: Number.NaN,
  difference: Number.NaN,
  differenceLow: Number.NaN,
  differenceHigh: Number.NaN,
});

/**
 * Whether the 95 % interval of a subset's difference leaves 0 out.
 * @param {Cell} value
 */
export function isClear({ differenceLow, differenceHigh }) {
  return differenceLow > 0 || differenceHigh < 0;
}

/**
 * Mean of the finite numbers; NaN when there is none.
 * @param {Iterable<number>} values
 */
export function finiteMean(values) {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isFinite(value)) {
      sum += value;
      count += 1;
    }
  }
  return count ? sum / count : Number.NaN;
}

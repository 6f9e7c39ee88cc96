// What one bar says: a value on the whole set, on the subset, and whether they differ.

import { subsetDifference, wilson } from "./table_intervals.js";
import { FIELDS, meanDifference, meanInterval } from "./table_moments.js";
import { meanAndStd } from "./table_repeats.js";

/**
 * Numbers of one sample set, pairs in the order (model, benchmark of the set).
 * @typedef {{ n: number, accuracy: ArrayLike<number>, benchmarks: number[],
 *   counts: ArrayLike<number> | null, subset: number | null, mask?: Uint32Array | null,
 *   whole?: ArrayLike<number> | null, part?: ArrayLike<number> | null, fixed?: boolean }} SetNumbers
 *   `counts`: correct predictions among the `subset` samples; both null where no clause holds.
 *   `whole`, `part`: samples, mean and variance of another metric in place of accuracy; `part` is
 *   null while it is on its way; `fixed`: numbers that know no subset
 * @typedef {{ state: "missing" | "whole" | "subset" | "elsewhere" | "waiting" | "fixed",
 *   benchmarks: number, repeats: number, n: number, correct: number, value: number, std: number,
 *   low: number, high: number, subsetN: number, subsetCorrect: number, subsetValue: number,
 *   difference: number, differenceLow: number, differenceHigh: number, clear: boolean }} Cell
 *   "elsewhere": a clause holds, but on samples of another set; "waiting": the subset's number is
 *   on its way; `clear`: the 95 % interval of the difference leaves 0 out, or there is none to ask
 */

/**
 * @param {SetNumbers} numbers
 * @param {number[]} models one, or several repeats, which are averaged
 * @param {number[]} benchmarks global indices, all of this set
 * @param {boolean} filtered whether any set has a clause
 * @returns {Cell}
 */
export function cell(numbers, models, benchmarks, filtered) {
  if (numbers.n === 0) return MISSING;
  if (numbers.whole) return metricCell(numbers, numbers.whole, models, benchmarks, filtered);
  const { n, benchmarks: own, counts } = numbers;
  let [done, sum, part] = [0, 0, 0];
  const values = [];
  for (const model of models) {
    const before = { done, sum };
    for (const benchmark of benchmarks) {
      const pair = model * own.length + own.indexOf(benchmark);
      const accuracy = numbers.accuracy[pair];
      if (!Number.isFinite(accuracy)) continue;
      done += 1;
      sum += Math.round(accuracy * n);
      if (counts) part += counts[pair]; // NaN: on its way
    }
    if (done > before.done) values.push((sum - before.sum) / (done - before.done) / n);
  }
  if (done === 0) return MISSING;
  return described(numbers, done, values, sum, part, filtered);
}

/**
 * Severities and repeats see the same images, so they add no independent samples: intervals take
 * the mean count per pair and n images, which is exact for one pair and too wide, never too
 * narrow, for a mean over several.
 * @param {SetNumbers} numbers
 * @param {number} done pairs averaged
 * @param {number[]} values one a repeat
 * @param {number} sum correct, added over the pairs
 * @param {number} part the same in the subset
 * @param {boolean} filtered
 * @returns {Cell}
 */
function described({ n, subset, counts }, done, values, sum, part, filtered) {
  const [low, high] = wholeInterval(sum / done, n);
  const awaited = Number.isNaN(part);
  const chosen = subset === null || counts === null || awaited ? null : subset;
  const compared = chosen === null ? NONE : subsetDifference(part / done, chosen, sum / done, n);
  // One literal: a table makes thousands of these at every move of a brush.
  return {
    state: chosen !== null ? "subset" : awaited ? "waiting" : filtered ? "elsewhere" : "whole",
    benchmarks: done / values.length,
    repeats: values.length,
    n: n * done,
    correct: sum,
    value: sum / done / n,
    std: values.length > 1 ? meanAndStd(values).std : Number.NaN,
    low,
    high,
    subsetN: (chosen ?? 0) * done,
    subsetCorrect: chosen === null ? 0 : part,
    subsetValue: chosen ? part / done / chosen : Number.NaN,
    difference: compared.difference,
    differenceLow: compared.low,
    differenceHigh: compared.high,
    clear: compared.low > 0 || compared.high < 0,
  };
}

/** Intervals of whole sets, which no mask changes. @type {Map<number, Map<number, [number, number]>>} */
const intervals = new Map();
const REMEMBERED = 100_000;

/** @param {number} k @param {number} n */
function wholeInterval(k, n) {
  const known = intervals.get(n) ?? new Map();
  if (known.size === 0 || known.size > REMEMBERED) {
    known.clear();
    intervals.set(n, known);
  }
  const found = known.get(k) ?? wilson(k, n);
  known.set(k, found);
  return found;
}

const NONE = { difference: Number.NaN, low: Number.NaN, high: Number.NaN };

/**
 * The same for a metric's mean; the triples of all pairs are averaged.
 * @param {SetNumbers} numbers
 * @param {ArrayLike<number>} whole
 * @param {number[]} models
 * @param {number[]} benchmarks
 * @param {boolean} filtered
 * @returns {Cell}
 */
function metricCell({ benchmarks: own, part, subset, fixed }, whole, models, benchmarks, filtered) {
  const values = [];
  /** @type {Triple} */
  const all = [0, 0, 0];
  /** @type {Triple} */
  const some = [0, 0, 0];
  let done = 0;
  for (const model of models) {
    const before = { done, sum: all[1] };
    for (const benchmark of benchmarks) {
      const at = (model * own.length + own.indexOf(benchmark)) * FIELDS;
      if (!Number.isFinite(whole[at + 1])) continue;
      done += 1;
      for (let k = 0; k < FIELDS; k += 1) {
        all[k] += whole[at + k];
        if (part) some[k] += part[at + k];
      }
    }
    if (done > before.done) values.push((all[1] - before.sum) / (done - before.done));
  }
  if (done === 0) return MISSING;
  const mean = (/** @type {Triple} */ triple) =>
    /** @type {Triple} */ (triple.map((value) => value / done));
  const known = subset !== null && part ? mean(some) : null;
  const state = known ? "subset" : stateWithout(filtered, subset, fixed ?? false);
  const counted = { state, done, n: all[0], part: known ? some[0] : 0, values };
  return averaged(/** @type {Counted} */ (counted), mean(all), known);
}

/** @typedef {[number, number, number]} Triple samples, mean, variance */
/** @typedef {{ state: Cell["state"], done: number, n: number, part: number,
 *   values: number[] }} Counted */

/** @param {boolean} filtered @param {number | null} subset @param {boolean} fixed */
function stateWithout(filtered, subset, fixed) {
  if (!filtered) return "whole";
  if (subset === null) return "elsewhere";
  return fixed ? "fixed" : "waiting";
}

/** @param {Counted} counted @param {Triple} all @param {Triple | null} some @returns {Cell} */
function averaged({ state, done, n, part, values }, all, some) {
  const [low, high] = meanInterval(...all);
  const compared = some ? meanDifference(some, all) : NONE;
  const exact =
    Number.isNaN(low) && compared.difference !== 0 && !Number.isNaN(compared.difference);
  return {
    ...MISSING,
    state,
    benchmarks: done / values.length,
    repeats: values.length,
    n,
    value: all[1],
    std: values.length > 1 ? meanAndStd(values).std : Number.NaN,
    low,
    high,
    subsetN: part,
    subsetValue: some ? some[1] : Number.NaN,
    difference: compared.difference,
    differenceLow: compared.low,
    differenceHigh: compared.high,
    clear: exact || compared.low > 0 || compared.high < 0,
  };
}

/** @type {Cell} */
export const MISSING = Object.freeze({
  state: "missing",
  benchmarks: 0,
  repeats: 0,
  n: 0,
  correct: 0,
  value: Number.NaN,
  std: Number.NaN,
  low: Number.NaN,
  high: Number.NaN,
  subsetN: 0,
  subsetCorrect: 0,
  subsetValue: Number.NaN,
  difference: Number.NaN,
  differenceLow: Number.NaN,
  differenceHigh: Number.NaN,
  clear: false,
});

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

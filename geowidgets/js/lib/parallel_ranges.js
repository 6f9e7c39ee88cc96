// This view's own clause: ranges on axes, all of which hold, and the question about confusable
// samples. No DOM.
import * as bits from "./bits.js";
import { axisOf } from "./parallel_axes.js";
import { rounded } from "./shapes.js";

/** @typedef {import("./parallel_data.js").PairData} PairData */
/** @typedef {import("./parallel_axes.js").Axis} Axis */
/** @typedef {Record<string, [number, number]>} Ranges by axis id, both ends included */
/** @typedef {{probability: number, degrees: number}} Confusable */
/** @typedef {{axes: Ranges, confusable: Confusable|null}} Reasons */
/** @typedef {import("./selection.js").Clause} Clause */

/** A range with its ends in order, as it is saved. @param {number} a @param {number} b
 * @returns {[number, number]} */
export const rangeOf = (a, b) => [rounded(Math.min(a, b)), rounded(Math.max(a, b))];

/** Without a range or a question there is no clause. @param {Reasons} reasons */
export const isEmpty = ({ axes, confusable }) => !Object.keys(axes).length && !confusable;

/** What a clause that this view drew says; none of another's. @param {Clause|undefined} clause
 * @returns {Reasons} */
export function reasonsOf(clause) {
  const { type, axes, confusable } = clause?.predicate ?? {};
  if (type !== "ranges") return { axes: {}, confusable: null };
  return { axes: axes ?? {}, confusable: confusable ?? null };
}

/** @param {Uint32Array} mask @param {ArrayLike<number>} values @param {[number, number]} range */
function keepInside(mask, values, [low, high]) {
  for (let k = 0; k < mask.length; k++) {
    const word = mask[k];
    if (!word) continue;
    let kept = 0;
    const first = k << 5;
    const count = Math.min(32, values.length - first);
    for (let b = 0; b < count; b++) {
      const value = values[first + b];
      if (value >= low && value <= high) kept |= 1 << b;
    }
    mask[k] = word & kept;
  }
}

/** Right, confident, and close to another class: predicted right with at least this probability,
 * while the smallest angle to another class exceeds the angle to the true one by no more than
 * these degrees (paper, Fig. 5 (6)). @param {Uint32Array} mask @param {PairData} data
 * @param {Confusable} question */
function keepConfusable(mask, data, { probability, degrees }) {
  for (let i = 0; i < data.n; i++) {
    if (!bits.has(mask, i)) continue;
    const close = data.lead(i) <= degrees;
    const confident = data.probability[i] >= probability;
    if (!(close && confident && bits.has(data.correct, i))) mask[i >>> 5] &= ~(1 << (i & 31));
  }
}

/** The samples that satisfy every range and the question; a missing value satisfies none.
 * @param {PairData} data @param {Reasons} reasons @param {string[]} names of the classes */
export function reasonsMask(data, { axes, confusable }, names) {
  const mask = bits.full(data.n);
  for (const [id, range] of Object.entries(axes)) {
    const axis = axisOf(id, names);
    if (axis) keepInside(mask, data.values(axis), range);
  }
  if (confusable) keepConfusable(mask, data, confusable);
  return mask;
}

/** The action that makes `reasons` this view's clause, or drops it where there are none.
 * @param {{view: string, set: string, pair: [number, number], data: PairData, reasons: Reasons,
 *   names: string[]}} options */
export function clauseAction({ view, set, pair, data, reasons, names }) {
  if (isEmpty(reasons)) return { type: "clear", view };
  const { axes, confusable } = reasons;
  const predicate = { type: "ranges", axes, ...(confusable ? { confusable } : {}) };
  const mask = bits.toBase64(reasonsMask(data, reasons, names), data.n);
  return { type: "clause", view, set, pair, predicate, mask };
}

/** The range `by` higher, within the domain and as wide as before.
 * @param {[number, number]} range @param {number} by @param {[number, number]} domain */
export function moved([low, high], by, domain) {
  const up = Math.min(by, Math.max(0, domain[1] - high));
  const shift = by > 0 ? up : Math.max(by, Math.min(0, domain[0] - low));
  return rangeOf(low + shift, high + shift);
}

/** The range wider at both ends by `by` (narrower if negative), within the domain; never turned
 * inside out. @param {[number, number]} range @param {number} by
 * @param {[number, number]} domain */
export function widened([low, high], by, domain) {
  if (by < 0 && high - low < -2 * by) {
    const middle = (low + high) / 2;
    return rangeOf(middle, middle);
  }
  return rangeOf(Math.max(domain[0], low - by), Math.min(domain[1], high + by));
}

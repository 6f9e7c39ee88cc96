// One pair's samples, grouped by true class. No DOM.
import * as bits from "./bits.js";
import { extent, union } from "./scales.js";

/** @typedef {{n: number, x: Float32Array, y: Float32Array, labels: ArrayLike<number>,
 *   prediction: ArrayLike<number>, correct: Uint32Array, groups: ClassGroup[],
 *   domain: {x: import("./scales.js").Domain|null, y: import("./scales.js").Domain|null}}}
 *   ScatterData */
/** @typedef {{drawn: Uint32Array, members: Uint32Array, missing: number, correct: number,
 *   domain: {x: import("./scales.js").Domain|null, y: import("./scales.js").Domain|null}}}
 *   ClassGroup `drawn` samples with both values, `members` all of them as a mask */

/** @param {{labels: ArrayLike<number>, prediction: ArrayLike<number>, x: Float32Array,
 *   y: Float32Array, classes: number}} columns @returns {ScatterData} */
export function groupByClass({ labels, prediction, x, y, classes }) {
  const n = labels.length;
  const correct = bits.empty(n);
  const sizes = new Uint32Array(classes);
  for (let i = 0; i < n; i++) {
    if (prediction[i] === labels[i]) bits.add(correct, i);
    if (Number.isFinite(x[i]) && Number.isFinite(y[i])) sizes[labels[i]]++;
  }
  const lists = Array.from(sizes, (size) => new Uint32Array(size));
  const members = lists.map(() => bits.empty(n));
  const filled = new Uint32Array(classes);
  for (let i = 0; i < n; i++) {
    const label = labels[i];
    bits.add(members[label], i);
    if (Number.isFinite(x[i]) && Number.isFinite(y[i])) lists[label][filled[label]++] = i;
  }
  const groups = lists.map((drawn, k) => ({
    drawn,
    members: members[k],
    missing: bits.count(members[k]) - drawn.length,
    correct: bits.countAnd(members[k], correct),
    domain: { x: extent(x, drawn), y: extent(y, drawn) },
  }));
  /** @param {"x"|"y"} axis */
  const whole = (axis) =>
    groups.reduce(
      (domain, group) => union(domain, group.domain[axis]),
      /** @type {import("./scales.js").Domain|null} */ (null),
    );
  return { n, x, y, labels, prediction, correct, groups, domain: { x: whole("x"), y: whole("y") } };
}

/** @typedef {{up?: Uint32Array, down?: Uint32Array}} Orders */

/** @type {WeakMap<ArrayLike<number>, Orders>} */
const orders = new WeakMap();

/** The first `limit` samples of `mask`, ordered by a metric; those without a value last, equals by
 * number. A column is sorted once, not at each move of a brush.
 * @param {Uint32Array} mask @param {ArrayLike<number>} values @param {boolean} descending */
export function ranked(mask, values, descending, limit = Number.POSITIVE_INFINITY) {
  const known = orders.get(values) ?? {};
  orders.set(values, known);
  const way = descending ? "down" : "up";
  known[way] ??= sorted(values, descending);
  const chosen = [];
  for (const i of known[way]) {
    if (chosen.length >= limit) break;
    if (bits.has(mask, i)) chosen.push(i);
  }
  return chosen;
}

/** @param {ArrayLike<number>} values @param {boolean} descending */
function sorted(values, descending) {
  const sign = descending ? -1 : 1;
  const keys = Float64Array.from(values, (value) =>
    Number.isNaN(value) ? Infinity : sign * value,
  );
  const order = Uint32Array.from(keys, (_, i) => i);
  return order.sort((a, b) => (keys[a] === keys[b] ? a - b : keys[a] - keys[b]));
}

// One pair's columns by axis, and the samples that can be drawn. No DOM.
import * as bits from "./bits.js";

/** @typedef {import("./parallel_axes.js").Axis} Axis */
/** @typedef {import("./scales.js").Domain} Domain */
/** @typedef {{labels: ArrayLike<number>, prediction: ArrayLike<number>, length: Float32Array,
 *   margin: Float32Array, probability: Float32Array, angle?: Float32Array, nearest?: Float32Array,
 *   extent?: Float32Array}} PairColumns `angle` to the own class, `nearest` to the nearest other
 *   kept class, `extent` the least and greatest angle to any; absent where no angles are kept */
/** @typedef {{extent: Domain|null, whole: boolean}} Found whether all values are finite */
/** @typedef {ReturnType<typeof createPairData>} PairData */

/** @param {PairColumns} columns @param {number[]} kept classes whose angles the store keeps */
export function createPairData(columns, kept) {
  const { labels, prediction, probability, angle, nearest } = columns;
  const n = labels.length;
  /** @type {Map<string, Float32Array>} */
  const metrics = new Map([
    ["length", columns.length],
    ["margin", columns.margin],
    ["probability", probability],
  ]);
  /** @type {Map<number, Float32Array>} */
  const angles = new Map();
  /** @type {WeakMap<Float32Array, Found>} */
  const found = new WeakMap();
  const isKept = new Set(kept);
  const correct = bits.empty(n);
  for (let i = 0; i < n; i++) if (prediction[i] === labels[i]) bits.add(correct, i);

  /** An axis's values `(sample,)`; all NaN for a class whose angles are not kept.
   * @param {Axis} axis */
  function values({ id, kind, class: c, name }) {
    const column = kind === "angle" ? angles.get(c) : metrics.get(id);
    if (column) return column;
    if (isKept.has(c)) throw new Error(`the angles to ${name} have not arrived yet`);
    return new Float32Array(n).fill(Number.NaN);
  }

  /** @param {Float32Array} column */
  function look(column) {
    const known = found.get(column) ?? finite(column);
    found.set(column, known);
    return known;
  }

  return {
    n,
    labels,
    prediction,
    correct,
    kept,
    probability,
    values,
    /** How much closer a sample is to its own class than to the nearest other one, in degrees;
     * NaN where that is not known. @param {number} i */
    lead: (i) => (nearest && angle && isKept.has(labels[i]) ? nearest[i] - angle[i] : Number.NaN),
    /** Those of the classes whose angles are kept and not here. @param {number[]} classes */
    missing: (classes) => classes.filter((c) => isKept.has(c) && !angles.has(c)),
    /** The angles to a class have arrived. @param {number} c @param {Float32Array} column */
    put(c, column) {
      angles.set(c, column);
    },
    /** Least and greatest finite value of a metric. @param {Axis} axis */
    extent: ({ id }) => look(metrics.get(id) ?? new Float32Array(0)).extent,
    /** Of the angles to all kept classes. @returns {Domain|null} */
    angleExtent() {
      const [low = Number.NaN, high = Number.NaN] = columns.extent ?? [];
      return low <= high ? [low, high] : null;
    },
    /** Whether every sample is known to have a value. @param {Axis} axis */
    whole: (axis) => n === 0 || look(values(axis)).whole,
    /** Forget the angles to other classes. @param {number[]} shown */
    trim(shown) {
      const stays = new Set(shown);
      for (const c of [...angles.keys()]) if (!stays.has(c)) angles.delete(c);
    },
  };
}

/** @param {Float32Array} values @returns {Found} */
function finite(values) {
  let low = Infinity;
  let high = -Infinity;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(value > -Infinity && value < Infinity)) continue;
    count++;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { extent: low <= high ? [low, high] : null, whole: count === values.length };
}

/** The samples of the chosen classes; null chooses all. @param {PairData} data
 * @param {number[]|null} classes */
export const population = ({ labels, n }, classes) =>
  classes ? bits.fromClasses(labels, classes) : bits.full(n);

/** How many samples of `mask` lack a value on at least one axis.
 * @param {PairData} data @param {Axis[]} axes @param {Uint32Array} mask */
export function countMissing(data, axes, mask) {
  const missing = bits.empty(data.n);
  for (const axis of axes) {
    if (data.whole(axis)) continue;
    const values = data.values(axis);
    for (let i = 0; i < data.n; i++) if (!Number.isFinite(values[i])) bits.add(missing, i);
  }
  return bits.countAnd(missing, mask);
}

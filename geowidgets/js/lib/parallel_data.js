// One pair's columns by axis, and the samples that can be drawn. No DOM.
import * as bits from "./bits.js";

/** @typedef {import("./parallel_axes.js").Axis} Axis */
/** @typedef {import("./scales.js").Domain} Domain */
/** @typedef {{labels: ArrayLike<number>, prediction: ArrayLike<number>, angles: Float32Array,
 *   length: Float32Array, margin: Float32Array, probability: Float32Array}} PairColumns
 *   `angles` (sample, kept class) in one run */
/** @typedef {{extent: Domain|null, whole: boolean}} Found whether all values are finite */
/** @typedef {ReturnType<typeof createPairData>} PairData */

/** @param {PairColumns} columns @param {number[]} kept classes of the angles' columns */
export function createPairData(columns, kept) {
  const { labels, prediction, angles } = columns;
  const n = labels.length;
  if (angles.length !== n * kept.length) {
    throw new Error(
      `expected ${n} × ${kept.length} angles, got ${angles.length}: the store has changed since ` +
        "this view was made; run its cell again",
    );
  }
  /** @type {Map<string, Float32Array>} */
  const columnsById = new Map([
    ["length", columns.length],
    ["margin", columns.margin],
    ["probability", columns.probability],
  ]);
  /** @type {Map<string, Found>} */
  const metricsFound = new Map();
  const correct = bits.empty(n);
  for (let i = 0; i < n; i++) if (prediction[i] === labels[i]) bits.add(correct, i);

  /** An axis's values `(sample,)`; all NaN for a class whose angles are not kept.
   * @param {Axis} axis */
  function values({ id, class: c }) {
    let column = columnsById.get(id);
    if (!column) {
      column = pick(angles, n, kept.length, kept.indexOf(c));
      columnsById.set(id, column);
    }
    return column;
  }

  /** @param {string} id of a metric */
  function found(id) {
    const known = metricsFound.get(id) ?? finite(columnsById.get(id) ?? new Float32Array(0));
    metricsFound.set(id, known);
    return known;
  }

  /** @type {Found|undefined} */
  let allAngles;
  const anglesFound = () => {
    allAngles ??= finite(angles);
    return allAngles;
  };

  return {
    n,
    labels,
    prediction,
    correct,
    angles,
    kept,
    probability: columns.probability,
    values,
    /** Least and greatest finite value of a metric. @param {Axis} axis */
    extent: ({ id }) => found(id).extent,
    /** Of the angles to all classes. */
    angleExtent: () => anglesFound().extent,
    /** Whether every sample is known to have a value. @param {Axis} axis */
    whole: ({ id, kind, class: c }) =>
      kind === "angle" ? kept.includes(c) && anglesFound().whole : found(id).whole,
    /** Forget columns of classes that are no longer shown. @param {Axis[]} shown */
    trim(shown) {
      const ids = new Set(shown.map((axis) => axis.id));
      for (const id of [...columnsById.keys()]) {
        if (id.startsWith("angle/") && !ids.has(id)) columnsById.delete(id);
      }
    },
  };
}

/** One column of a row-major matrix. @param {Float32Array} matrix @param {number} n
 * @param {number} width @param {number} k */
function pick(matrix, n, width, k) {
  const column = new Float32Array(n);
  if (k < 0) return column.fill(Number.NaN);
  for (let i = 0, at = k; i < n; i++, at += width) column[i] = matrix[at];
  return column;
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

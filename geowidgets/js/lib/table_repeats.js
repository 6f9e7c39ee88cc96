// Repeats: models that differ by their seed only share a bar, or a line, as mean ± std.

/** @typedef {import("./columns_hub.js").ModelInfo} Model */

/** Pruning measures its ratio, and other weights give a slightly different one: so many points of
 * it, as a fraction, may lie between repeats. */
const SAME_RATIO = 0.02;

/**
 * Models of one architecture and method, in ascending ratio, as groups of repeats. A group holds a
 * seed once and spans at most two points of ratio.
 * @param {Model[]} models
 * @param {number[]} row positions, in ascending ratio
 * @returns {number[][]} each group in ascending seed
 */
export function groupRepeats(models, row) {
  /** @type {number[][]} */
  const groups = [];
  for (const index of row) {
    const last = groups.at(-1);
    if (last && joins(models, last, index)) last.push(index);
    else groups.push([index]);
  }
  return groups.map((group) => group.sort((a, b) => seedOf(models[a]) - seedOf(models[b])));
}

/** @param {Model[]} models @param {number[]} group @param {number} index */
function joins(models, group, index) {
  const { ratio } = models[index];
  return (
    ratio - models[group[0]].ratio <= SAME_RATIO &&
    (ratio > 0 || models[group[0]].ratio === 0) &&
    !group.some((other) => seedOf(models[other]) === seedOf(models[index]))
  );
}

/** @param {Model} model */
const seedOf = ({ seed }) => seed ?? 0;

/**
 * Mean and standard deviation (n − 1) of the finite numbers; NaN for none, and the deviation of one.
 * @param {ArrayLike<number>} values
 * @returns {{ mean: number, std: number, count: number }}
 */
export function meanAndStd(values) {
  let count = 0;
  let mean = 0;
  let square = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    count += 1;
    const step = value - mean;
    mean += step / count;
    square += step * (value - mean);
  }
  return {
    mean: count ? mean : Number.NaN,
    std: count > 1 ? Math.sqrt(square / (count - 1)) : Number.NaN,
    count,
  };
}

// Prune–accuracy curves: families, levels of ratio that repeats share, mean and spread on each.
// The counterpart of evaluation/families.py and prune_accuracy.py; both give the same numbers.

import { allowedErrors, denseParents, potentials } from "./table_potential.js";
import { meanAndStd } from "./table_repeats.js";

/**
 * @typedef {import("./columns_hub.js").ModelInfo} Model
 * @typedef {{ model: number, parent: number, repeat: number, ratio: number, level: number }} Member
 * @typedef {{ name: string, architecture: string, method: string, members: Member[] }} Family
 *   `members` by level, the dense parents (level 0) first
 * @typedef {(model: number, benchmark: number) => { errors: number, n: number }} Count
 *   NaN errors: not computed
 * @typedef {{ model: number, ratio: number, value: number }} Point
 * @typedef {{ ratio: number, mean: number, std: number, points: Point[] }} Level
 */

const TOLERANCE = 0.005; // fraction of weights by which repeats of one level may differ

/** Families in the order of their first pruned model. @param {Model[]} models @returns {Family[]} */
export function familiesOf(models) {
  const parents = denseParents(models);
  /** @type {Map<string, {model: number, parent: number, repeat: number, ratio: number}[]>} */
  const found = new Map();
  models.forEach((own, model) => {
    if (parents[model] < 0) return;
    const name = `${own.architecture} / ${own.method}`;
    const rows = found.get(name) ?? [];
    found.set(name, rows);
    rows.push({ model, parent: parents[model], repeat: own.seed ?? 0, ratio: own.ratio });
  });
  return [...found].map(([name, rows]) => {
    const { architecture, method } = models[rows[0].model];
    rows.sort((a, b) => a.ratio - b.ratio || a.repeat - b.repeat || a.model - b.model);
    const dense = new Map(rows.map(({ repeat, parent }) => [repeat, parent]));
    const roots = [...dense].map(([repeat, parent]) => ({
      model: parent,
      parent,
      repeat,
      ratio: 0,
      level: 0,
    }));
    return { name, architecture, method, members: [...roots, ...levelled(rows)] };
  });
}

/** @param {{model: number, parent: number, repeat: number, ratio: number}[]} rows by ratio */
function levelled(rows) {
  let level = 0;
  let start = Number.NEGATIVE_INFINITY;
  /** @type {Set<number>} */
  let seen = new Set();
  return rows.map((row) => {
    if (row.ratio - start > TOLERANCE || seen.has(row.repeat)) {
      level += 1;
      start = row.ratio;
      seen = new Set();
    }
    seen.add(row.repeat);
    return { ...row, level };
  });
}

/** Accuracy of a pair; NaN where not computed. @param {Count} count @param {number} model
 * @param {number} benchmark */
export function accuracyOf(count, model, benchmark) {
  const { errors, n } = count(model, benchmark);
  return n > 0 ? 1 - errors / n : Number.NaN;
}

/** One curve; levels without a value are left out.
 * @param {Family} family @param {number} benchmark @param {Count} count
 * @param {boolean} difference to the dense parent, taken within a repeat, before any mean
 * @returns {Level[]} */
export function curveOf(family, benchmark, count, difference) {
  /** @type {Map<number, Point[]>} */
  const levels = new Map();
  for (const { model, parent, ratio, level } of family.members) {
    const own = accuracyOf(count, model, benchmark);
    const value = difference ? own - accuracyOf(count, parent, benchmark) : own;
    if (!Number.isFinite(value)) continue;
    const points = levels.get(level) ?? [];
    levels.set(level, points);
    points.push({ model, ratio, value });
  }
  return [...levels.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, points]) => ({
      ratio: meanAndStd(points.map((point) => point.ratio)).mean,
      ...spread(points.map((point) => point.value)),
      points,
    }));
}

/** @param {number[]} values */
function spread(values) {
  const { mean, std } = meanAndStd(values);
  return { mean, std };
}

/** Prune potential over repeats on one benchmark, never the potential of the mean curve.
 * @param {Model[]} models @param {number[]} parents `denseParents(models)` @param {Family} family
 * @param {number} benchmark @param {Count} count @param {number} delta
 * @returns {{ mean: number, std: number, count: number }} */
export function potentialOf(models, parents, family, benchmark, count, delta) {
  const own = family.members.filter(({ level }) => level > 0).map(({ model }) => model);
  if (!own.length) return meanAndStd([]);
  const { n } = count(own[0], benchmark);
  const errors = (/** @type {number} */ model) => count(model, benchmark).errors;
  const each = potentials(models, parents, own, errors, allowedErrors(delta, n));
  return meanAndStd([...each.values()]);
}

/** Errors of every pair as the table counts them: on the selected samples where there are some.
 * @param {import("./table_data.js").TableData} data
 * @param {import("./columns_hub.js").BenchmarkInfo[]} benchmarks @returns {Count} */
export function counter(data, benchmarks) {
  const unknown = { errors: Number.NaN, n: 0 };
  return (model, benchmark) => {
    const numbers = data.sets.get(benchmarks[benchmark]?.set);
    const place = numbers?.benchmarks.indexOf(benchmark) ?? -1;
    if (!numbers || place < 0) return unknown;
    const pair = model * numbers.benchmarks.length + place;
    if (!Number.isFinite(numbers.accuracy[pair])) return unknown;
    const { counts, subset, n } = numbers;
    if (counts && subset !== null) return { errors: subset - counts[pair], n: subset };
    return { errors: n - Math.round(numbers.accuracy[pair] * n), n };
  };
}

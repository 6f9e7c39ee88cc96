// Prune potential: the largest measured ratio whose errors stay within a margin of the dense
// parent's. The counterpart of evaluation/potential.py; both give the same numbers.

import { meanAndStd } from "./table_repeats.js";

/**
 * @typedef {import("./columns_hub.js").ModelInfo} Model
 * @typedef {{ mean: number, std: number, repeats: number, least: number }} Potential
 */

/** Errors that a margin leaves on n samples. @param {number} delta @param {number} n */
export const allowedErrors = (delta, n) => Math.floor(delta * n + 1e-9);

/**
 * Position of the dense net that each model is compared with, or −1: the root of its parents, else
 * the one model of ratio 0 of its architecture and seed, else of its architecture.
 * @param {Model[]} models
 * @returns {number[]}
 */
export function denseParents(models) {
  const places = new Map(models.map(({ name }, index) => [name, index]));
  return models.map((own, index) => {
    const root = rootOf(models, places, index);
    if (root !== index) return root;
    if (own.ratio <= 0) return -1;
    const dense = models.flatMap(({ architecture, ratio }, other) =>
      architecture === own.architecture && ratio <= 0 ? [other] : [],
    );
    const same = dense.filter((other) => models[other].seed === own.seed);
    const alone = same.length === 1 ? same : dense;
    return alone.length === 1 ? alone[0] : -1;
  });
}

/** @param {Model[]} models @param {Map<string, number>} places @param {number} index */
function rootOf(models, places, index) {
  const seen = new Set([index]);
  let root = index;
  for (;;) {
    const next = places.get(models[root].parent ?? "");
    if (next === undefined || seen.has(next)) return root;
    root = next;
    seen.add(root);
  }
}

/**
 * Potential of each repeat of a family on one benchmark; empty where nothing is known.
 * @param {Model[]} models
 * @param {number[]} parents `denseParents(models)`
 * @param {number[]} family positions of the models of one architecture and method
 * @param {(model: number) => number} errors on the benchmark; NaN where not computed
 * @param {number} allowed
 * @returns {Map<number, number>} seed → potential
 */
export function potentials(models, parents, family, errors, allowed) {
  /** @type {Map<number, number>} */
  const found = new Map();
  for (const index of family) {
    if (parents[index] < 0) continue;
    const more = errors(index) - errors(parents[index]);
    if (Number.isNaN(more)) continue;
    const seed = models[index].seed ?? 0;
    const held = more <= allowed ? models[index].ratio : 0;
    found.set(seed, Math.max(found.get(seed) ?? 0, held));
  }
  return found;
}

/**
 * The potential over several benchmarks: per repeat the mean over them, then mean ± std over the
 * repeats; `least` is the smallest mean over repeats of a benchmark.
 * @param {Map<number, number>[]} each one map a benchmark
 * @returns {Potential}
 */
export function summarise(each) {
  /** @type {Map<number, number[]>} */
  const repeats = new Map();
  let least = Number.POSITIVE_INFINITY;
  for (const found of each) {
    if (found.size === 0) continue;
    least = Math.min(least, meanAndStd([...found.values()]).mean);
    for (const [seed, value] of found) repeats.set(seed, [...(repeats.get(seed) ?? []), value]);
  }
  const means = [...repeats.values()].map((values) => meanAndStd(values).mean);
  const { mean, std, count } = meanAndStd(means);
  return { mean, std, repeats: count, least: count ? least : Number.NaN };
}

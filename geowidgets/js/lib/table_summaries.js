// Columns that sum up the others: prune potential and mean corruption error, whole set and subset.

import { finiteMean, MISSING } from "./table_cells.js";
import { allowedErrors, denseParents, potentials, summarise } from "./table_potential.js";
import { meanAndStd } from "./table_repeats.js";

/**
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./table_rows.js").Column} Column
 * @typedef {import("./table_data.js").TableData} TableData
 * @typedef {import("./columns_hub.js").ModelInfo} Model
 * @typedef {Cell & { least?: number, subsetLeast?: number }} SummaryCell `least`: smallest potential
 * @typedef {{ models: Model[], delta: number, baseline: number, columns: Column[] }} Asked
 *   `baseline`: position of the model that errors are divided by, or −1
 */

/**
 * @param {TableData} data
 * @param {Asked} asked
 */
export function createSummaries(data, { models, delta, baseline, columns }) {
  const parents = denseParents(models);
  // Sums over rows or columns that are not counted yet would be of something else.
  const whole = !data.counted || data.counted[0] === data.counted[1];
  const counts = data.filtered && [...data.sets.values()].some((set) => set.counts !== null);
  const subset = counts && whole;
  const without = data.filtered ? (counts ? "waiting" : "elsewhere") : "whole";

  /** Errors of a pair, and of how many samples; NaN where not computed.
   * @param {Column} column @param {number} benchmark @param {boolean} chosen */
  function counter(column, benchmark, chosen) {
    const numbers = data.sets.get(column.set);
    const place = numbers?.benchmarks.indexOf(benchmark) ?? -1;
    if (!numbers || (chosen && numbers.counts === null)) return null;
    const { counts, accuracy, subset: size, benchmarks: own } = numbers;
    const n = chosen ? (size ?? 0) : numbers.n;
    /** @param {number} model */
    const errors = (model) => {
      const pair = model * own.length + place;
      if (!Number.isFinite(accuracy[pair])) return Number.NaN;
      return n - (chosen && counts ? counts[pair] : Math.round(accuracy[pair] * numbers.n));
    };
    return n > 0 ? { errors, n } : null;
  }

  /** All models of the method, of the repeats that stand in the line. @param {number[]} line */
  function family(line) {
    const { architecture, method } = models[line[0]];
    const seeds = new Set(line.map((index) => models[index].seed));
    return models.flatMap((model, index) =>
      model.architecture === architecture && model.method === method && seeds.has(model.seed)
        ? [index]
        : [],
    );
  }

  /** @param {number[]} line @param {Column[]} over @param {boolean} chosen */
  function potential(line, over, chosen) {
    const own = family(line);
    const each = over.flatMap((column) =>
      column.benchmarks.map((benchmark) => {
        const counted = counter(column, benchmark, chosen);
        if (!counted) return new Map();
        return potentials(models, parents, own, counted.errors, allowedErrors(delta, counted.n));
      }),
    );
    return summarise(each);
  }

  /** Mean corruption error of one model. @param {number} model @param {boolean} chosen */
  function corruptionError(model, chosen) {
    const ratios = columns.flatMap((column) => {
      if (!column.corrupted) return [];
      const counted = column.benchmarks.map((benchmark) => counter(column, benchmark, chosen));
      if (counted.some((one) => one === null)) return [];
      const sum = (/** @type {number} */ of) =>
        counted.reduce((total, one) => total + (one ? one.errors(of) / one.n : 0), 0);
      const base = sum(baseline);
      return base === 0 ? [] : [sum(model) / base];
    });
    return ratios.length ? ratios.reduce((a, b) => a + b, 0) / ratios.length : Number.NaN;
  }

  return {
    /** Potential of a line over all columns. @param {number[]} line @returns {SummaryCell} */
    potential(line) {
      const whole = potential(line, columns, false);
      if (!whole.repeats) return MISSING;
      const part = subset ? potential(line, columns, true) : null;
      return {
        ...MISSING,
        state: part ? "subset" : without,
        repeats: whole.repeats,
        value: whole.mean,
        std: part ? part.std : whole.std,
        least: part ? part.least : whole.least,
        subsetValue: part ? part.mean : Number.NaN,
        difference: part ? part.mean - whole.mean : Number.NaN,
        clear: true,
      };
    },
    /** Potential of a line in one column, on the subset where there is one; NaN where unknown.
     * @param {number[]} line @param {Column} column */
    potentialAt: (line, column) => {
      const chosen = subset && data.sets.get(column.set)?.counts !== null;
      return potential(line, [column], chosen).mean;
    },
    /** Mean corruption error, mean ± std over repeats. @param {number[]} bar @returns {Cell} */
    corruptionError(bar) {
      if (baseline < 0) return MISSING;
      const whole = meanAndStd(bar.map((model) => corruptionError(model, false)));
      if (!whole.count) return MISSING;
      const part = subset ? finiteMean(bar.map((model) => corruptionError(model, true))) : NaN;
      return {
        ...MISSING,
        state: subset ? "subset" : without,
        repeats: whole.count,
        value: whole.mean,
        std: whole.std,
        subsetValue: part,
        difference: part - whole.mean,
        clear: part !== whole.mean,
      };
    },
  };
}

// Which models share a row, which benchmarks share a column, and in what order they stand.

import { groupRepeats } from "./table_repeats.js";

/**
 * @typedef {import("./columns_hub.js").ModelInfo} Model
 * @typedef {import("./columns_hub.js").BenchmarkInfo} Benchmark
 * @typedef {{ architecture: string, method: string, models: number[] }} Row
 * @typedef {{ architecture: string, rows: Row[] }} Group
 * @typedef {{ kind: "benchmark" | "potential" | "mce", key: string, label: string,
 *   severity: string, title: string, family: string, set: string, corrupted: boolean,
 *   benchmarks: number[] }} Column `key`: the corruption or benchmark, with `@set` where there are
 *   several sets; `title`: all that names it; a column that sums up others has no `benchmarks`
 * @typedef {{ kind: "row", key: string, architecture: string, label: string, models: number[],
 *   bars: number[][], repeats: number, open: boolean, child: boolean }} RowLine
 *   `bars`: repeats that share a bar; `repeats`: most of them in one, `child`: a single repeat of
 *   the line above that is open
 * @typedef {{ kind: "group", architecture: string, models: number[], bars: number[][] }
 *   | RowLine} Line
 * @typedef {(models: number[], column: Column) => number} Mean
 */

const FAMILIES = ["clean", "noise", "blur", "weather", "digital"];

/**
 * Architecture > method, both in the order of the store; models by measured ratio, then seed.
 * @param {Model[]} models
 * @returns {Group[]}
 */
export function groupModels(models) {
  /** @type {Map<string, Map<string, number[]>>} */
  const groups = new Map();
  models.forEach((model, index) => {
    const rows = groups.get(model.architecture) ?? new Map();
    groups.set(model.architecture, rows);
    const row = rows.get(model.method) ?? [];
    rows.set(model.method, row);
    row.push(index);
  });
  /** @param {number} a @param {number} b */
  const order = (a, b) =>
    models[a].ratio - models[b].ratio || (models[a].seed ?? 0) - (models[b].seed ?? 0) || a - b;
  return [...groups].map(([architecture, rows]) => ({
    architecture,
    rows: [...rows].map(([method, row]) => ({ architecture, method, models: row.sort(order) })),
  }));
}

/**
 * One column a corruption (its severities side by side are one column's `benchmarks`), or one a
 * benchmark that has no corruption. `severity` keeps one severity; clean stays in any case.
 * @param {Benchmark[]} benchmarks
 * @param {number | null} [severity] `null`: all, to be averaged
 * @returns {Column[]}
 */
export function benchmarkColumns(benchmarks, severity = null) {
  /** @type {Map<string, Column>} */
  const columns = new Map();
  const several = new Set(benchmarks.map(({ set }) => set)).size > 1;
  benchmarks.forEach((benchmark, index) => {
    const { corruption, set, family, name } = benchmark;
    if (corruption && severity !== null && benchmark.severity !== severity) return;
    const own = corruption || name;
    const key = several ? `${own}@${set}` : own;
    const label = readable(own);
    const names = { kind: /** @type {const} */ ("benchmark"), key, label, severity: "", title: "" };
    const corrupted = corruption !== "";
    const column = columns.get(key) ?? { ...names, family, set, corrupted, benchmarks: [] };
    column.benchmarks.push(index);
    columns.set(key, column);
  });
  return [...columns.values()].map((column) => {
    const text = severityText(column, benchmarks);
    const parts = [column.label, text, several ? column.set : ""];
    return { ...column, severity: text, title: parts.filter((part) => part !== "").join(", ") };
  });
}

/**
 * @param {Column} column
 * @param {Benchmark[]} benchmarks
 */
function severityText(column, benchmarks) {
  const severities = column.benchmarks
    .filter((index) => benchmarks[index].corruption)
    .map((index) => benchmarks[index].severity);
  if (severities.length === 0) return "";
  return severities.length === 1
    ? `severity\u00a0${severities[0]}`
    : `mean of severities ${severities.join("\u00a0")}`;
}

/**
 * Words instead of identifiers: `gaussian_noise` → `gaussian noise`.
 * @param {string} name
 */
export const readable = (name) => name.replaceAll("_", " ");

/**
 * Severities to choose from: empty unless some corruption has more than one.
 * @param {Benchmark[]} benchmarks
 */
export function severityChoices(benchmarks) {
  const corrupted = benchmarks.filter(({ corruption }) => corruption);
  const all = [...new Set(corrupted.map(({ severity }) => severity))].sort((a, b) => a - b);
  return benchmarkColumns(benchmarks).some(({ benchmarks: own }) => own.length > 1) ? all : [];
}

/**
 * `"family"`: set by set, clean first, then family by family; `"hardness"`: lowest accuracy last;
 * `"store"`: as stored. Ties keep the store's order, columns without a value come last.
 * @param {Column[]} columns
 * @param {"family" | "hardness" | "store"} order
 * @param {(column: Column) => number} accuracy mean accuracy of a column
 */
export function orderColumns(columns, order, accuracy) {
  if (order === "store") return columns;
  if (order === "hardness") {
    return byValue(columns, (column) => -accuracy(column));
  }
  const sets = [...new Set(columns.map(({ set }) => set))];
  const families = [...new Set([...FAMILIES, ...columns.map(({ family }) => family)])];
  const place = (/** @type {Column} */ { set, family }) =>
    sets.indexOf(set) * families.length + families.indexOf(family);
  return byValue(columns, place);
}

/**
 * A copy in ascending order of `value`; stable; NaN last.
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} value
 */
function byValue(items, value) {
  const keyed = items.map((item) => ({ item, key: value(item) }));
  keyed.sort((a, b) => {
    if (Number.isNaN(a.key) || Number.isNaN(b.key)) {
      return Number(Number.isNaN(a.key)) - Number(Number.isNaN(b.key));
    }
    return a.key - b.key;
  });
  return keyed.map(({ item }) => item);
}

/**
 * Rows by their mean accuracy in `column`, inside their architecture; architectures likewise.
 * @param {Group[]} groups
 * @param {Column} column
 * @param {"ascending" | "descending"} direction
 * @param {Mean} mean
 * @returns {Group[]}
 */
export function sortGroups(groups, column, direction, mean) {
  const sign = direction === "ascending" ? 1 : -1;
  const sorted = groups.map((group) => ({
    ...group,
    rows: byValue(group.rows, (row) => sign * mean(row.models, column)),
  }));
  return byValue(sorted, ({ rows }) => {
    return (
      sign *
      mean(
        rows.flatMap(({ models }) => models),
        column,
      )
    );
  });
}

/**
 * What stands below each other: an architecture's heading, then its rows; with `each` one line a
 * model, sorted inside the architecture where `value` is given. Repeats share a bar, and a line
 * with `each`; a line named in `open` is followed by one line a repeat.
 * @param {Group[]} groups
 * @param {Model[]} models
 * @param {{ each?: boolean, value?: ((models: number[]) => number) | null,
 *   open?: Set<string> }} [options]
 * @returns {Line[]}
 */
export function tableLines(groups, models, { each = false, value = null, open } = {}) {
  return groups.flatMap(({ architecture, rows }) => {
    const parts = rows.flatMap((row) => {
      const bars = groupRepeats(models, row.models);
      return each ? bars.map((bar) => [bar]) : [bars];
    });
    const sorted = each && value ? byValue(parts, ([bar]) => value(bar)) : parts;
    const all = rows.flatMap((row) => row.models);
    return [
      { kind: "group", architecture, models: all, bars: [] },
      ...sorted.flatMap((bars) => withRepeats(models, bars, each, open ?? new Set())),
    ];
  });
}

/** @param {Model[]} models @param {number[][]} bars @param {boolean} each
 * @param {Set<string>} open @returns {RowLine[]} */
function withRepeats(models, bars, each, open) {
  const first = models[bars[0][0]];
  const label = each ? modelLabel(first) : readable(first.method);
  const key = `${first.architecture} / ${first.method}${each ? ` ${percent(first.ratio)}` : ""}`;
  const repeats = Math.max(...bars.map((bar) => bar.length));
  /** @type {RowLine} */
  const line = {
    kind: "row",
    key,
    architecture: first.architecture,
    label,
    models: bars.flat(),
    bars,
    repeats,
    open: repeats > 1 && open.has(key),
    child: false,
  };
  if (!line.open) return [line];
  const seeds = [...new Set(line.models.map((index) => models[index].seed))];
  const children = seeds
    .sort((a, b) => (a ?? 0) - (b ?? 0))
    .map((seed) => {
      const own = bars.flatMap((bar) => bar.filter((index) => models[index].seed === seed));
      const single = own.map((index) => [index]);
      const name = `seed ${seed ?? 0}`;
      const rest = { models: own, bars: single, repeats: 1, open: false, child: true };
      return { ...line, key: `${key} / ${name}`, label: name, ...rest };
    });
  return [line, ...children];
}

/**
 * Method and measured ratio: `magnitude 89.8 %`.
 * @param {Model} model
 */
export function modelLabel({ method, ratio }) {
  return ratio > 0 ? `${readable(method)} ${percent(ratio)} %` : readable(method);
}

/**
 * A fraction in percent with one decimal.
 * @param {number} fraction
 */
export const percent = (fraction) => (100 * fraction).toFixed(1);

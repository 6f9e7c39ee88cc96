// The table in words: hover text, labels for screen readers, the summary and the CSV.

import { isClear } from "./table_cells.js";
import { percent } from "./table_rows.js";

/**
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./table_rows.js").Column} Column
 * @typedef {import("./columns_hub.js").ModelInfo} Model
 * @typedef {import("./columns_hub.js").Directory} Directory
 * @typedef {{ model: number, column: Column, cell: Cell }} Entry
 */

const MINUS = "\u2212";

/** @param {number} value */
export const integer = (value) => value.toLocaleString("en-US");

/**
 * A difference in percentage points with its sign: `+1.2`, `−0.3`.
 * @param {number} fraction
 */
export function points(fraction) {
  const text = Math.abs(100 * fraction).toFixed(1);
  if (text === "0.0") return "0.0";
  return `${fraction < 0 ? MINUS : "+"}${text}`;
}

/**
 * What hovering shows: `[label, value]` lines under the model's name and the column's.
 * @param {Cell} cell
 * @param {Model} model
 * @param {number} wanted benchmarks of the column
 * @returns {[string, string][]}
 */
export function cellLines(cell, model, wanted) {
  /** @type {[string, string][]} */
  const lines = [["removed", `${percent(model.ratio)} % of the weights`]];
  if (cell.state === "missing") return [...lines, ["accuracy", "not computed"]];
  const over = wanted > 1 ? `, over ${cell.benchmarks} of ${wanted} severities` : "";
  lines.push(
    ["accuracy", `${percent2(cell.accuracy)} % (${share(cell.correct, cell.n)}${over})`],
    ["95 % interval", `${percent2(cell.low)} to ${percent2(cell.high)} %`],
  );
  if (cell.state === "elsewhere") lines.push(["selected", "samples of another set"]);
  if (cell.state === "subset") lines.push(...subsetLines(cell));
  return lines;
}

/** @param {Cell} cell @returns {[string, string][]} */
function subsetLines(cell) {
  if (cell.subsetN === 0) return [["selected", "no sample of this set"]];
  const { subsetAccuracy, subsetCorrect, subsetN, difference } = cell;
  const range = `${points(cell.differenceLow)} to ${points(cell.differenceHigh)}`;
  return [
    ["selected", `${percent2(subsetAccuracy)} % (${share(subsetCorrect, subsetN)})`],
    ["difference", `${points(difference)} points (95 %: ${range})`],
  ];
}

/** @param {number} fraction */
const percent2 = (fraction) => (100 * fraction).toFixed(2);

/** @param {number} part @param {number} whole */
const share = (part, whole) => `${integer(part)} of ${integer(whole)}`;

/**
 * A gridcell's label: every bar's ratio and number, shortest words.
 * @param {Cell[]} cells
 * @param {Model[]} models those of the line
 * @param {string} line
 * @param {Column} column
 */
export function cellLabel(cells, models, line, column) {
  const values = cells.map((cell, i) => `${percent(models[i].ratio)} % removed: ${brief(cell)}`);
  return `${line}, ${column.title}. ${values.join("; ")}`;
}

/** @param {Cell} cell */
function brief(cell) {
  if (cell.state === "missing") return "not computed";
  const whole = `accuracy ${percent(cell.accuracy)} %`;
  if (cell.state !== "subset" || cell.subsetN === 0) return whole;
  return `${whole}, selected ${points(cell.difference)} points`;
}

/**
 * One sentence on the whole table.
 * @param {Directory} directory
 * @param {Entry[]} entries
 * @param {{ filtered: boolean, loading: boolean, sets: { name: string, n: number,
 *   subset: number | null }[] }} state
 */
export function summary(directory, entries, { filtered, loading, sets }) {
  if (directory.models.length === 0) return "The store holds no models yet.";
  if (directory.benchmarks.length === 0) return "The store holds no benchmarks yet.";
  const subset = entries.filter(({ cell }) => cell.state === "subset" && cell.subsetN > 0);
  if (loading) return "Numbers are on their way.";
  if (filtered) return `${chosen(sets)}: ${comparison(subset)}`;
  const values = entries.filter(({ cell }) => cell.state !== "missing").map((e) => e.cell.accuracy);
  const what = `${count(directory.models.length, "model")} × ${count(directory.benchmarks.length, "benchmark")}`;
  if (values.length === 0) return `${what}, none computed yet.`;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const gone = entries.length - values.length;
  const missing = gone ? `, ${count(gone, "cell")} not computed` : "";
  return `${what}: accuracy ${percent(low)} to ${percent(high)} %${missing}.`;
}

/** @param {{ name: string, n: number, subset: number | null }[]} sets */
function chosen(sets) {
  const parts = sets
    .filter(({ subset }) => subset !== null)
    .map(({ name, n, subset }) => {
      const of = sets.length > 1 ? ` of ${name}` : "";
      return `${integer(subset ?? 0)} of ${integer(n)} samples${of} selected`;
    });
  return parts.length ? parts.join(", ") : "Samples of another set selected";
}

/** @param {Entry[]} entries */
function comparison(entries) {
  if (entries.length === 0) return "nothing to compare.";
  const clear = entries.filter(({ cell }) => isClear(cell));
  const better = clear.filter(({ cell }) => cell.difference > 0).length;
  const worse = clear.length - better;
  const rest = entries.length - clear.length;
  return (
    `${integer(better)} cells better than on the whole set, ${integer(worse)} worse, ` +
    `${integer(rest)} not clearly different.`
  );
}

/** @param {number} n @param {string} what */
const count = (n, what) => `${integer(n)} ${what}${n === 1 ? "" : "s"}`;

const HEADER = [
  "model",
  "architecture",
  "method",
  "ratio",
  "seed",
  "benchmark",
  "set",
  "n",
  "correct",
  "accuracy",
  "low",
  "high",
  "subset_n",
  "subset_correct",
  "subset_accuracy",
  "difference",
  "difference_low",
  "difference_high",
];

/**
 * One record a cell, in the columns of `EvaluationTable.to_dataframe()`; text fields are quoted.
 * @param {Directory} directory
 * @param {Entry[]} entries
 */
export function csv(directory, entries) {
  const rows = entries
    .filter(({ cell }) => cell.state !== "missing")
    .map(({ model, column, cell }) => {
      const { name, architecture, method, ratio, seed } = directory.models[model];
      const subset = cell.state === "subset";
      return [
        ...[name, architecture, method].map(quoted),
        ratio,
        seed ?? "",
        quoted(benchmarkName(directory, column)),
        quoted(column.set),
        ...[cell.n, cell.correct, cell.accuracy, cell.low, cell.high],
        ...(subset ? [cell.subsetN, cell.subsetCorrect] : ["", ""]),
        ...[cell.subsetAccuracy, cell.difference, cell.differenceLow, cell.differenceHigh].map(
          (value) => (Number.isFinite(value) ? value : ""),
        ),
      ].join(",");
    });
  return `${[HEADER.join(","), ...rows].join("\n")}\n`;
}

/** @param {Directory} directory @param {Column} column */
function benchmarkName(directory, column) {
  if (column.benchmarks.length === 1) return directory.benchmarks[column.benchmarks[0]].name;
  return column.title;
}

/**
 * Quoted for CSV; a leading sign that a spreadsheet would run as a formula is disarmed.
 * @param {string} text
 */
function quoted(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

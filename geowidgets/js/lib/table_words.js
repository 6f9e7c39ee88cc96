// The table in words: hover text, labels for screen readers and the summary.

import {
  differenceText,
  differenceUnit,
  exactText,
  MCE,
  POTENTIAL,
  valueText,
} from "./table_measures.js";
import { percent } from "./table_rows.js";
import { amount } from "./words.js";

/**
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./table_summaries.js").SummaryCell} SummaryCell
 * @typedef {import("./table_rows.js").Column} Column
 * @typedef {import("./table_measures.js").Measure} Measure
 * @typedef {import("./columns_hub.js").ModelInfo} Model
 * @typedef {import("./columns_hub.js").Directory} Directory
 * @typedef {import("./table_tally.js").Tally} Tally
 */

/** @param {Measure} measure @param {Column} column */
export const measureIn = (measure, { kind }) => {
  if (kind === "benchmark") return measure;
  return kind === "mce" ? MCE : POTENTIAL;
};

/**
 * What hovering shows: `[label, value]` lines under the model's name and the column's.
 * @param {SummaryCell} cell
 * @param {Model} model the first of its repeats
 * @param {Column} column
 * @param {Measure} shown
 * @returns {[string, string][]}
 */
export function cellLines(cell, model, column, shown) {
  const measure = measureIn(shown, column);
  /** @type {[string, string][]} */
  const lines = column.kind === "potential" ? [] : [made(cell, model)];
  if (cell.state === "missing") return [...lines, [measure.title, without(column)]];
  lines.push([measure.title, whole(cell, column, measure)]);
  if (cell.repeats > 1) {
    lines.push(["± std", `${exactText(measure, cell.std)} over ${cell.repeats} repeats`]);
  }
  if (Number.isFinite(cell.low)) {
    const ends = [cell.low, cell.high].map((value) => exactText(measure, value));
    lines.push(["95 % interval", `${ends[0]} to ${ends[1]}`]);
  }
  if (cell.state === "elsewhere") lines.push(["selected", "samples of another set"]);
  if (cell.state === "fixed") lines.push(["selected", "given numbers know no samples"]);
  if (cell.state === "waiting") lines.push(["selected", "being computed"]);
  if (cell.state === "subset") lines.push(...subsetLines(cell, measure));
  if (cell.least !== undefined) lines.push(["lowest column", exactText(measure, cell.least)]);
  return lines;
}

/** @param {Cell} cell @param {Model} model @returns {[string, string]} */
function made(cell, { ratio, members }) {
  if (members?.length) return ["ensemble", voters(members)];
  const about = cell.repeats > 1 ? "about " : "";
  return ["removed", `${about}${percent(ratio)} % of the weights`];
}

/** @param {string[]} members */
const voters = (members) => `${amount(members.length)} models vote`;

/** @param {Column} column */
function without({ kind }) {
  if (kind === "potential") return "needs a dense parent and pruned models";
  return kind === "mce" ? "needs all severities of model and baseline" : "not computed";
}

/** @param {Cell} cell @param {Column} column @param {Measure} measure */
function whole(cell, { benchmarks }, measure) {
  const value = exactText(measure, cell.value);
  const over =
    benchmarks.length > 1 ? `over ${cell.benchmarks} of ${benchmarks.length} severities` : "";
  const counted = measure.name === "accuracy" ? share(cell.correct, cell.n) : "";
  const words = [counted, over].filter((text) => text !== "").join(", ");
  return words ? `${value} (${words})` : value;
}

/** @param {Cell} cell @param {Measure} measure @returns {[string, string][]} */
function subsetLines(cell, measure) {
  if (Number.isNaN(cell.subsetValue)) return [["selected", "no sample of this set"]];
  const { subsetValue, subsetCorrect, subsetN, difference } = cell;
  const accuracy = measure.name === "accuracy";
  const of = subsetN
    ? ` (${accuracy ? share(subsetCorrect, subsetN) : `n = ${amount(subsetN)}`})`
    : "";
  const text = (/** @type {number} */ value) => differenceText(measure, value);
  const range = Number.isFinite(cell.differenceLow)
    ? ` (95 %: ${text(cell.differenceLow)} to ${text(cell.differenceHigh)})`
    : "";
  const unit = differenceUnit(measure);
  return [
    ["selected", `${exactText(measure, subsetValue)}${of}`],
    ["difference", `${text(difference)}${unit ? ` ${unit}` : ""}${range}`],
  ];
}

/** @param {number} part @param {number} whole */
const share = (part, whole) => `${amount(part)} of ${amount(whole)}`;

/**
 * A gridcell's label: every bar's ratio and number, shortest words.
 * @param {Cell[]} cells
 * @param {Model[]} models the first of each bar
 * @param {string} line
 * @param {Column} column
 * @param {Measure} shown
 */
export function cellLabel(cells, models, line, column, shown) {
  const measure = measureIn(shown, column);
  const values = cells.map((cell, i) =>
    column.kind === "potential"
      ? brief(cell, measure)
      : `${origin(models[i])}: ${brief(cell, measure)}`,
  );
  return `${line}, ${column.title}. ${values.join("; ")}`;
}

/** @param {Model} model */
const origin = ({ ratio, members }) =>
  members?.length ? voters(members) : `${percent(ratio)} % removed`;

/** @param {Cell} cell @param {Measure} measure */
function brief(cell, measure) {
  if (cell.state === "missing") return "not computed";
  const unit = measure.percent ? " %" : measure.unit;
  const spread = cell.repeats > 1 ? ` ± ${valueText(measure, cell.std)}` : "";
  const whole = `${measure.title} ${valueText(measure, cell.value)}${spread}${unit}`;
  if (cell.state !== "subset" || Number.isNaN(cell.difference)) return whole;
  const difference = differenceText(measure, cell.difference);
  return `${whole}, selected ${difference} ${differenceUnit(measure)}`.trimEnd();
}

/**
 * One sentence on the whole table.
 * @param {Directory} directory
 * @param {Tally | null} tally null while the cells are gone through
 * @param {{ measure: Measure, filtered: boolean, loading: boolean, waiting: boolean,
 *   counted?: [number, number] | null,
 *   sets: { name: string, n: number, subset: number | null }[] }} state
 */
export function summary(directory, tally, state) {
  const { measure, filtered, loading, waiting, counted, sets } = state;
  if (directory.models.length === 0) return "The store holds no models yet.";
  if (directory.benchmarks.length === 0) return "The store holds no benchmarks yet.";
  if (loading) return "Numbers are on their way.";
  if (waiting && counted) {
    const [rows, all] = counted.map(amount);
    return `${chosen(sets)}: counted on ${rows} of ${all} models.`;
  }
  if (waiting) return `${chosen(sets)}: ${measure.title} is being computed on them.`;
  if (filtered && !tally) return `${chosen(sets)}: comparing.`;
  if (filtered && tally) return `${chosen(sets)}: ${comparison(tally, measure)}`;
  const what = `${count(directory.models.length, "model")} × ${count(directory.benchmarks.length, "benchmark")}`;
  if (!tally) return `${what}.`;
  const { low, high, missing: gone } = tally;
  if (gone === tally.cells) return `${what}, none computed yet.`;
  const missing = gone ? `, ${count(gone, "cell")} not computed` : "";
  const unit = measure.percent ? " %" : measure.unit;
  const range = `${valueText(measure, low)} to ${valueText(measure, high)}${unit}`;
  return `${what}: ${measure.title} ${range}${missing}.`;
}

/** @param {{ name: string, n: number, subset: number | null }[]} sets */
function chosen(sets) {
  const parts = sets
    .filter(({ subset }) => subset !== null)
    .map(({ name, n, subset }) => {
      const of = sets.length > 1 ? ` of ${name}` : "";
      return `${amount(subset ?? 0)} of ${amount(n)} samples${of} selected`;
    });
  return parts.length ? parts.join(", ") : "Samples of another set selected";
}

/** @param {Tally} tally @param {Measure} measure */
function comparison({ compared, up: higher, down: lower }, measure) {
  if (compared === 0) return "nothing to compare.";
  const [gains, losses] = measure.better < 0 ? [lower, higher] : [higher, lower];
  const rest = compared - gains - losses;
  const [up, down] = measure.better === 0 ? ["higher", "lower"] : ["better", "worse"];
  return (
    `${amount(gains)} cells ${up} than on the whole set, ${amount(losses)} ${down}, ` +
    `${amount(rest)} not clearly different.`
  );
}

/** @param {number} n @param {string} what */
const count = (n, what) => `${amount(n)} ${what}${n === 1 ? "" : "s"}`;

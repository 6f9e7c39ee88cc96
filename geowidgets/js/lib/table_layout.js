// The table as it stands now: lines, columns and the cells between them.

import { cell, finiteMean } from "./table_cells.js";
import { tableSizes } from "./table_geometry.js";
import {
  benchmarkColumns,
  groupModels,
  orderColumns,
  severityChoices,
  sortGroups,
  tableLines,
} from "./table_rows.js";

/**
 * @typedef {import("./table_rows.js").Column} Column
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./table_geometry.js").Mode} Mode
 * @typedef {import("./table_geometry.js").Sizes} Sizes
 * @typedef {import("./table_data.js").TableData} TableData
 * @typedef {import("./columns_hub.js").Directory} Directory
 * @typedef {{ mode: Mode, order: "family" | "hardness" | "store", severity: number | null,
 *   sortBy: string | null, descending: boolean }} Display
 * @typedef {{ lines: Line[], tops: number[], columns: Column[], sizes: Sizes, mode: Mode,
 *   shared: string, details: string[], severities: number[], sortBy: string | null, descending: boolean }} Layout
 */

/** Width of a character of a row's name, in pixels: an estimate, names are cut with an ellipsis. */
const CHARACTER = 6.4;

/**
 * @param {Directory} directory
 * @param {TableData} data
 * @param {Display} display
 * @param {number} available width of the view in pixels
 * @returns {Layout}
 */
export function tableLayout(directory, data, display, available) {
  const { models, benchmarks } = directory;
  const { mode, severity, order, sortBy, descending } = display;
  const everyone = models.map((_, index) => index);
  const mean = meanAccuracy(data);
  const columns = orderColumns(benchmarkColumns(benchmarks, severity), order, (column) =>
    mean(everyone, column),
  );
  const { shared, own } = details(columns);
  const sorted = columns.find(({ key }) => key === sortBy);
  const groups = groupModels(models);
  const sign = descending ? -1 : 1;
  const lines = tableLines(
    sorted ? sortGroups(groups, sorted, descending ? "descending" : "ascending", mean) : groups,
    models,
    { each: mode !== "bars", value: sorted ? (model) => sign * mean([model], sorted) : null },
  );
  const longest = Math.max(
    0,
    ...lines.map((line) => (line.kind === "row" ? line.label.length : 0)),
  );
  const head = longest * CHARACTER + 28;
  const sizes = tableSizes(mode, available, columns.length, head, own.join("") !== "");
  const tops = [0];
  for (const { kind } of lines) tops.push(tops[tops.length - 1] + sizes[kind]);
  return {
    lines,
    tops,
    columns,
    sizes,
    mode,
    shared,
    details: own,
    severities: severityChoices(benchmarks),
    sortBy: sorted ? sorted.key : null,
    descending,
  };
}

/**
 * The severity that all corrupted columns of the first set have in common is said once, in the
 * corner; columns that differ, and those of other sets, have a second text below their name.
 * @param {Column[]} columns
 */
function details(columns) {
  const first = columns.filter(({ set, severity }) => set === columns[0].set && severity !== "");
  const common = new Set(first.map(({ severity }) => severity));
  const shared = common.size === 1 ? [...common][0] : "";
  const own = columns.map(({ severity, set, benchmarks }) => {
    const brief = benchmarks.length > 1 ? `mean of ${benchmarks.length}` : severity;
    const parts = [severity === shared ? "" : brief, set === columns[0].set ? "" : set];
    return parts.filter((text) => text !== "").join(" · ");
  });
  return { shared, own };
}

/**
 * Mean whole-set accuracy of some models in a column; NaN where nothing is computed.
 * @param {TableData} data
 * @returns {import("./table_rows.js").Mean}
 */
export function meanAccuracy(data) {
  return (models, column) => {
    const numbers = data.sets.get(column.set);
    if (!numbers) return Number.NaN;
    return finiteMean(
      models.map((model) => cell(numbers, model, column.benchmarks, false).accuracy),
    );
  };
}

/**
 * The cells of a table, each computed once, when it is first asked for.
 * @typedef {{ at: (model: number, column: Column) => Cell,
 *   all: (models: number, columns: Column[]) => { model: number, column: Column, cell: Cell }[] }}
 *   Cells
 * @param {TableData} data
 * @returns {Cells}
 */
export function tableCells({ sets, filtered }) {
  /** @type {Map<Column, Cell[]>} */
  const known = new Map();

  /** @param {number} model @param {Column} column */
  function at(model, column) {
    let cells = known.get(column);
    if (!cells) {
      cells = [];
      known.set(column, cells);
    }
    const numbers = /** @type {import("./table_cells.js").SetNumbers} */ (sets.get(column.set));
    cells[model] ??= cell(numbers, model, column.benchmarks, filtered);
    return cells[model];
  }

  return {
    at,
    all(models, columns) {
      const entries = [];
      for (let model = 0; model < models; model += 1) {
        for (const column of columns) entries.push({ model, column, cell: at(model, column) });
      }
      return entries;
    },
  };
}

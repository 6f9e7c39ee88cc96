// The table as it stands now: lines, columns and the cells between them.

import { cell, finiteMean } from "./table_cells.js";
import { tableSizes } from "./table_geometry.js";
import {
  benchmarkColumns,
  groupModels,
  orderColumns,
  percent,
  severityChoices,
  sortGroups,
  tableLines,
} from "./table_rows.js";
import { createSummaries } from "./table_summaries.js";

/**
 * @typedef {import("./table_rows.js").Column} Column
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./table_geometry.js").Mode} Mode
 * @typedef {import("./table_geometry.js").Sizes} Sizes
 * @typedef {import("./table_data.js").TableData} TableData
 * @typedef {import("./table_measures.js").Measure} Measure
 * @typedef {import("./columns_hub.js").Directory} Directory
 * @typedef {{ mode: Mode, order: "family" | "hardness" | "store", severity: number | null,
 *   sortBy: string | null, descending: boolean, sortSelected: boolean, potential: boolean,
 *   delta: number,
 *   baseline: string | null, expanded: string[], metric: string,
 *   table: import("./table_measures.js").GivenTable | null }} Display
 * @typedef {{ lines: Line[], tops: number[], columns: Column[], sizes: Sizes, mode: Mode,
 *   shared: string, details: string[], severities: number[], sortBy: string | null,
 *   descending: boolean }} Layout
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
  const { models } = directory;
  const { mode, sortBy, descending, sortSelected } = display;
  const { columns, severities } = tableColumns(directory, data, display);
  const field = sortSelected && data.filtered && !data.waiting ? "difference" : "value";
  const mean = meanValue(tableCells(directory, data, display, columns), field);
  const { shared, own } = details(columns);
  const sorted = columns.find(({ key }) => key === sortBy);
  const groups = groupModels(models);
  const sign = descending ? -1 : 1;
  const lines = tableLines(
    sorted ? sortGroups(groups, sorted, descending ? "descending" : "ascending", mean) : groups,
    models,
    {
      each: mode !== "bars",
      value: sorted ? (bar) => sign * mean(bar, sorted) : null,
      open: new Set(display.expanded),
    },
  );
  const room = lines.map((line) =>
    line.kind === "row" ? line.label.length + (line.repeats > 1 || line.child ? 5 : 0) : 0,
  );
  const head = Math.max(0, ...room) * CHARACTER + 28;
  const longest = Math.max(0, ...columns.map(({ label }) => label.length));
  const detailed = own.join("") !== "";
  const sizes = tableSizes(mode, available, columns.length, head, detailed, longest);
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
    severities,
    sortBy: sorted ? sorted.key : null,
    descending,
  };
}

/**
 * Benchmarks in the order asked for, after the columns that sum them up.
 * @param {Directory} directory
 * @param {TableData} data
 * @param {Display} display
 */
function tableColumns(directory, data, display) {
  const { benchmarks, models } = directory;
  const everyone = models.map((_, index) => index);
  const plain = benchmarkColumns(benchmarks, display.severity);
  const mean = meanValue(tableCells(directory, data, display, plain), "value");
  const sign = data.measure.better < 0 ? -1 : 1;
  const ordered = orderColumns(plain, display.order, (column) => sign * mean(everyone, column));
  const columns = ordered.length ? [...summaryColumns(display), ...ordered] : ordered;
  return { columns, severities: severityChoices(benchmarks) };
}

/** @param {Display} display @returns {Column[]} */
function summaryColumns({ potential, delta, baseline }) {
  const rest = { family: "over all columns", set: "", corrupted: false, benchmarks: [] };
  /** @type {Column[]} */
  const columns = [];
  if (potential) {
    const severity = `δ\u00a0=\u00a0${percent(delta)}\u00a0%`;
    const names = { key: "potential", label: "prune potential", severity };
    columns.push({ kind: "potential", ...names, title: `prune potential, ${severity}`, ...rest });
  }
  if (baseline !== null) {
    const names = { key: "mce", label: "mCE", severity: `of\u00a0${baseline}` };
    const title = `mean corruption error relative to ${baseline}`;
    columns.push({ kind: "mce", ...names, title, ...rest });
  }
  return columns;
}

/**
 * The severity that all corrupted columns of the first set have in common is said once, in the
 * corner; columns that differ, and those of other sets, have a second text below their name.
 * @param {Column[]} columns
 */
function details(columns) {
  const plain = columns.filter(({ kind }) => kind === "benchmark");
  const first = plain.filter(({ set, severity }) => set === plain[0].set && severity !== "");
  const common = new Set(first.map(({ severity }) => severity));
  const shared = common.size === 1 ? [...common][0] : "";
  const own = columns.map(({ kind, severity, set, benchmarks }) => {
    if (kind !== "benchmark") return severity;
    const brief = benchmarks.length > 1 ? `mean of ${benchmarks.length}` : severity;
    const parts = [severity === shared ? "" : brief, set === plain[0].set ? "" : set];
    return parts.filter((text) => text !== "").join(" · ");
  });
  return { shared, own };
}

/**
 * Mean of some models in a column, of whole-set values or of the subset's differences from them; NaN
 * where nothing is computed.
 * @param {Cells} cells
 * @param {"value" | "difference"} field
 * @returns {import("./table_rows.js").Mean}
 */
function meanValue(cells, field) {
  return (models, column) => {
    // The potential belongs to a method as a whole, not to a model.
    if (column.kind === "potential") return cells.at(models, column)[field];
    return finiteMean(models.map((model) => cells.at(cells.single(model), column)[field]));
  };
}

/**
 * The cells of a table, each computed once, when it is first asked for.
 * @typedef {ReturnType<typeof tableCells>} Cells
 * @param {Directory} directory
 * @param {TableData} data
 * @param {Pick<Display, "delta" | "baseline">} display
 * @param {Column[]} columns
 */
export function tableCells({ models }, data, { delta, baseline }, columns) {
  /** @type {Map<Column, Map<number[], Cell>>} */
  const known = new Map();
  /** @type {number[][]} */
  const singles = [];
  /** @type {ReturnType<typeof createSummaries> | null} */
  let summaries = null;
  const sums = () => {
    const base = models.findIndex(({ name }) => name === baseline);
    summaries ??= createSummaries(data, { models, delta, baseline: base, columns });
    return summaries;
  };

  /** @param {number[]} bar @param {Column} column @returns {Cell} */
  function make(bar, column) {
    if (column.kind === "mce") return sums().corruptionError(bar);
    if (column.kind === "potential") return sums().potential(bar);
    const numbers = /** @type {import("./table_cells.js").SetNumbers} */ (
      data.sets.get(column.set)
    );
    return cell(numbers, bar, column.benchmarks, data.filtered);
  }

  /** The cell of repeats in a column; for the potential, of all models of a line.
   * @param {number[]} bar @param {Column} column */
  function at(bar, column) {
    let cells = known.get(column);
    if (!cells) {
      cells = new Map();
      known.set(column, cells);
    }
    let found = cells.get(bar);
    if (!found) {
      found = make(bar, column);
      cells.set(bar, found);
    }
    return found;
  }

  return {
    at,
    /** The same array for the same model, so that its cell is made once. @param {number} model */
    single(model) {
      singles[model] ??= [model];
      return singles[model];
    },
    /** @param {number[]} line @param {Column} column */
    potentialAt: (line, column) => sums().potentialAt(line, column),
    /** Every bar of every line, single repeats of an open line not again.
     * @param {Line[]} lines @param {Column[]} wanted
     * @returns {Generator<{ cell: Cell, column: Column }, undefined>} */
    *shown(lines, wanted) {
      for (const line of lines) {
        if (line.kind === "group" || line.child) continue;
        for (const column of wanted) {
          if (column.kind !== "benchmark") continue;
          for (const bar of line.bars) yield { column, cell: at(bar, column) };
        }
      }
    },
    /** One entry a model, for a file. @param {Column[]} wanted */
    each(wanted) {
      return models.flatMap((_, model) =>
        wanted.flatMap((column) =>
          column.kind === "benchmark"
            ? [{ model, column, cell: at(this.single(model), column) }]
            : [],
        ),
      );
    },
  };
}

// One line of the table drawn: which cells, in which look, with which marks.

import { POTENTIAL } from "./table_measures.js";
import { paintCell } from "./table_paint.js";
import { denseParents } from "./table_potential.js";
import { paintPotential } from "./table_tiles.js";

/**
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {import("./table_layout.js").Cells} Cells
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_rows.js").RowLine} RowLine
 * @typedef {import("./table_rows.js").Column} Column
 * @typedef {import("./table_paint.js").Style} Style
 * @typedef {{ layout: () => Layout, cells: () => Cells,
 *   models: () => import("./columns_hub.js").ModelInfo[],
 *   state: () => import("./selection.js").State,
 *   focused: (model: number, benchmark: number) => boolean, style: () => Style,
 *   summaryStyle: () => Style, hot: () => import("./table_grid.js").Place | null,
 *   potential: () => boolean }} Present
 */

/** @param {Present} present what holds at the moment of drawing */
export function createLinePainter(present) {
  const { layout, cells, models, state, focused, style, summaryStyle, hot, potential } = present;
  /** @type {Map<number[], number[]>} bars' models → their dense parents */
  let parents = new Map();
  /** @type {number[] | null} */
  let roots = null;

  /** The dense parents of a line, the same array for the same line. @param {RowLine} line */
  function parentsOf({ models: own }) {
    let found = parents.get(own);
    if (!found) {
      roots ??= denseParents(models());
      found = [...new Set(own.flatMap((model) => roots?.[model] ?? -1))].filter((one) => one >= 0);
      parents.set(own, found);
    }
    return found;
  }

  /** @param {RowLine} line @param {Column} column */
  function cellsOf(line, column) {
    if (column.kind === "potential") return [cells().at(line.models, column)];
    return line.bars.map((bar) => cells().at(bar, column));
  }

  /** The bar up to which a line may be pruned in a column, or −1. @param {RowLine} line
   * @param {Column} column */
  function notch(line, column) {
    if (!potential() || column.kind !== "benchmark" || layout().mode !== "bars") return -1;
    const limit = cells().potentialAt(line.models, column);
    if (!(limit > 0)) return -1;
    // A mean over repeats may lie between the ratios of two bars: the lower one is meant.
    const ratios = line.bars.map(([model]) => models()[model].ratio);
    return ratios.findLastIndex((ratio) => ratio <= limit + 1e-3);
  }

  /** @param {CanvasRenderingContext2D} context @param {Line} line
   * @param {[number, number]} [part] the columns to draw, the second one excluded */
  function paint(context, line, part) {
    if (line.kind === "group") return;
    const { sizes, columns, lines } = layout();
    const [first, last] = part ?? [0, columns.length];
    const at = hot();
    const under = at && lines[at.line] === line ? at : null;
    const tiles = layout().mode !== "bars";
    const dense = tiles ? [] : parentsOf(line);
    const plain = { ...style(), parent: Number.NaN, notch: -1 };
    columns.slice(first, last).forEach((column, k) => {
      const index = first + k;
      const box = { x: index * sizes.column, y: 0, width: sizes.column, height: sizes.row };
      const found = cellsOf(line, column);
      if (column.kind === "potential") {
        paintPotential(context, box, found[0], { ...style(), measure: POTENTIAL });
        return;
      }
      const bars = line.bars.map((bar, i) => ({
        cell: found[i],
        dim: dimmed(bar, column),
        mark: mark(bar, column.benchmarks, state()),
        hot: under?.column === index && under.bar === i,
      }));
      if (column.kind === "mce") {
        paintCell(context, box, bars, summaryStyle());
        return;
      }
      if (tiles) {
        paintCell(context, box, bars, plain);
        return;
      }
      const parent = dense.length ? cells().at(dense, column).value : Number.NaN;
      paintCell(context, box, bars, { ...style(), parent, notch: notch(line, column) });
    });
  }

  /** @param {number[]} bar @param {Column} column */
  function dimmed(bar, { benchmarks }) {
    if (benchmarks.length === 0) return false;
    return !bar.some((model) => benchmarks.some((benchmark) => focused(model, benchmark)));
  }

  return {
    paint,
    cellsOf,
    /** Whether the clause on pairs holds all pairs of a cell. @param {Line} line
     * @param {number} column */
    chosen(line, column) {
      const { benchmarks } = layout().columns[column];
      if (state().pairs === null || benchmarks.length === 0) return false;
      return line.models.every((model) => benchmarks.every((one) => focused(model, one)));
    },
    /** The store or the lines are others now. */
    renew() {
      parents = new Map();
      roots = null;
    },
  };
}

/**
 * @param {number[]} bar
 * @param {number[]} benchmarks
 * @param {{ reference: [number, number] | null, compared: [number, number] | null }} state
 * @returns {"" | "reference" | "compared"}
 */
function mark(bar, benchmarks, { reference, compared }) {
  const holds = (/** @type {[number, number] | null} */ pair) =>
    pair !== null && bar.includes(pair[0]) && benchmarks.includes(pair[1]);
  if (holds(compared)) return "compared";
  return holds(reference) ? "reference" : "";
}

// The evaluation table: puts data, layout, grid and selection together.

import { html } from "./elements.js";
import { offer } from "./picture.js";
import { inFocus } from "./table_actions.js";
import { isClear } from "./table_cells.js";
import { createTableData } from "./table_data.js";
import { drawTable } from "./table_export.js";
import { differenceScale } from "./table_geometry.js";
import { createGrid } from "./table_grid.js";
import { tableCells, tableLayout } from "./table_layout.js";
import { fillLegend } from "./table_legend.js";
import { COLORS, paintCell } from "./table_paint.js";
import { listen } from "./table_pointer.js";
import { createTip } from "./table_tip.js";
import { createToolbar } from "./table_toolbar.js";
import { cellLabel, cellLines, csv, summary } from "./table_words.js";
import { followTheme, readColors } from "./theme.js";

/**
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {import("./table_layout.js").Display} Display
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_grid.js").Place} Place
 * @typedef {import("./table_data.js").TableData} TableData
 * @typedef {{ columns: import("./columns_hub.js").ColumnsHub,
 *   selection: import("./selection_hub.js").SelectionHub,
 *   display: () => Display, change: (display: Partial<Display>) => void,
 *   height: () => number, signal: AbortSignal }} Options
 */

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @returns {{ redraw: () => void }} `redraw` after a change of display state
 */
export function createTableView(root, { columns, selection, display, change, height, signal }) {
  const bar = html("div", {
    class: "gw-bar gw-table-bar",
    role: "toolbar",
    "aria-label": "Evaluation table",
  });
  const scroll = html("div", { class: "gw-table-scroll", role: "grid", "aria-label": "Accuracy" });
  const legend = html("div", { class: "gw-table-legend" });
  const status = html("div", { class: "gw-table-status", role: "status", "aria-live": "polite" });
  const problem = html("div", { class: "gw-error", role: "alert" });
  root.append(bar, problem, scroll, legend, status);
  const tip = createTip(root);
  // Numbers that arrive during a drag must not change the view's height under the pointer.
  const read = createTableData(columns, selection, () => update(dragging));
  const showToolbar = createToolbar(bar, { change, items: menuItems() });
  const grid = createGrid(scroll, { paint: paintLine, label }, signal);

  /** @type {TableData} */
  let data = read();
  let cells = tableCells(data);
  /** @type {Layout} */
  let layout = tableLayout(columns.directory(), data, display(), 0);
  let width = 0;
  let dragging = false;
  /** @type {import("./table_paint.js").Style} */
  let style = {
    ...freshStyle(),
    mode: layout.mode,
    filtered: false,
    scale: 0.1,
    parent: Number.NaN,
  };
  /** @type {ReturnType<typeof inFocus>} */
  let focused = () => true;
  /** @type {Place | null} */
  let hot = null;

  function freshStyle() {
    const family = getComputedStyle(root).fontFamily;
    const dark = root.dataset.gwTheme === "dark";
    return { colors: readColors(root, COLORS), font: `11px ${family}`, dark };
  }

  /** Everything anew: what stands where may have changed. */
  function redraw() {
    data = read();
    cells = tableCells(data);
    width = scroll.clientWidth || width; // none while the host hides the view
    layout = tableLayout(columns.directory(), data, display(), width);
    style = { ...style, ...freshStyle(), mode: layout.mode };
    scroll.style.maxHeight = `${height()}px`;
    scroll.setAttribute("aria-label", gridLabel());
    showToolbar(display(), layout.severities);
    follow();
    grid.setLayout(layout);
    settle();
  }

  /** Numbers or clauses changed, nothing moves. @param {boolean} [transient] a drag is under way */
  function update(transient = false) {
    const before = data;
    data = read();
    cells = tableCells(data);
    const moved = [...data.sets].some(([name, { accuracy }]) => {
      return before.sets.get(name)?.accuracy !== accuracy;
    });
    if (moved) {
      redraw(); // accuracies decide on the order of columns and rows
      return;
    }
    follow(transient);
    grid.repaint();
    if (!transient) settle();
  }

  /** Scale and focus for the present selection. @param {boolean} [transient] */
  function follow(transient = false) {
    const { models } = columns.directory();
    let largest = 0;
    if (data.filtered) {
      for (const { cell } of cells.all(models.length, layout.columns)) {
        // An unclear difference may be as large as it likes: it must not flatten the others.
        if (isClear(cell)) largest = Math.max(largest, Math.abs(cell.difference));
      }
    }
    const scale = differenceScale(largest);
    // Under the pointer the scale only grows, or bars would jump while they are read.
    const kept = transient && style.filtered ? Math.max(style.scale, scale) : scale;
    style = { ...style, filtered: data.filtered, scale: kept };
    focused = inFocus(selection.state(), selection.pairs(), columns.directory().benchmarks.length);
  }

  function emphasise() {
    const { models, benchmarks } = selection.state();
    const every = (/** @type {number[] | null} */ clause, /** @type {number[]} */ indices) =>
      clause !== null && indices.every((index) => clause.includes(index));
    grid.emphasise(
      (column) => every(benchmarks, layout.columns[column].benchmarks),
      (line) => every(models, layout.lines[line].models),
    );
  }

  /** What is written rather than drawn; too slow for every frame of a drag. */
  function settle() {
    const directory = columns.directory();
    const sets = directory.sets.map(({ name, n }) => ({
      name,
      n,
      subset: data.sets.get(name)?.subset ?? null,
    }));
    const entries = cells.all(directory.models.length, layout.columns);
    const has = (/** @type {string} */ state) => entries.some(({ cell }) => cell.state === state);
    fillLegend(legend, {
      mode: layout.mode,
      filtered: data.filtered && has("subset"),
      scale: style.scale,
      dense: directory.models.some(({ parent }) => parent !== null),
      missing: has("missing"),
      elsewhere: has("elsewhere"),
      compared: selection.state().compared !== null,
      sets,
    });
    const words = summary(directory, entries, { ...data, sets });
    if (status.textContent !== words) status.textContent = words;
    const wrong = data.error || selection.error();
    problem.textContent = wrong;
    problem.hidden = !wrong;
    root.dataset.gwState = data.loading ? "loading" : "ready";
    grid.relabel();
    emphasise();
  }

  function gridLabel() {
    const { models, benchmarks } = columns.directory();
    return `Accuracy of ${models.length} models on ${benchmarks.length} benchmarks`;
  }

  /** @param {CanvasRenderingContext2D} context @param {Line} line */
  function paintLine(context, line) {
    const { sizes } = layout;
    const { models } = columns.directory();
    const { reference, compared } = selection.state();
    const under = hot && layout.lines[hot.line] === line ? hot : null;
    const parent = models.findIndex(({ name }) => name === models[line.models[0]].parent);
    layout.columns.forEach((column, index) => {
      const bars = line.models.map((model, i) => ({
        cell: cells.at(model, column),
        dim: !column.benchmarks.some((benchmark) => focused(model, benchmark)),
        mark: mark(model, column.benchmarks, reference, compared),
        hot: under?.column === index && under.bar === i,
      }));
      const box = { x: index * sizes.column, y: 0, width: sizes.column, height: sizes.row };
      const dense = parent < 0 ? Number.NaN : cells.at(parent, column).accuracy;
      paintCell(context, box, bars, { ...style, parent: dense });
    });
  }

  /** @param {Line} line @param {number} column */
  function label(line, column) {
    const { models } = columns.directory();
    const own = line.models.map((model) => models[model]);
    const name = line.kind === "row" ? `${line.architecture}, ${line.label}` : line.architecture;
    const shown = line.models.map((model) => cells.at(model, layout.columns[column]));
    return cellLabel(shown, own, name, layout.columns[column]);
  }

  /** @param {Place | null} place @param {number} x */
  function point(place, x) {
    const lines = [hot, place].flatMap((at) => (at && at.line >= 0 ? [at.line] : []));
    hot = place;
    grid.repaintLines(lines);
    const line = place && layout.lines[place.line];
    const node = place && place.column >= 0 ? grid.node(place) : null;
    if (!place || !node || !line || place.line < 0) {
      tip.hide();
      return;
    }
    const model = columns.directory().models[line.models[place.bar]];
    const column = layout.columns[place.column];
    const cell = cells.at(line.models[place.bar], column);
    tip.show(
      node.getBoundingClientRect(),
      x,
      [model.name, column.title],
      cellLines(cell, model, column.benchmarks.length),
    );
  }

  function menuItems() {
    const records = () => {
      const directory = columns.directory();
      return csv(directory, cells.all(directory.models.length, layout.columns));
    };
    return [
      { label: "Copy CSV", run: () => navigator.clipboard.writeText(records()) },
      {
        label: "CSV file",
        run: () => offer(new Blob([records()], { type: "text/csv" }), "evaluation.csv"),
      },
      {
        label: "PNG",
        run: () => {
          const marks = [...legend.children].map((entry) => entry.textContent).join("; ");
          const own = layout.shared ? `${layout.shared}; ${marks}` : marks;
          const words = [status.textContent ?? "", own];
          const canvas = drawTable(layout, paintLine, { ...style, words });
          canvas.toBlob((blob) => blob && offer(blob, "evaluation.png"));
        },
      },
    ];
  }

  followTheme(root, signal, redraw);
  listen(scroll, { grid, selection, change, point, layout: () => layout }, signal);
  const changed = (/** @type {{ transient: boolean }} */ { transient }) => {
    dragging = transient;
    update(transient);
  };
  selection.subscribe(changed, { signal });
  columns.subscribe((keys) => keys.has("directory") && redraw(), { signal });
  const resized = new ResizeObserver(() => {
    // Compared with what was drawn: a host that swaps its theme gives no width for a moment.
    if (scroll.clientWidth && scroll.clientWidth !== width) redraw();
    // Lines made while a host kept the output hidden, and so without height, are too few.
    else grid.show();
  });
  resized.observe(root);
  resized.observe(scroll);
  signal.addEventListener("abort", () => resized.disconnect());
  redraw();
  return { redraw };
}

/**
 * @param {number} model
 * @param {number[]} benchmarks
 * @param {[number, number] | null} reference
 * @param {[number, number] | null} compared
 * @returns {"" | "reference" | "compared"}
 */
function mark(model, benchmarks, reference, compared) {
  if (compared && compared[0] === model && benchmarks.includes(compared[1])) return "compared";
  if (reference && reference[0] === model && benchmarks.includes(reference[1])) return "reference";
  return "";
}

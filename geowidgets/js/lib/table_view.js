// The evaluation table: puts data, layout, grid and selection together.

import { whenIdle } from "./idle.js";
import { inFocus } from "./table_actions.js";
import { createTableData } from "./table_data.js";
import { createEnsembleButton } from "./table_ensemble.js";
import { tableSvg } from "./table_export.js";
import { createGrid } from "./table_grid.js";
import { tableCells, tableLayout } from "./table_layout.js";
import { createLinePainter } from "./table_lines.js";
import { createParts } from "./table_parts.js";
import { listen } from "./table_pointer.js";
import { createTableSaid } from "./table_said.js";
import { menuItems } from "./table_saving.js";
import { createTableStyle } from "./table_style.js";
import { addTo, countOn, createTally } from "./table_tally.js";
import { createTip } from "./table_tip.js";
import { createToolbar } from "./table_toolbar.js";
import { cellLines } from "./table_words.js";
import { followTheme } from "./theme.js";
import { createFrames } from "./view_frames.js";

/**
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {import("./table_layout.js").Display} Display
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_grid.js").Place} Place
 * @typedef {import("./table_data.js").TableData} TableData
 * @typedef {{ columns: import("./columns_hub.js").ColumnsHub,
 *   selection: import("./selection_hub.js").SelectionHub,
 *   display: () => Display, change: (display: Partial<Display>) => void,
 *   height: () => number, ask: (models: string[]) => void, signal: AbortSignal }} Options `ask`: for
 *   an ensemble's row
 */

/** Cells of a table that is gone through at once; larger ones when the page is idle. */
const AT_ONCE = 6000;
/** Cells gone through in one step: about a millisecond. */
const STEP = 500;
/** Lines above and below of the view whose bits are there before they are. */
const AHEAD = 24;

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @returns {{ redraw: () => void, picture: () => import("./picture.js").Print | null }} `redraw`
 *   after a change of display state
 */
export function createTableView(root, options) {
  const { columns, selection, display, change, height, ask, signal } = options;
  const { bar, problem, scroll, legend, status } = createParts(root);
  const tip = createTip(root);
  let standing = false; // whether there are lines and columns, which the first numbers bring about
  // Numbers that arrive during a drag must not change the view's height under the pointer.
  const read = createTableData(columns, selection, display, () => update(dragging), inView, across);
  const look = createTableStyle(root);
  const lines = createLinePainter({
    layout: () => layout,
    cells: () => cells,
    models: () => columns.directory().models,
    state: () => selection.state(),
    focused: (model, benchmark) => focused(model, benchmark),
    style: look.style,
    summaryStyle: look.summary,
    hot: () => hot,
    potential: () => display().potential,
  });
  const saved = menuItems({
    directory: () => columns.directory(),
    layout: () => layout,
    cells: () => cells,
    measure: () => data.measure,
    paint: lines.paint,
    look: () => ({ ...look.style(), words: said.words() }),
  });
  const ensemble = createEnsembleButton({
    columns,
    selection,
    ask,
    changed: () => settle(),
    signal,
  });
  const showToolbar = createToolbar(bar, { change, items: saved, ensemble: ensemble.element });
  const said = createTableSaid(root, {
    parts: { problem, legend, status },
    columns,
    selection,
    display,
    data: () => data,
    layout: () => layout,
    style: look.style,
    cellsOf: lines.cellsOf,
    problem: ensemble.problem,
  });
  const grid = createGrid(
    scroll,
    { paint: lines.paint, label: said.label, chosen: lines.chosen },
    signal,
  );

  /** @type {TableData} */
  let data = read();
  /** @type {Layout} */
  let layout = tableLayout(columns.directory(), data, display(), 0);
  let cells = tableCells(columns.directory(), data, display(), layout.columns);
  standing = true;
  let width = 0;
  let dragging = false;
  let big = false;
  let callOff = () => {};
  /** The masks by which rows were sorted last. @type {(Uint32Array | null | undefined)[]} */
  let sortedOn = [];
  /** @type {ReturnType<typeof inFocus>} */
  let focused = () => true;
  /** @type {Place | null} */
  let hot = null;

  /** Everything anew: what stands where may have changed. */
  function redraw() {
    data = read();
    width = scroll.clientWidth || width; // none while the host hides the view
    layout = tableLayout(columns.directory(), data, display(), width);
    cells = tableCells(columns.directory(), data, display(), layout.columns);
    const bars = layout.lines.reduce((sum, line) => sum + line.bars.length, 0);
    big = bars * layout.columns.length > AT_ONCE;
    if (!data.waiting) sortedOn = masks();
    look.renew(layout.mode, data.measure, wholeValues());
    scroll.style.maxHeight = `${height()}px`;
    scroll.setAttribute("aria-label", said.title());
    const dense = columns.directory().models.filter(({ ratio }) => ratio <= 0);
    showToolbar(
      display(),
      layout.severities,
      dense.map(({ name }) => name),
    );
    lines.renew();
    follow(big);
    grid.setLayout(layout);
    settle();
    bring();
  }

  function* wholeValues() {
    for (const { cell } of cells.shown(layout.lines, layout.columns)) yield cell.value;
  }

  const masks = () => [...data.sets.values()].map(({ mask }) => mask);

  /** Whether rows that are ordered by their differences would now stand elsewhere. */
  function stands() {
    const { sortSelected, sortBy } = display();
    if (!sortSelected || sortBy === null || data.waiting || data.loading) return true;
    return masks().every((mask, k) => mask === sortedOn[k]);
  }

  /** Numbers or clauses changed, nothing moves. @param {boolean} [transient] a drag is under way */
  function update(transient = false) {
    callOff();
    const before = data;
    data = read(transient);
    const moved = [...data.sets].some(([name, { accuracy, whole }]) => {
      const old = before.sets.get(name);
      return old?.accuracy !== accuracy || old.whole !== whole;
    });
    if (moved || data.measure.name !== before.measure.name || !(transient || stands())) {
      redraw(); // values decide on the order of columns and rows
      return;
    }
    cells = tableCells(columns.directory(), data, display(), layout.columns);
    follow(transient || big);
    grid.repaint(transient || big);
    if (!transient) settle();
  }

  /** Scale and focus for the present selection. @param {boolean} hurry only what is drawn counts */
  function follow(hurry) {
    const near = hurry ? grid.seen() : EVERYTHING;
    const tally = createTally();
    if (data.filtered) {
      const wanted = layout.columns.slice(...near.columns);
      // Not by `shown`: a generator and its entries cost a millisecond of every move.
      for (const line of layout.lines.slice(...near.lines)) {
        if (line.kind === "group" || line.child) continue;
        for (const column of wanted) {
          if (column.kind !== "benchmark") continue;
          for (const bar of line.bars) addTo(tally, cells.at(bar, column));
        }
      }
    }
    look.scaleTo(data, tally.largest, hurry);
    look.sumUp(layout.lines.slice(...near.lines), layout.columns, cells);
    focused = inFocus(selection.state(), selection.pairs(), columns.directory().benchmarks.length);
  }

  /** Models of the rows in view, and of some around it where there is time. @param {boolean} hurry */
  function inView(hurry) {
    if (!standing) return [];
    const [first, last] = grid.seen().lines;
    const around = hurry ? 0 : AHEAD;
    const ahead = layout.lines.slice(last, last + around);
    const behind = layout.lines.slice(Math.max(0, first - around), first);
    // A heading stands for every model below it, wherever they are.
    return [...layout.lines.slice(first, last), ...ahead, ...behind].flatMap(({ kind, models }) =>
      kind === "row" ? models : [],
    );
  }

  /** Benchmarks of the columns in view; null where a column sums up others. */
  function across() {
    if (!standing || layout.columns.some(({ kind }) => kind !== "benchmark")) return null;
    return layout.columns.slice(...grid.seen().columns).flatMap(({ benchmarks }) => benchmarks);
  }

  /** Lines that came into view, by whatever way, of a table that is counted in parts: theirs first. */
  function bring() {
    if (!data.counted || pending) return;
    pending = true;
    whenIdle(() => {
      pending = false;
      const waits = data.waiting;
      if (waits) update(dragging);
      else read(dragging); // brings the bits that the next drag needs
      return false;
    }, signal);
  }
  let pending = false;

  /** Lines for the height that the view has now. */
  function appear() {
    grid.show();
    bring();
  }

  function emphasise() {
    const { models, benchmarks } = selection.state();
    const every = (/** @type {number[] | null} */ clause, /** @type {number[]} */ indices) =>
      clause !== null && indices.length > 0 && indices.every((index) => clause.includes(index));
    grid.emphasise(
      (column) => every(benchmarks, layout.columns[column].benchmarks),
      (line) => every(models, layout.lines[line].models),
    );
  }

  /** What is written rather than drawn; too slow for every frame of a drag. A large table is gone
   * through in idle moments, which a newer move ends. */
  function settle() {
    callOff();
    const tally = createTally();
    const entries = cells.shown(layout.lines, layout.columns);
    if (!big) {
      countOn(tally, entries, Number.POSITIVE_INFINITY);
      write(tally);
      return;
    }
    write(null);
    if (data.waiting) return; // until all rows are counted
    callOff = whenIdle(() => {
      if (countOn(tally, entries, STEP)) return true;
      if (data.filtered && look.scaleTo(data, tally.largest, false)) grid.repaint(true);
      write(tally);
      return false;
    }, signal);
  }

  /** @param {import("./table_tally.js").Tally | null} tally null: not all is known yet */
  function write(tally) {
    said.write(tally);
    grid.relabel();
    emphasise();
  }

  /** @param {Place | null} place @param {number} x */
  function point(place, x) {
    const touched = [hot, place].flatMap((at) => (at && at.line >= 0 ? [at.line] : []));
    hot = place;
    grid.repaintLines(touched);
    const line = place && layout.lines[place.line];
    const node = place && place.column >= 0 ? grid.node(place) : null;
    if (!place || !node || line?.kind !== "row") {
      tip.hide();
      return;
    }
    const column = layout.columns[place.column];
    const shown = lines.cellsOf(line, column);
    const model = columns.directory().models[line.bars[place.bar][0]];
    const title = column.kind === "potential" ? line.label : model.name;
    const found = shown[Math.min(place.bar, shown.length - 1)];
    const facts = cellLines(found, model, column, data.measure);
    if (display().potential && column.kind === "benchmark") {
      const share = cells.potentialAt(line.models, column);
      if (Number.isFinite(share)) facts.push(["prune potential", `${(100 * share).toFixed(1)} %`]);
    }
    tip.show(node.getBoundingClientRect(), x, [title, column.title], facts);
  }

  /** Show or hide a line's repeats. @param {number} index */
  function expand(index) {
    const line = layout.lines[index];
    if (line?.kind !== "row" || line.repeats < 2) return;
    const rest = display().expanded.filter((key) => key !== line.key);
    change({ expanded: line.open ? rest : [...rest, line.key] });
  }

  followTheme(root, signal, redraw);
  listen(scroll, { grid, selection, change, expand, point, layout: () => layout }, signal);
  const follows = createFrames(() => dragging && update(true), signal);
  const changed = (/** @type {{ transient: boolean }} */ { transient }) => {
    dragging = transient;
    if (transient) callOff();
    if (transient) follows("mask");
    else update();
  };
  scroll.addEventListener("scroll", bring, { passive: true, signal });
  selection.subscribe(changed, { signal });
  columns.subscribe((keys) => keys.has("directory") && redraw(), { signal });
  const resized = new ResizeObserver(() => {
    // Compared with what was drawn: a host that swaps its theme gives no width for a moment.
    if (scroll.clientWidth && scroll.clientWidth !== width) redraw();
    // Lines made while a host kept the output hidden, and so without height, are too few.
    else appear();
  });
  resized.observe(root);
  resized.observe(scroll);
  // A host that skips what is out of sight gives no height while a store grows, and tells of no
  // other size when the output is back.
  const shown = new IntersectionObserver(appear);
  shown.observe(scroll);
  signal.addEventListener("abort", () => {
    resized.disconnect();
    shown.disconnect();
  });
  redraw();
  return {
    redraw,
    picture() {
      if (root.dataset.gwState !== "ready" || layout.lines.length === 0) return null;
      return {
        text: tableSvg(layout, lines.paint, { ...look.style(), words: said.words() }),
        name: "evaluation",
      };
    },
  };
}

/** @type {{ lines: [number, number?], columns: [number, number?] }} */
const EVERYTHING = { lines: [0], columns: [0] };

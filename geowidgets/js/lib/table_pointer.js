// Mouse and keyboard on the grid, turned into actions on the selection.

import { choosePair, choosePairs, clearOwn, toggleClause } from "./table_actions.js";

/**
 * @typedef {import("./table_grid.js").Place} Place
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {{ grid: ReturnType<typeof import("./table_grid.js").createGrid>,
 *   selection: import("./selection_hub.js").SelectionHub,
 *   change: (display: Partial<import("./table_layout.js").Display>) => void,
 *   point: (place: Place | null, x: number) => void, layout: () => Layout }} Parts
 */

/**
 * @param {HTMLElement} scroll
 * @param {Parts} parts
 * @param {AbortSignal} signal
 */
export function listen(scroll, parts, signal) {
  const { grid, point } = parts;
  /** @type {Place | null} */
  let pressed = null;

  scroll.addEventListener(
    "pointerdown",
    (event) => {
      pressed = event.button === 0 ? cellOf(grid.placeOf(event)) : null;
    },
    { signal },
  );
  scroll.addEventListener(
    "pointermove",
    (event) => {
      const place = cellOf(grid.placeOf(event));
      point(place, event.clientX);
      if (pressed) {
        const dragging = apart(pressed, place);
        scroll.classList.toggle("gw-table-dragging", dragging);
        grid.range(dragging ? pressed : null, place);
      }
    },
    { signal },
  );
  scroll.addEventListener(
    "pointerup",
    (event) => {
      const place = cellOf(grid.placeOf(event));
      stopDrag();
      if (pressed && place && apart(pressed, place)) drag(parts, pressed, place);
      else if (pressed) activate(parts, pressed, event.shiftKey || event.metaKey || event.ctrlKey);
      pressed = null;
    },
    { signal },
  );
  const stopDrag = () => {
    scroll.classList.remove("gw-table-dragging");
    grid.range(null, null);
  };
  for (const end of ["pointercancel", "pointerleave"]) {
    scroll.addEventListener(
      end,
      () => {
        pressed = null;
        stopDrag();
        point(null, 0);
      },
      { signal },
    );
  }
  scroll.addEventListener(
    "click",
    (event) => {
      const place = grid.placeOf(event);
      if (!place || cellOf(place)) return;
      const sort = /** @type {Element} */ (event.target).closest(".gw-table-sort") !== null;
      if (sort) sortBy(parts, place.column);
      else activate(parts, place, event.shiftKey || event.metaKey || event.ctrlKey);
    },
    { signal },
  );
  scroll.addEventListener("keydown", (event) => key(parts, event), { signal });
  scroll.addEventListener(
    "focusin",
    (event) => {
      const node = /** @type {HTMLElement} */ (event.target);
      const keyboard = node.matches(":focus-visible");
      const cursor = grid.cursor();
      if (keyboard && node === grid.node(cursor)) {
        point(cellOf(cursor), node.getBoundingClientRect().left);
      }
    },
    { signal },
  );
  scroll.addEventListener("focusout", () => point(null, 0), { signal });
}

/** @param {Place | null} place */
const cellOf = (place) => (place && place.line >= 0 && place.column >= 0 ? place : null);

/** @param {Place} a @param {Place | null} b */
const apart = (a, b) => b !== null && (a.line !== b.line || a.column !== b.column);

/** A click or Enter on a place. @param {Parts} parts @param {Place} place @param {boolean} modifier */
function activate({ grid, selection, layout }, place, modifier) {
  const { lines, columns } = layout();
  const state = selection.state();
  grid.moveTo(place, false);
  if (place.line < 0 && place.column < 0) return;
  if (place.line < 0) {
    const { benchmarks } = columns[place.column];
    selection.dispatch(toggleClause(state, "benchmarks", benchmarks, modifier));
  } else if (place.column < 0) {
    selection.dispatch(toggleClause(state, "models", lines[place.line].models, modifier));
  } else {
    const { benchmarks } = columns[place.column];
    // A column that averages severities stands for its middle one.
    const benchmark = benchmarks[benchmarks.length >> 1];
    const model = lines[place.line].models[place.bar];
    selection.dispatch(choosePair(state, [model, benchmark], modifier));
  }
}

/** Pairs of all cells between two corners. @param {Parts} parts @param {Place} a @param {Place} b */
function drag({ selection, layout }, a, b) {
  const { lines, columns } = layout();
  const rows = lines.slice(Math.min(a.line, b.line), Math.max(a.line, b.line) + 1);
  const models = rows.flatMap((line) => (line.kind === "row" ? line.models : []));
  const across = columns.slice(Math.min(a.column, b.column), Math.max(a.column, b.column) + 1);
  const benchmarks = across.flatMap((column) => column.benchmarks);
  const sizes = selection.sizes();
  selection.dispatch(choosePairs(selection.state(), models, benchmarks, sizes));
}

/** Best first, then worst first, then as it was. @param {Parts} parts @param {number} column */
function sortBy({ layout, change }, column) {
  const { columns, sortBy: sorted, descending } = layout();
  const { key: chosen } = columns[column];
  if (sorted !== chosen) change({ sortBy: chosen, descending: true });
  else if (descending) change({ descending: false });
  else change({ sortBy: null, descending: true });
}

/** @param {Parts} parts @param {KeyboardEvent} event */
function key(parts, event) {
  const { grid, selection, layout, point } = parts;
  const cursor = grid.cursor();
  if (event.key === "Escape") {
    const action = clearOwn(selection.state());
    if (action) selection.dispatch(action);
  } else if (event.key === "Enter") {
    activate(parts, cursor, event.shiftKey);
  } else if (event.key === " " && cursor.line < 0 && cursor.column >= 0) {
    sortBy(parts, cursor.column);
  } else {
    const next = step(layout(), cursor, event);
    if (!next) return;
    const place = grid.moveTo(next, true);
    const node = grid.node(place);
    if (node) point(cellOf(place), node.getBoundingClientRect().left);
  }
  event.preventDefault();
  event.stopPropagation();
}

/**
 * Where a key leads; with Ctrl (or Alt on a Mac) left and right go through the bars of a cell.
 * @param {Layout} layout
 * @param {Place} place
 * @param {{ key: string, ctrlKey: boolean, metaKey: boolean }} event
 * @returns {Place | null}
 */
export function step({ lines, columns }, { line, column, bar }, { key, ctrlKey, metaKey }) {
  const modifier = ctrlKey || metaKey;
  const down = (/** @type {number} */ from, /** @type {number} */ by) => {
    let next = from + by;
    while (column >= 0 && lines[next]?.kind === "group") next += by; // headings have no cells
    return next < -1 || next >= lines.length ? from : next;
  };
  switch (key) {
    case "ArrowLeft":
      return modifier ? { line, column, bar: bar - 1 } : { line, column: column - 1, bar };
    case "ArrowRight":
      return modifier ? { line, column, bar: bar + 1 } : { line, column: column + 1, bar };
    case "[":
      return { line, column, bar: bar - 1 };
    case "]":
      return { line, column, bar: bar + 1 };
    case "ArrowUp":
      return { line: down(line, -1), column, bar };
    case "ArrowDown":
      return { line: down(line, 1), column, bar };
    case "PageUp":
      return { line: Math.max(0, line - 8), column, bar };
    case "PageDown":
      return { line: Math.min(lines.length - 1, line + 8), column, bar };
    case "Home":
      return { line: modifier ? 0 : line, column: modifier ? -1 : 0, bar };
    case "End":
      return { line: modifier ? lines.length - 1 : line, column: columns.length - 1, bar };
  }
  return null;
}

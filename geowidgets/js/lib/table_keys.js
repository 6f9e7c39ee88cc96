// The keyboard on the grid: arrows move, with Shift they stretch a range that Space picks.

import { choosePairs, clearOwn } from "./table_actions.js";
import { opOf, pairsBetween } from "./table_pick.js";

/**
 * @typedef {import("./table_grid.js").Place} Place
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {import("./table_pointer.js").Parts} Parts
 * @typedef {{ activate: (place: Place, modifier: boolean) => void,
 *   sort: (column: number) => void, cancel: () => void }} Commands
 */

/**
 * @param {HTMLElement} scroll
 * @param {Parts} parts
 * @param {Commands} commands
 * @param {AbortSignal} signal
 */
export function listenKeys(scroll, { grid, selection, layout, point, expand }, commands, signal) {
  /** Where a range began. @type {Place | null} */
  let anchor = null;

  const release = () => {
    anchor = null;
    grid.range(null, null);
  };

  /** @param {KeyboardEvent} event @returns {boolean} whether the key meant something here */
  function pick(event) {
    const cursor = grid.cursor();
    const op = event.key === "+" ? "add" : event.key === "-" ? "subtract" : opOf(event);
    if (cursor.line < 0 || cursor.column < 0) return false;
    const pairs = pairsBetween(layout(), anchor ?? cursor, cursor, true);
    release();
    if (!pairs.length) return false;
    selection.dispatch(choosePairs(selection.state(), pairs, op, selection.sizes()));
    return true;
  }

  /** Space, which means something else on every kind of place. @param {KeyboardEvent} event */
  function space(event) {
    const { line, column } = grid.cursor();
    if (line < 0 && column >= 0) commands.sort(column);
    else if (column < 0 && line >= 0) expand(line);
    else pick(event);
  }

  function letGo() {
    release();
    commands.cancel();
    const action = clearOwn(selection.state());
    if (action) selection.dispatch(action);
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const cursor = grid.cursor();
    const next = step(layout(), cursor, event);
    if (!next) return false;
    const stretch = event.shiftKey && cursor.line >= 0 && cursor.column >= 0;
    if (stretch) anchor ??= cursor;
    else release();
    const place = grid.moveTo(stretch ? insideCells(next, cursor) : next, true);
    if (anchor) grid.range(anchor, place);
    const node = grid.node(place);
    const cell = place.line >= 0 && place.column >= 0;
    if (node) point(cell ? place : null, node.getBoundingClientRect().left);
    return true;
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (undo) selection.dispatch({ type: event.shiftKey ? "redo" : "undo" });
    else if (event.key === "Escape") letGo();
    else if (event.key === "Enter") commands.activate(grid.cursor(), event.shiftKey);
    else if (event.key === " ") space(event);
    else if (event.key === "+" || event.key === "-") pick(event);
    else if (!move(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  scroll.addEventListener("keydown", key, { signal });
}

/** A range stays among the cells. @param {Place} next @param {Place} cursor */
function insideCells(next, cursor) {
  const line = next.line < 0 ? cursor.line : next.line;
  return { ...next, line, column: Math.max(0, next.column) };
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

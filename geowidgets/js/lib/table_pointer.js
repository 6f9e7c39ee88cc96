// The mouse on the grid, turned into actions on the selection.

import { choosePair, choosePairs, toggleClause } from "./table_actions.js";
import { listenKeys } from "./table_keys.js";
import { apart, opOf, pairsBetween } from "./table_pick.js";

/**
 * @typedef {import("./table_grid.js").Place} Place
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {{ grid: ReturnType<typeof import("./table_grid.js").createGrid>,
 *   selection: import("./selection_hub.js").SelectionHub,
 *   change: (display: Partial<import("./table_layout.js").Display>) => void,
 *   expand: (line: number) => void,
 *   point: (place: Place | null, x: number) => void, layout: () => Layout }} Parts
 */

/** A press that moves further than this is a drag, in pixels. */
const STILL = 5;

/**
 * @param {HTMLElement} scroll
 * @param {Parts} parts
 * @param {AbortSignal} signal
 */
export function listen(scroll, parts, signal) {
  const { grid, point } = parts;
  /** @type {{ place: Place, x: number, y: number, dragging: boolean } | null} */
  let pressed = null;

  /** @template {keyof HTMLElementEventMap} Type @param {Type} type
   * @param {(event: HTMLElementEventMap[Type]) => void} listener */
  const on = (type, listener) => scroll.addEventListener(type, listener, { signal });

  const stop = () => {
    pressed = null;
    scroll.classList.remove("gw-table-dragging", "gw-table-subtracting");
    grid.range(null, null);
  };

  on("pointerdown", (event) => {
    const place = event.button === 0 ? cellOf(grid.placeOf(event)) : null;
    pressed = place && { place, x: event.clientX, y: event.clientY, dragging: false };
  });
  on("pointermove", (event) => {
    const place = cellOf(grid.placeOf(event));
    point(place, event.clientX);
    if (!pressed) return;
    const far = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > STILL;
    pressed.dragging ||= far && place !== null && !same(pressed.place, place);
    scroll.classList.toggle("gw-table-dragging", pressed.dragging);
    scroll.classList.toggle("gw-table-subtracting", pressed.dragging && event.altKey);
    if (pressed.dragging && place) grid.range(pressed.place, place);
  });
  on("pointerup", (event) => {
    const from = pressed;
    stop();
    if (!from) return;
    const place = cellOf(grid.placeOf(event));
    if (from.dragging) pick(parts, from.place, place ?? from.place, event);
    else activate(parts, from.place, event.shiftKey || event.metaKey || event.ctrlKey);
  });
  for (const end of /** @type {const} */ (["pointercancel", "pointerleave"])) {
    on(end, () => {
      stop();
      point(null, 0);
    });
  }
  // A press on text that happens to be selected would drag that text away, and cancel the pointer.
  on("dragstart", (event) => event.preventDefault());
  on("click", (event) => click(parts, event));
  const commands = {
    activate: (/** @type {Place} */ place, /** @type {boolean} */ modifier) =>
      activate(parts, place, modifier),
    sort: (/** @type {number} */ column) => sortBy(parts, column),
    cancel: stop,
  };
  listenKeys(scroll, parts, commands, signal);
  on("focusin", (event) => {
    const node = /** @type {HTMLElement} */ (event.target);
    const cursor = grid.cursor();
    if (node.matches(":focus-visible") && node === grid.node(cursor)) {
      point(cellOf(cursor), node.getBoundingClientRect().left);
    }
  });
  on("focusout", () => point(null, 0));
}

/** @param {Place | null} place */
const cellOf = (place) => (place && place.line >= 0 && place.column >= 0 ? place : null);

/** @param {Place} a @param {Place} b */
const same = (a, b) => !apart(a, b) && a.bar === b.bar;

/** A click outside of the cells; those follow presses. @param {Parts} parts
 * @param {MouseEvent} event */
function click(parts, event) {
  const place = parts.grid.placeOf(event);
  if (!place || cellOf(place)) return;
  const target = /** @type {Element} */ (event.target);
  if (target.closest(".gw-table-sort")) sortBy(parts, place.column);
  else if (target.closest(".gw-table-expand")) parts.expand(place.line);
  else activate(parts, place, event.shiftKey || event.metaKey || event.ctrlKey);
}

/** A click or Enter on a place. @param {Parts} parts @param {Place} place @param {boolean} modifier */
function activate({ grid, selection, layout }, place, modifier) {
  const { lines, columns } = layout();
  const state = selection.state();
  grid.moveTo(place, false);
  const line = lines[place.line];
  const benchmarks = columns[place.column]?.benchmarks ?? [];
  if (place.column >= 0 && benchmarks.length === 0) return; // a column that sums up others
  if (!line) {
    if (place.column < 0) return;
    selection.dispatch(toggleClause(state, "benchmarks", benchmarks, modifier));
  } else if (place.column < 0 || line.kind === "group") {
    selection.dispatch(toggleClause(state, "models", line.models, modifier));
  } else {
    // A column that averages severities stands for its middle one, a bar for its first repeat.
    const benchmark = benchmarks[benchmarks.length >> 1];
    const [model] = line.bars[place.bar];
    selection.dispatch(choosePair(state, [model, benchmark], modifier));
  }
}

/** Pairs of all cells between two corners, or of the bars inside of one cell.
 * @param {Parts} parts @param {Place} a @param {Place} b @param {PointerEvent} event */
function pick({ selection, layout }, a, b, event) {
  const pairs = pairsBetween(layout(), a, b);
  if (!pairs.length) return;
  const action = choosePairs(selection.state(), pairs, opOf(event), selection.sizes());
  selection.dispatch(action);
}

/** Largest first, then smallest first, then as it was. @param {Parts} parts @param {number} column */
function sortBy({ layout, change }, column) {
  const { columns, sortBy: sorted, descending } = layout();
  const { key: chosen } = columns[column];
  if (sorted !== chosen) change({ sortBy: chosen, descending: true });
  else if (descending) change({ descending: false });
  else change({ sortBy: null, descending: true });
}

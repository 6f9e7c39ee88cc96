// What a table holds as a whole, counted cell by cell: large ones are gone through in pieces.

/**
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./table_rows.js").Column} Column
 * @typedef {{ cells: number, missing: number, low: number, high: number, compared: number,
 *   up: number, down: number, largest: number, states: Set<Cell["state"]>, intervals: boolean
 *   }} Tally `low`, `high`: values on the whole set; `compared`: cells with samples in the subset,
 *   `up`, `down`: those of them that clearly lie higher or lower; `largest`: clear difference
 */

/** @returns {Tally} */
export function createTally() {
  return {
    cells: 0,
    missing: 0,
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
    compared: 0,
    up: 0,
    down: 0,
    largest: 0,
    states: new Set(),
    intervals: false,
  };
}

/** @param {Tally} tally @param {Cell} cell */
export function addTo(tally, cell) {
  tally.cells += 1;
  tally.states.add(cell.state);
  tally.intervals ||= Number.isFinite(cell.low);
  // An unclear difference may be as large as it likes: it must not flatten the others.
  if (cell.clear) tally.largest = Math.max(tally.largest, Math.abs(cell.difference) || 0);
  if (cell.state === "missing") {
    tally.missing += 1;
    return;
  }
  tally.low = Math.min(tally.low, cell.value);
  tally.high = Math.max(tally.high, cell.value);
  if (cell.state !== "subset" || cell.subsetN === 0) return;
  tally.compared += 1;
  if (!cell.clear) return;
  if (cell.difference > 0) tally.up += 1;
  else tally.down += 1;
}

/** @param {Iterable<{ cell: Cell }>} entries */
export function tallyOf(entries) {
  const tally = createTally();
  for (const { cell } of entries) addTo(tally, cell);
  return tally;
}

/**
 * Count on, in a piece of at most `most` cells.
 * @param {Tally} tally
 * @param {Iterator<{ cell: Cell }>} entries
 * @param {number} most
 * @returns {boolean} whether some are left
 */
export function countOn(tally, entries, most) {
  for (let k = 0; k < most; k += 1) {
    const { value, done } = entries.next();
    if (done) return false;
    addTo(tally, value.cell);
  }
  return true;
}

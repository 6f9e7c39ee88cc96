// Sizes and places: how wide a column is, where a bar stands, which bar is under the pointer.

/**
 * @typedef {"bars" | "heat" | "numbers"} Mode
 * @typedef {{ head: number, column: number, width: number, row: number, group: number,
 *   header: number, upright: boolean }} Sizes pixels; `upright`: column names stand on end
 */

/** Narrowest and widest useful column by mode, in pixels. */
const COLUMN = { bars: [62, 132], heat: [26, 72], numbers: [46, 84] };
const ROW = { bars: 44, heat: 17, numbers: 20 };
const PAD = 5;
const MAX_PITCH = 13;
/** Few bars keep the width that this many would have, so that rows look alike. */
const USUAL_BARS = 6;
/** Room for names on end: a character, what stands around them, and the least and most of it. */
const UPRIGHT = { character: 6.4, around: 34, least: 80, most: 126 };

/**
 * @param {Mode} mode
 * @param {number} available width of the view
 * @param {number} columns
 * @param {number} head width that the longest row name asks for
 * @param {boolean} [detail] whether headings have a second text below the name
 * @param {number} [longest] characters of the longest heading
 * @returns {Sizes}
 */
export function tableSizes(mode, available, columns, head, detail = true, longest = 99) {
  const limit = Math.max(96, Math.min(240, available * 0.3));
  const headWidth = Math.round(Math.min(Math.max(head, 96), limit));
  const [least, most] = COLUMN[mode];
  const share = columns ? Math.floor((available - headWidth) / columns) : most;
  const column = Math.min(Math.max(share, least), most);
  const upright = column < 56;
  const { character, around, least: low, most: high } = UPRIGHT;
  const stands = Math.round(Math.min(Math.max(around + longest * character, low), high));
  return {
    head: headWidth,
    column,
    width: headWidth + columns * column,
    row: ROW[mode],
    group: 24,
    header: upright ? stands : detail ? 66 : 52,
    upright,
  };
}

/**
 * Left edge and width of every bar of a cell, from the left in the order of the ratios.
 * @param {number} count bars in the row
 * @param {number} column width of the column
 * @returns {{ pitch: number, width: number, start: number }}
 */
export function barPlaces(count, column) {
  const inner = column - 2 * PAD;
  const pitch = Math.min(MAX_PITCH, inner / Math.max(count, USUAL_BARS));
  return { pitch, width: pitch > 4 ? pitch - 2 : pitch * 0.8, start: PAD };
}

/**
 * The bar under `x` (pixels from the cell's left edge): the nearest one, so that every point of a
 * cell answers.
 * @param {number} x
 * @param {number} count
 * @param {number} column
 */
export function barAt(x, count, column) {
  const { pitch, start } = barPlaces(count, column);
  return Math.min(count - 1, Math.max(0, Math.floor((x - start) / pitch)));
}

/**
 * Lines that a viewport shows, as `[first, last)`, from the lines' top edges (one more entry than
 * lines: the total height).
 * @param {number[]} tops
 * @param {number} from
 * @param {number} to
 * @returns {[number, number]}
 */
export function visibleLines(tops, from, to) {
  const count = tops.length - 1;
  let first = 0;
  while (first < count && tops[first + 1] <= from) first += 1;
  let last = first;
  while (last < count && tops[last] < to) last += 1;
  return [first, last];
}

// Where the stars stand, and feature units as pixels. No DOM.

/** @typedef {import("./star_data.js").Extent} Extent */
/** @typedef {{left: number, top: number, side: number}} Place a square, CSS pixels */
/** @typedef {{width: number, height: number, places: Place[]}} Layout */

const GAP = 26;
const EDGE = 20; // class names stand around a star
const HEAD = 30;
const LEAST = 240;
const TALL = 560;

/** Squares side by side, or below each other where they would be too small.
 * @param {number} count @param {number} width @param {number|null} height of the stars
 * @returns {Layout} */
export function layOut(count, width, height) {
  const room = (/** @type {number} */ columns) =>
    (width - columns * 2 * EDGE - (columns - 1) * GAP) / columns;
  let columns = count;
  while (columns > 1 && room(columns) < LEAST) columns = Math.ceil(columns / 2);
  const side = Math.floor(Math.max(120, Math.min(room(columns), height ?? TALL)));
  const rows = Math.ceil(count / columns);
  const cell = side + 2 * EDGE;
  const indent = Math.max(0, (width - columns * cell - (columns - 1) * GAP) / 2);
  const places = Array.from({ length: count }, (_, k) => ({
    left: Math.floor(indent + (k % columns) * (cell + GAP)) + EDGE,
    top: Math.floor(k / columns) * (cell + HEAD) + HEAD + EDGE,
    side,
  }));
  return { width, height: rows * (cell + HEAD), places };
}

/** Feature units → pixels of the stage; y points upwards. @param {Place} place @param {Extent} extent */
export function toPixels({ left, top, side }, [west, east, south, north]) {
  const across = side / (east - west);
  const upward = side / (north - south);
  return {
    x: (/** @type {number} */ value) => left + (value - west) * across,
    y: (/** @type {number} */ value) => top + (north - value) * upward,
    inverse: (/** @type {number} */ px, /** @type {number} */ py) => ({
      x: west + (px - left) / across,
      y: north - (py - top) / upward,
    }),
  };
}

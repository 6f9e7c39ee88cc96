// Where everything stands: the sample's images, rows of models, blocks of columns. No DOM.
import { METRICS } from "./grid_scale.js";

/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {{row: number, method: string, metric: string, box: Box, caption: Box}} Cell */
/** @typedef {{method: string, metric: string, box: Box, first: boolean}} Column */
/** @typedef {{row: number, box: Box}} Row */
/** @typedef {{width: number, height: number, images: Box[], words: Box, cells: Cell[],
 *   columns: Column[], rows: Row[], wide: boolean}} Layout */

const WIDE = 1080; // from here on the images have a column of their own
const CARD = 212;
const HEAD = 64;
const TITLE = 22; // of a block, where there are several
const CAPTION = 22;
const GAP = 14;
const ROW_GAP = 8;
const BLOCK_GAP = 22;
const LEAST = 84; // pixels a cell, below which blocks stand under each other
const BAND = 112;
const EDGE = 6; // so that frames and the focus ring stand clear of the words

/** Cells stay small enough for some rows to be seen together. @param {number} rows */
const largest = (rows) => (rows <= 3 ? 224 : rows <= 4 ? 192 : rows <= 6 ? 160 : 128);

/** The largest side up to `room` that shows `pixels` crisply, by whole screen pixels each.
 * @param {number} room @param {number} pixels */
export function crisp(room, pixels) {
  const whole = Math.floor(room / pixels) * pixels;
  return whole || Math.max(24, Math.floor(room));
}

/** @param {{width: number, rows: number, methods: string[], shape: [number, number],
 *   images: number}} options `shape` (y, x) of a map, `images` how many stand beside
 * @returns {Layout} */
export function layoutGrid({ width, rows, methods, shape, images }) {
  const wide = width >= WIDE;
  const label = Math.round(Math.min(200, Math.max(120, width * 0.16)));
  const left = (wide ? CARD : 0) + EDGE + label;
  const room = (/** @type {number} */ blocks) => {
    const free = width - left - GAP - (blocks - 1) * BLOCK_GAP;
    return free / (METRICS.length * blocks) - GAP;
  };
  const beside = methods.length > 1 && room(methods.length) >= LEAST;
  const side = crisp(
    Math.min(largest(rows), room(beside ? methods.length : 1)),
    Math.max(shape[1], shape[0]),
  );
  const scale = side / Math.max(shape[0], shape[1]);
  const cell = { width: shape[1] * scale, height: shape[0] * scale };
  const { boxes, words, below } = card({ wide, width, images, shape });
  /** @type {Layout} */
  const layout = {
    ...{ width, height: 0, images: boxes, words, cells: [], columns: [], rows: [], wide },
  };
  let top = wide ? 0 : below;
  let x = left;
  const titled = methods.length > 1 ? TITLE : 0;
  for (const method of methods) {
    const first = layout.rows.length;
    const start = top + titled + HEAD;
    METRICS.forEach((metric, k) => {
      const at = x + k * (cell.width + GAP);
      const box = { x: at, y: top + titled, width: cell.width, height: HEAD };
      layout.columns.push({ method, metric, box, first: k === 0 });
      for (let row = 0; row < rows; row++) {
        const y = start + row * (cell.height + CAPTION + ROW_GAP);
        layout.cells.push({
          row,
          method,
          metric,
          box: { x: at, y, ...cell },
          caption: { x: at, y: y + cell.height, width: cell.width, height: CAPTION },
        });
      }
    });
    if (first === 0 || !beside) {
      for (let row = 0; row < rows; row++) {
        const y = start + row * (cell.height + CAPTION + ROW_GAP);
        const box = { x: left - label, y, width: label - 10, height: cell.height };
        layout.rows.push({ row, box });
      }
    }
    const bottom = start + rows * (cell.height + CAPTION + ROW_GAP);
    layout.height = Math.max(layout.height, bottom, below);
    if (beside) x += METRICS.length * (cell.width + GAP) + BLOCK_GAP;
    else top = bottom + BLOCK_GAP;
  }
  return layout;
}

/** The images: below each other in a column, or side by side in a band above the rows.
 * @param {{wide: boolean, width: number, images: number, shape: [number, number]}} options */
function card({ wide, width, images, shape }) {
  const room = wide ? CARD - 34 : BAND - 30;
  const scale = crisp(room, Math.max(...shape)) / Math.max(...shape);
  const size = { width: shape[1] * scale, height: shape[0] * scale };
  const top = 20; // its caption stands above
  const boxes = Array.from({ length: images }, (_, k) => {
    return wide
      ? { x: EDGE, y: top + k * (size.height + 30), ...size }
      : { x: EDGE + k * (size.width + 16), y: top, ...size };
  });
  const used = EDGE + images * (size.width + 16);
  const words = wide
    ? { x: EDGE, y: images * (size.height + 30) + 6, width: CARD - 24, height: 60 }
    : { x: used, y: top, width: Math.max(0, width - used), height: size.height };
  return { boxes, words, below: wide ? words.y + words.height : top + size.height + 14 };
}

// Edges as exact integer coverage: each adds the same to the pixels that it crosses, so that tens of
// thousands of them take a few milliseconds and none is dropped. No DOM.

/** @typedef {import("./theme.js").Rgba} Rgba */
/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number>}} Places pixels of the raster, by unit */

const SHARES = 16; // a pixel's fractions
/** What a line of full weight adds to a pixel column. */
export const FULL = SHARES * SHARES;
const LEVELS = 4096;

/** @param {number} width @param {number} height */
export function createEdgeRaster(width, height) {
  const cover = new Uint32Array(width * height);

  /** A line between two places inside, by its longer side. @param {number} x0 @param {number} y0
   * @param {number} x1 @param {number} y1 @param {number} amount 1..16 */
  function line(x0, y0, x1, y1, amount) {
    const flat = Math.abs(x1 - x0) >= Math.abs(y1 - y0);
    const [from, to] = flat ? [x0, x1] : [y0, y1];
    const [low, high] = flat ? [y0, y1] : [x0, x1];
    const backwards = from > to;
    const [start, end] = backwards ? [to, from] : [from, to];
    const [a, b] = backwards ? [high, low] : [low, high];
    const slope = end > start ? (b - a) / (end - start) : 0;
    const first = Math.round(start);
    const last = Math.round(end);
    const [along, across] = flat ? [1, width] : [width, 1];
    // Fixed point: 16 bits behind the point.
    let at = Math.round((a + (first - start) * slope) * 65536);
    const step = Math.round(slope * 65536);
    let p = first * along;
    for (let k = first; k <= last; k++, p += along, at += step) {
      const place = p + (at >> 16) * across;
      const share = (at >> 12) & 15;
      cover[place] += amount * (SHARES - share);
      cover[place + across] += amount * share;
    }
  }

  return {
    width,
    height,
    cover,
    clear: () => cover.fill(0),
    /** Add edges between units. @param {ArrayLike<number>} a @param {ArrayLike<number>} b
     * @param {Places} at @param {Uint8Array} amounts 1..16 an edge */
    add(a, b, { x, y }, amounts) {
      // A pixel's room at every side, for the neighbour that shares the line.
      const [right, bottom] = [width - 3, height - 3];
      for (let k = 0; k < a.length; k++) {
        const [x0, y0, x1, y1] = [x[a[k]], y[a[k]], x[b[k]], y[b[k]]];
        const inside =
          Math.min(x0, x1) >= 1 &&
          Math.max(x0, x1) <= right &&
          Math.min(y0, y1) >= 1 &&
          Math.max(y0, y1) <= bottom;
        if (inside) line(x0, y0, x1, y1, amounts[k]);
        else {
          const part = clipped(x0, y0, x1, y1, right, bottom);
          if (part) line(part[0], part[1], part[2], part[3], amounts[k]);
        }
      }
    },
    /** Colour every pixel. @param {Uint32Array} pixels width × height @param {Uint32Array} colors
     * from `edgeColors` */
    paint(pixels, colors) {
      const top = colors.length - 1;
      for (let p = 0; p < cover.length; p++) {
        const level = cover[p];
        pixels[p] = level ? colors[level < top ? level : top] : 0;
      }
    },
  };
}

/** The part of a line within [1, right] × [1, bottom] (Liang and Barsky), or null.
 * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
 * @param {number} right @param {number} bottom @returns {[number, number, number, number]|null} */
export function clipped(x0, y0, x1, y1, right, bottom) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  if (!(Math.abs(dx) + Math.abs(dy) < Infinity)) return null;
  let [enter, leave] = [0, 1];
  for (const [toward, room] of [
    [-dx, x0 - 1],
    [dx, right - x0],
    [-dy, y0 - 1],
    [dy, bottom - y0],
  ]) {
    if (toward === 0 && !(room >= 0)) return null;
    if (toward < 0) enter = Math.max(enter, room / toward);
    else if (toward > 0) leave = Math.min(leave, room / toward);
  }
  if (!(enter < leave)) return null;
  const within = (/** @type {number} */ v, /** @type {number} */ most) =>
    Math.min(most, Math.max(1, v));
  return [
    within(x0 + enter * dx, right),
    within(y0 + enter * dy, bottom),
    within(x0 + leave * dx, right),
    within(y0 + leave * dy, bottom),
  ];
}

/** Colours by coverage: n lines of full weight on each other have opacity 1 − (1 − one)ⁿ.
 * @param {Rgba} color @param {number} one opacity of one line, 0..1
 * @returns {Uint32Array} little-endian RGBA */
export function edgeColors([r, g, b], one) {
  const rate = -Math.log(1 - Math.min(0.99, one)) / FULL;
  return Uint32Array.from({ length: LEVELS }, (_, level) => {
    const alpha = Math.round(255 * (1 - Math.exp(-rate * level)));
    return ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

/** Opacity of one line where so many are drawn. @param {number} count */
export const lineOpacity = (count) =>
  Math.min(0.55, Math.max(0.07, 0.5 * (500 / Math.max(1, count)) ** 0.5));

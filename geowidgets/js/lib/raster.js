// Dots as exact integer coverage: every sample adds the same stamp, and takes it away again when it
// leaves, so that a picture updated by its changes equals one drawn afresh. No DOM.

/** @typedef {import("./theme.js").Rgba} Rgba */
/** @typedef {{dx: Int32Array, dy: Int32Array, weight: Uint8Array, reach: number}} Stamp */
/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Dirty inclusive pixels */

/** Coverage of one whole pixel by one dot: edges are fractions of it. */
export const UNIT = 8;
const LEVELS = 32;

/** A dot's radius in CSS pixels where `n` samples share a panel: single pixels, and so a plain
 * density, when there are very many. @param {number} n */
export const dotRadius = (n) => Math.min(3, Math.max(0.5, 2.4 * (180 / Math.max(n, 1)) ** 0.25));

/** An anti-aliased disc. @param {number} radius in pixels of the raster @returns {Stamp} */
export function disc(radius) {
  const reach = Math.ceil(radius);
  const cells = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const share = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
      const weight = Math.round(share * UNIT);
      if (weight) cells.push([dx, dy, weight]);
    }
  }
  return {
    dx: Int32Array.from(cells, (cell) => cell[0]),
    dy: Int32Array.from(cells, (cell) => cell[1]),
    weight: Uint8Array.from(cells, (cell) => cell[2]),
    reach,
  };
}

/** Coverage by dots of two kinds (0 and 1; 1 lies on top) over width × height pixels.
 * @param {number} width @param {number} height @param {Stamp} stamp */
export function createRaster(width, height, stamp) {
  const cover = [new Uint32Array(width * height), new Uint32Array(width * height)];
  const offset = stamp.dy.map((dy, k) => dy * width + stamp.dx[k]);
  const { weight, reach } = stamp;
  /** @type {Dirty|null} */
  let dirty = null;
  let isEmpty = true;

  /** Add (`sign` 1) or take away (−1) a dot centred on pixel (x, y), which lies `reach` or more
   * from every edge. @param {number} x @param {number} y @param {0|1} kind @param {1|-1} sign */
  function put(x, y, kind, sign) {
    const target = cover[kind];
    const at = y * width + x;
    for (let k = 0; k < offset.length; k++) target[at + offset[k]] += sign * weight[k];
    if (!dirty) {
      dirty = { x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach };
      isEmpty = false;
      return;
    }
    if (x - reach < dirty.x0) dirty.x0 = x - reach;
    if (x + reach > dirty.x1) dirty.x1 = x + reach;
    if (y - reach < dirty.y0) dirty.y0 = y - reach;
    if (y + reach > dirty.y1) dirty.y1 = y + reach;
  }

  /** No dots; nor is there anything to paint, for a canvas that is empty. */
  function clear() {
    if (isEmpty) return; // new arrays lie in memory that the first touch has to fetch
    isEmpty = true;
    cover[0].fill(0);
    cover[1].fill(0);
    dirty = null;
  }

  /** Colour what changed since the last time; returns that part, or null.
   * @param {Uint32Array} pixels width × height @param {Palette} palette */
  function paint(pixels, { levels, colors }) {
    if (!dirty) return null;
    const { x0, y0, x1, y1 } = dirty;
    const top = levels.length - 1;
    for (let y = y0; y <= y1; y++) {
      for (let p = y * width + x0; p <= y * width + x1; p++) {
        const [a, b] = [cover[0][p], cover[1][p]];
        pixels[p] = colors[levels[a < top ? a : top] * LEVELS + levels[b < top ? b : top]];
      }
    }
    const painted = dirty;
    dirty = null;
    return painted;
  }

  return {
    width,
    height,
    cover,
    put,
    clear,
    paint,
    /** Greatest coverage of a pixel. */
    max: () => Math.max(maximum(cover[0]), maximum(cover[1])),
  };
}

/** Draw a small picture that nobody sees, so that the browser has compiled the loops above by the
 * time that the data arrive. */
export function warmUp() {
  const raster = createRaster(160, 160, disc(2));
  const pixels = new Uint32Array(160 * 160);
  for (const sign of /** @type {const} */ ([1, -1])) {
    for (let i = 0; i < 4000; i++)
      raster.put(3 + (i % 153), 3 + ((7 * i) % 151), i % 2 ? 1 : 0, sign);
    const palette = { max: raster.max(), faintest: 0.5 };
    raster.paint(pixels, createPalette({ ...palette, below: [0, 0, 0, 1], above: [9, 9, 9, 1] }));
  }
}

/** @param {Uint32Array} values */
function maximum(values) {
  let most = 0;
  for (let k = 0; k < values.length; k++) if (values[k] > most) most = values[k];
  return most;
}

/** @typedef {ReturnType<typeof createRaster>} Raster */
/** @typedef {{levels: Uint8Array, colors: Uint32Array}} Palette */

/** Colours by coverage: one dot is drawn with `faintest` opacity, the pixel that most dots cover
 * with full opacity, between them by the logarithm of their number.
 * @param {{max: number, faintest: number, below: Rgba, above: Rgba}} options
 *   `max` the greatest coverage, `below` and `above` the colours of kinds 0 and 1
 * @returns {Palette} */
export function createPalette({ max, faintest, below, above }) {
  const levels = new Uint8Array(Math.min(Math.max(max, UNIT), 1 << 16) + 1);
  const range = Math.log(Math.max(max / UNIT, 1.0001));
  const alpha = new Float64Array(LEVELS);
  for (let k = 1; k < LEVELS; k++) alpha[k] = k / (LEVELS - 1);
  for (let cover = 1; cover < levels.length; cover++) {
    const dots = cover / UNIT;
    const opacity =
      dots <= 1 ? faintest * dots : faintest + ((1 - faintest) * Math.log(dots)) / range;
    levels[cover] = Math.max(1, Math.round(opacity * (LEVELS - 1)));
  }
  const colors = new Uint32Array(LEVELS * LEVELS);
  for (let a = 0; a < LEVELS; a++) {
    for (let b = 0; b < LEVELS; b++) {
      colors[a * LEVELS + b] = over(above, alpha[b], below, alpha[a]);
    }
  }
  return { levels, colors };
}

/** One colour over another, as a little-endian RGBA pixel.
 * @param {Rgba} top @param {number} alphaTop @param {Rgba} under @param {number} alphaUnder */
function over(top, alphaTop, under, alphaUnder) {
  const rest = alphaUnder * (1 - alphaTop);
  const alpha = alphaTop + rest;
  if (!alpha) return 0;
  const mix = (/** @type {0|1|2} */ k) => Math.round((top[k] * alphaTop + under[k] * rest) / alpha);
  return ((Math.round(alpha * 255) << 24) | (mix(2) << 16) | (mix(1) << 8) | mix(0)) >>> 0;
}

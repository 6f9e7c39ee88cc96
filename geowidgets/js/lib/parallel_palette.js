// From a pixel's density to its colour, logarithmically, without a logarithm a pixel. No DOM.
import { UNIT } from "./parallel_lines.js";

/** @typedef {import("./theme.js").Rgba} Rgba */

/** @typedef {{near: Uint32Array, far: Uint32Array}} Palette */

const NEAR = 4096;
const STEPS = 5; // bits that tell levels apart within one doubling

/** The place of a density in the table of colours. @param {number} cover greater than 0 */
export function levelOf(cover) {
  const doubling = 31 - Math.clz32(cover);
  const rest = doubling > STEPS ? cover >>> (doubling - STEPS) : cover << (STEPS - doubling);
  return (doubling << STEPS) | (rest & ((1 << STEPS) - 1));
}

/** Colours by density: one line is drawn with `faintest` opacity, `max` with full opacity. Those of
 * low densities, most pixels', stand in a table of their own.
 * @param {{max: number, faintest: number, color: Rgba}} options @returns {Palette} */
export function createPalette({ max, faintest, color: [r, g, b] }) {
  const colors = new Uint32Array(32 << STEPS);
  const range = Math.log(Math.max(max / UNIT, 1.5));
  const rgb = (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r);
  for (let level = 0; level < colors.length; level++) {
    const doubling = level >> STEPS;
    const cover = 2 ** doubling * (1 + (level & ((1 << STEPS) - 1)) / (1 << STEPS));
    const lines = cover / UNIT;
    const opacity =
      lines <= 1 ? faintest * lines : faintest + ((1 - faintest) * Math.log(lines)) / range;
    colors[level] = ((Math.round(255 * Math.min(1, opacity)) << 24) | rgb) >>> 0;
  }
  const near = new Uint32Array(NEAR);
  for (let cover = 1; cover < NEAR; cover++) near[cover] = colors[levelOf(cover)];
  return { near, far: colors };
}

/** Colour every pixel. @param {Int32Array} counts @param {Uint32Array} pixels
 * @param {Palette} palette */
export function paint(counts, pixels, { near, far }) {
  for (let p = 0; p < counts.length; p++) {
    const cover = counts[p];
    pixels[p] = cover < NEAR ? near[cover] : far[levelOf(cover)];
  }
}

/** The opacity of a single line where `n` are drawn: one line must be seen, many must not hide
 * each other. @param {number} n */
export const faintestOf = (n) => Math.min(0.9, Math.max(0.08, 6 / Math.sqrt(Math.max(n, 1))));

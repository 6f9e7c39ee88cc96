// Polylines as exact integer density: in every pixel column between two axes each line adds UNIT,
// and takes it away again when it leaves, so that a picture updated by its changes equals one drawn
// afresh. No DOM.

/** @typedef {{x0: number, x1: number, left: Uint16Array, right: Uint16Array}} Gap
 *   pixel columns x0 … x1 − 1 between two axes, and every sample's row on either */

/** What one line adds to each pixel column; many divisors, as steep lines share it among rows. */
export const UNIT = 60;
/** The row of a sample without a value. */
export const NO_ROW = 0xffff;

const FRACTION = 16; // bits behind the point of a row while a line is walked
const HALF = 1 << (FRACTION - 1);
const ONE = (1 << FRACTION) - 1;
const BUNDLED = 12_000; // lines from which on equal ones are drawn together

/** Rows of values on an axis; beyond the domain a value is drawn at its edge.
 * @param {ArrayLike<number>} values @param {[number, number]} domain @param {number} height
 * @param {boolean} inverted @returns {Uint16Array} */
export function rowsOf(values, [low, high], height, inverted) {
  const rows = new Uint16Array(values.length);
  const last = height - 1;
  const scale = last / (high - low);
  for (let i = 0; i < rows.length; i++) {
    const value = values[i];
    if (!(value > -Infinity && value < Infinity)) {
      rows[i] = NO_ROW;
      continue;
    }
    const up = Math.min(last, Math.max(0, Math.round((value - low) * scale)));
    rows[i] = inverted ? up : last - up;
  }
  return rows;
}

/** @param {number} width @param {number} height @param {Gap[]} gaps
 * @param {{smooth?: boolean}} [options] `smooth` shares a line between the two rows it runs between */
export function createLines(width, height, gaps, { smooth = false } = {}) {
  // A line along the last row shares nothing with the row below, but names it.
  const cells = new Uint32Array(width * (height + 1));
  const counts = cells.subarray(0, width * height);
  /** Lines of each pair of rows, while they are bundled. @type {Uint32Array|null} */
  let bundle = null;

  /** @param {number} a @param {number} b rows at both ends @param {number} x0 @param {number} w
   * @param {number} weight */
  function trace(a, b, x0, w, weight) {
    const rise = b - a;
    const step = Math.trunc((rise * (1 << FRACTION)) / w);
    if (rise > w || -rise > w) traceSteep(a, b, step, x0, w, weight);
    else if (smooth) traceSmooth(a << FRACTION, step, x0, x0 + w, weight);
    else {
      let y = (a << FRACTION) + HALF;
      const end = x0 + w;
      for (let x = x0; x < end; x++) {
        cells[(y >> FRACTION) * width + x] += weight;
        y += step;
      }
    }
  }

  /** @param {number} y row with its fraction @param {number} step @param {number} x
   * @param {number} end @param {number} weight */
  function traceSmooth(y, step, x, end, weight) {
    const lines = weight / UNIT;
    for (; x < end; x++) {
      const lower = (((y & ONE) * UNIT) >> FRACTION) * lines;
      const at = (y >> FRACTION) * width + x;
      cells[at] += weight - lower;
      cells[at + width] += lower;
      y += step;
    }
  }

  /** More rows than columns: in each column the line is shared among the rows that it crosses.
   * @param {number} a @param {number} b @param {number} step @param {number} x0 @param {number} w
   * @param {number} weight */
  function traceSteep(a, b, step, x0, w, weight) {
    const lines = weight / UNIT;
    let y = (a << FRACTION) + HALF;
    const down = b > a ? 1 : -1;
    for (let x = x0; x < x0 + w; x++) {
      const from = y >> FRACTION;
      y += step;
      const rows = ((y >> FRACTION) - from) * down;
      const each = rows > 1 ? Math.trunc(UNIT / rows) : UNIT;
      cells[from * width + x] += (UNIT - each * Math.max(0, rows - 1)) * lines;
      for (let k = 1; k < rows; k++) cells[(from + k * down) * width + x] += each * lines;
    }
  }

  /** @param {Gap} gap @param {Uint32Array} samples @param {number} sign */
  function traceEach({ x0, x1, left, right }, samples, sign) {
    const weight = sign * UNIT;
    for (let k = 0; k < samples.length; k++) {
      const a = left[samples[k]];
      const b = right[samples[k]];
      if (a !== NO_ROW && b !== NO_ROW) trace(a, b, x0, x1 - x0, weight);
    }
  }

  /** Lines between the same two rows are one line that counts for all of them.
   * @param {Gap} gap @param {Uint32Array} samples @param {number} sign */
  function traceBundles({ x0, x1, left, right }, samples, sign) {
    bundle ??= new Uint32Array(height * height);
    const there = new Uint32Array(samples.length);
    let found = 0;
    for (let k = 0; k < samples.length; k++) {
      const a = left[samples[k]];
      const b = right[samples[k]];
      if (a === NO_ROW || b === NO_ROW) continue;
      const key = a * height + b;
      if (bundle[key]++ === 0) there[found++] = key;
    }
    for (let k = 0; k < found; k++) {
      const key = there[k];
      const a = Math.trunc(key / height);
      trace(a, key - a * height, x0, x1 - x0, sign * UNIT * bundle[key]);
      bundle[key] = 0;
    }
  }

  return {
    width,
    height,
    counts,
    /** Add (`sign` 1) or take away (−1) the lines of samples.
     * @param {Uint32Array} samples @param {1|-1} sign */
    change(samples, sign) {
      const draw = samples.length >= BUNDLED ? traceBundles : traceEach;
      for (const gap of gaps) draw(gap, samples, sign);
    },
    clear: () => cells.fill(0),
    max() {
      let most = 0;
      for (let p = 0; p < counts.length; p++) if (counts[p] > most) most = counts[p];
      return most;
    },
  };
}

/** @typedef {ReturnType<typeof createLines>} Lines */

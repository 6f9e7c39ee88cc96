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
const TILE = 32; // columns, one cache line
const COARSE = 5; // rows that one of many lines may climb from column to column
const BUNDLED = 6000; // lines from which on looking for equal ones is worth it

/** Of a steep line's UNIT in a column of so many rows: the first row's share, each other row's. */
const FIRST = new Int32Array(1 << 12).fill(UNIT);
const OTHERS = new Int32Array(1 << 12);
for (let rows = 2; rows < FIRST.length; rows++) {
  OTHERS[rows] = Math.trunc(UNIT / rows);
  FIRST[rows] = UNIT - OTHERS[rows] * (rows - 1);
}

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
 * @param {{smooth?: boolean}} [options] `smooth` shares a line between the two rows it runs between,
 *   for few lines; among many, single ones are not looked at */
export function createLines(width, height, gaps, { smooth = false } = {}) {
  // A line along the last row shares nothing with the row below, but names it.
  const cells = new Int32Array(width * (height + 1));
  const counts = cells.subarray(0, width * height);
  /** Lines of each pair of rows, while they are bundled. @type {Int32Array|null} */
  let bundle = null;
  let lines = createList(0);

  /** The gap's lines: rows at both ends and how many lines each is. @param {Gap} gap
   * @param {Uint32Array} samples @param {number} sign @returns {number} how many */
  function collect({ left, right }, samples, sign) {
    const bundled = samples.length >= BUNDLED;
    if (bundled) bundle ??= new Int32Array(height * height);
    const counted = bundle ?? lines.times;
    let found = 0;
    for (let k = 0; k < samples.length; k++) {
      const a = left[samples[k]];
      const b = right[samples[k]];
      if (a === NO_ROW || b === NO_ROW) continue;
      // Lines between the same two rows are one line that counts for all of them.
      if (bundled && counted[a * height + b]++ > 0) continue;
      lines.from[found] = a;
      lines.to[found] = b;
      lines.times[found++] = sign;
    }
    if (!bundled) return found;
    for (let k = 0; k < found; k++) {
      const key = lines.from[k] * height + lines.to[k];
      lines.times[k] = sign * counted[key];
      counted[key] = 0;
    }
    return found;
  }

  /** Flat lines to the front, steep ones behind, which would show holes; both get their start and
   * their step. @param {number} n @param {number} w columns @returns {number} how many are flat */
  function prepare(n, w) {
    const { from, to, times, y, step } = lines;
    const rise = smooth ? w : COARSE * w;
    let flat = 0;
    for (let k = 0; k < n; k++) {
      const [a, b, t] = [from[k], to[k], times[k]];
      const steep = b - a > rise || a - b > rise;
      const at = steep ? k : flat++;
      from[k] = from[at];
      to[k] = to[at];
      times[k] = times[at];
      y[k] = y[at];
      step[k] = step[at];
      from[at] = a;
      to[at] = b;
      times[at] = t;
      y[at] = (a << FRACTION) + (steep || !smooth ? HALF : 0);
      step[at] = (((b - a) << FRACTION) / w) | 0;
    }
    return flat;
  }

  /** One row in each column. @param {number} n the first n lines @param {number} x0
   * @param {number} x1 columns */
  function walkFlat(n, x0, x1) {
    const { y: at, step: steps, times } = lines;
    for (let k = 0; k < n; k++) {
      const step = steps[k];
      const weight = times[k] * UNIT;
      let y = at[k];
      for (let x = x0; x < x1; x++) {
        cells[(y >> FRACTION) * width + x] += weight;
        y += step;
      }
      at[k] = y;
    }
  }

  /** Shared between the row above and the row below. @param {number} n @param {number} x0
   * @param {number} x1 */
  function walkSmooth(n, x0, x1) {
    const { y: at, step: steps, times } = lines;
    for (let k = 0; k < n; k++) {
      const step = steps[k];
      const weight = times[k] * UNIT;
      let y = at[k];
      for (let x = x0; x < x1; x++) {
        const lower = (((y & ONE) * UNIT) >> FRACTION) * times[k];
        const cell = (y >> FRACTION) * width + x;
        cells[cell] += weight - lower;
        cells[cell + width] += lower;
        y += step;
      }
      at[k] = y;
    }
  }

  /** In each column shared among the rows that the line crosses there. @param {number} first
   * @param {number} n @param {number} x0 @param {number} x1 */
  function walkSteep(first, n, x0, x1) {
    const { y: at, step: steps, times } = lines;
    for (let k = first; k < n; k++) {
      const down = steps[k] > 0 ? 1 : -1;
      const stride = down * width;
      let y = at[k];
      for (let x = x0; x < x1; x++) {
        const from = y >> FRACTION;
        y += steps[k];
        const rows = ((y >> FRACTION) - from) * down;
        let cell = from * width + x;
        cells[cell] += FIRST[rows] * times[k];
        const each = OTHERS[rows] * times[k];
        for (let j = 1; j < rows; j++) {
          cell += stride;
          cells[cell] += each;
        }
      }
      at[k] = y;
    }
  }

  /** @param {Gap} gap @param {Uint32Array} samples @param {number} sign */
  function draw(gap, samples, sign) {
    const n = collect(gap, samples, sign);
    const flat = prepare(n, gap.x1 - gap.x0);
    // All lines through a few columns, then through the next: those cells stay in the fastest
    // cache, which the whole gap's do not.
    for (let x = gap.x0; x < gap.x1; ) {
      const end = Math.min(gap.x1, (x | (TILE - 1)) + 1);
      if (smooth) walkSmooth(flat, x, end);
      else walkFlat(flat, x, end);
      walkSteep(flat, n, x, end);
      x = end;
    }
  }

  return {
    width,
    height,
    counts,
    /** Add (`sign` 1) or take away (−1) the lines of samples.
     * @param {Uint32Array} samples @param {1|-1} sign */
    change(samples, sign) {
      if (samples.length > lines.y.length) lines = createList(samples.length);
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

/** Draw small pictures that nobody sees, so that the browser has compiled the loops above by the
 * time that the data arrive: the first picture is drawn many times faster. */
export function warmUp() {
  // Few lines and many take different ways.
  for (const [n, columns] of [
    [600, 32],
    [BUNDLED, 8],
  ]) {
    const [left, right] = [7, 13].map((step) => {
      const values = Float32Array.from({ length: n }, (_, i) => (i * step) % 97);
      return rowsOf(values, [0, 97], 97, false);
    });
    const samples = Uint32Array.from({ length: n }, (_, i) => i);
    for (const smooth of n < BUNDLED ? [false, true] : [false]) {
      const gap = { x0: 0, x1: columns, left, right };
      const lines = createLines(2 * columns, 97, [gap], { smooth });
      for (let k = 0; k < 6; k++) lines.change(samples, k % 2 ? -1 : 1);
      lines.max();
    }
  }
}

/** Room for `n` lines. @param {number} n */
function createList(n) {
  const list = () => new Int32Array(n);
  return { from: list(), to: list(), times: list(), y: list(), step: list() };
}

/** @typedef {ReturnType<typeof createLines>} Lines */

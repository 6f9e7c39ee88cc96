// The graph of one epoch: which units are joined at a cut-off, and how they hang together. No DOM.

/** @typedef {{units: number, cosines: Float32Array, visible: Uint8Array, floor: number}} Epoch
 *   cosines of pairs i < j row by row, NaN where a unit is hidden or the pair was not saved; all
 *   pairs above `floor` are there */
/** @typedef {{a: Uint16Array, b: Uint16Array, cosines: Float32Array, total: number}} Edges
 *   a < b; `total` counts also those that were left out */
/** @typedef {{a: Uint16Array, b: Uint16Array, cosines: Float32Array}} Forest strongest first */

// A limit made of a cut-off and turned back may differ from a cosine in its last digits.
const SLACK = 1e-12;

/** Edge weight exp(−d²/σ²) of a cosine. @param {string} kernel @param {number} sigma
 * @param {number} cosine */
export function edgeWeight(kernel, sigma, cosine) {
  const rest = Math.min(2, Math.max(0, 1 - cosine));
  const squared = kernel === "tool" ? (rest * rest) / 4 : rest;
  return Math.exp(-squared / (sigma * sigma));
}

/** The inner product at which the weight equals the cut-off. @param {string} kernel
 * @param {number} sigma @param {number} cutoff in (0, 1] */
export function innerProduct(kernel, sigma, cutoff) {
  const logarithm = -Math.log(cutoff);
  return kernel === "tool" ? 1 - 2 * sigma * Math.sqrt(logarithm) : 1 - sigma * sigma * logarithm;
}

/** Place of a pair i < j among the cosines. @param {number} i @param {number} j @param {number} n */
export const pairPlace = (i, j, n) => i * n - (i * (i + 1)) / 2 + j - i - 1;

/** The cosine of two units; NaN where it is not known. @param {Epoch} epoch @param {number} i
 * @param {number} j */
export const cosineOf = ({ units, cosines }, i, j) =>
  i === j ? 1 : cosines[i < j ? pairPlace(i, j, units) : pairPlace(j, i, units)];

/** Edges of at least that inner product, in the order of pairs. Where there are more than `most`,
 * the strongest and those of the forest, so that what hangs together stays so.
 * @param {Epoch} epoch @param {number} limit @param {Forest} [forest] @param {number} [most]
 * @returns {Edges} */
export function edgesAbove({ units, cosines }, limit, forest, most = Infinity) {
  const least = limit - SLACK;
  let total = 0;
  for (let p = 0; p < cosines.length; p++) if (cosines[p] >= least) total++;
  const bar = total > most ? barOf(cosines, least, most) : least;
  const joins = new Uint8Array(total > most ? cosines.length : 0);
  if (total > most && forest) markJoins(joins, forest, least, units);
  const size = total > most ? Math.min(total, most + units) : total;
  const [a, b] = [new Uint16Array(size), new Uint16Array(size)];
  const strength = new Float32Array(size);
  let k = 0;
  for (let i = 0, p = 0; i < units; i++) {
    for (let j = i + 1; j < units; j++, p++) {
      if (!(cosines[p] >= bar) && !joins[p]) continue;
      a[k] = i;
      b[k] = j;
      strength[k++] = cosines[p];
    }
  }
  return { a: a.subarray(0, k), b: b.subarray(0, k), cosines: strength.subarray(0, k), total };
}

const BINS = 1 << 14;

/** The least of the strongest: at most `most` are not below it; equals are kept or left out together.
 * @param {Float32Array} cosines @param {number} least @param {number} most */
function barOf(cosines, least, most) {
  const counts = new Uint32Array(BINS + 1);
  const bin = (/** @type {number} */ value) =>
    Math.min(BINS, Math.floor(((value - least) * BINS) / (1 - least)));
  for (let p = 0; p < cosines.length; p++) if (cosines[p] >= least) counts[bin(cosines[p])]++;
  let lowest = BINS + 1;
  for (let kept = 0; lowest > 0 && kept + counts[lowest - 1] <= most; lowest--) {
    kept += counts[lowest - 1];
  }
  let bar = Infinity;
  for (let p = 0; p < cosines.length; p++) {
    const value = cosines[p];
    if (value >= least && value < bar && bin(value) >= lowest) bar = value;
  }
  return bar;
}

/** @param {Uint8Array} joins by pair @param {Forest} forest @param {number} least
 * @param {number} units */
function markJoins(joins, { a, b, cosines }, least, units) {
  for (let k = 0; k < a.length && cosines[k] >= least; k++) {
    joins[pairPlace(Math.min(a[k], b[k]), Math.max(a[k], b[k]), units)] = 1;
  }
}

/** The forest of greatest cosines, by Prim's algorithm: cut anywhere, its trees are the connected
 * components. @param {Epoch} epoch @returns {Forest} */
export function spanningForest(epoch) {
  const { units, cosines, visible } = epoch;
  const best = new Float32Array(units).fill(-2);
  const from = new Int32Array(units).fill(-1);
  const outside = Uint8Array.from(visible);
  /** @type {[number, number, number][]} */
  const found = [];
  let newest = visible.indexOf(1);
  while (newest >= 0) {
    outside[newest] = 0;
    let next = -1;
    for (let k = 0; k < units; k++) {
      if (!outside[k]) continue;
      const place = k < newest ? pairPlace(k, newest, units) : pairPlace(newest, k, units);
      if (cosines[place] > best[k]) {
        best[k] = cosines[place];
        from[k] = newest;
      }
      if (next < 0 || best[k] > best[next]) next = k;
    }
    if (next >= 0 && from[next] >= 0) found.push([from[next], next, best[next]]);
    newest = next;
  }
  found.sort((one, other) => other[2] - one[2]);
  return {
    a: Uint16Array.from(found, (edge) => edge[0]),
    b: Uint16Array.from(found, (edge) => edge[1]),
    cosines: Float32Array.from(found, (edge) => edge[2]),
  };
}

/** @param {Int32Array} parent @param {number} i */
function root(parent, i) {
  while (parent[i] !== i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}

/** Which component each unit is in: 0 the largest, equals by their first unit, −1 hidden units;
 * and how many units each has.
 * @param {Forest} forest @param {Uint8Array} visible @param {number} limit */
export function componentsAt({ a, b, cosines }, visible, limit) {
  const units = visible.length;
  const parent = Int32Array.from({ length: units }, (_, i) => i);
  for (let k = 0; k < a.length && cosines[k] >= limit - SLACK; k++) {
    parent[root(parent, a[k])] = root(parent, b[k]);
  }
  /** By root: [its first unit, its size]. @type {Map<number, [number, number]>} */
  const groups = new Map();
  for (let i = 0; i < units; i++) {
    if (!visible[i]) continue;
    const group = groups.get(root(parent, i));
    if (group) group[1]++;
    else groups.set(root(parent, i), [i, 1]);
  }
  const order = [...groups].sort(([, p], [, q]) => q[1] - p[1] || p[0] - q[0]);
  const rank = new Map(order.map(([top], k) => [top, k]));
  const labels = new Int32Array(units).fill(-1);
  for (let i = 0; i < units; i++) if (visible[i]) labels[i] = rank.get(root(parent, i)) ?? -1;
  return { labels, sizes: order.map(([, [, size]]) => size) };
}

/** Components as the cut-off falls past every edge of the forest: row k holds once all edges of at
 * least `cosines[k]` are there; row 0, at 2, before any is. `norm` is √Σ‖w‖² of the largest.
 * @param {Forest} forest @param {Uint8Array} visible @param {ArrayLike<number>} norms */
export function componentCurve({ a, b, cosines }, visible, norms) {
  const units = visible.length;
  const parent = Int32Array.from({ length: units }, (_, i) => i);
  const size = new Int32Array(units).fill(1);
  const first = Int32Array.from(parent);
  const squares = Float64Array.from(parent, (i) => norms[i] * norms[i]);
  let best = visible.indexOf(1);
  let count = visible.reduce((sum, one) => sum + one, 0);
  const rows = a.length + 1;
  const [at, norm] = [new Float64Array(rows), new Float64Array(rows)];
  const [components, largest] = [new Int32Array(rows), new Int32Array(rows)];
  for (let k = 0; k < rows; k++) {
    if (k > 0) {
      const [p, q] = [root(parent, a[k - 1]), root(parent, b[k - 1])];
      parent[p] = q;
      size[q] += size[p];
      squares[q] += squares[p];
      first[q] = Math.min(first[p], first[q]);
      count--;
      best = root(parent, best);
      if (size[q] > size[best] || (size[q] === size[best] && first[q] < first[best])) best = q;
    }
    at[k] = k > 0 ? cosines[k - 1] : 2;
    components[k] = count;
    largest[k] = best < 0 ? 0 : size[best];
    norm[k] = best < 0 ? 0 : Math.sqrt(squares[best]);
  }
  return { cosines: at, components, largest, norm };
}

/** The curve's row that holds at a limit. @param {{cosines: Float64Array}} curve
 * @param {number} limit */
export function rowAt({ cosines }, limit) {
  let row = 0;
  while (row + 1 < cosines.length && cosines[row + 1] >= limit - SLACK) row++;
  return row;
}

// Minimum spanning trees and what two groups of points have in common. No DOM.

/** @typedef {{edges: Int32Array, weights: Float32Array}} Tree two point numbers an edge */
/** @typedef {(a: number, b: number) => number} Distance */

/** The tree of least total distance over some points, by Prim's algorithm.
 * @param {ArrayLike<number>} points @param {Distance} distance @returns {Tree} */
export function spanningTree(points, distance) {
  const n = points.length;
  const edges = new Int32Array(2 * Math.max(0, n - 1));
  const weights = new Float32Array(Math.max(0, n - 1));
  const best = new Float64Array(n).fill(Infinity);
  const from = new Int32Array(n);
  const outside = new Uint8Array(n).fill(1);
  let newest = 0;
  for (let edge = 0; edge < n - 1; edge++) {
    outside[newest] = 0;
    let next = -1;
    for (let k = 0; k < n; k++) {
      if (!outside[k]) continue;
      const d = distance(points[newest], points[k]);
      if (d < best[k]) {
        best[k] = d;
        from[k] = newest;
      }
      if (next < 0 || best[k] < best[next]) next = k;
    }
    edges[2 * edge] = points[from[next]];
    edges[2 * edge + 1] = points[next];
    weights[edge] = best[next];
    newest = next;
  }
  return { edges, weights };
}

/** Sum of a tree's distances. @param {Tree} tree */
export const totalWeight = ({ weights }) => weights.reduce((sum, w) => sum + w, 0);

/** Share of a joint tree's edges that join a point of `first` with one that is not in it: 0 where
 * the two groups lie apart but for one edge, about one half where they are mixed.
 * @param {Tree} tree @param {Iterable<number>} first */
export function crossShare({ edges }, first) {
  const own = new Set(first);
  let across = 0;
  for (let k = 0; k < edges.length; k += 2) {
    if (own.has(edges[k]) !== own.has(edges[k + 1])) across++;
  }
  return edges.length ? (2 * across) / edges.length : Number.NaN;
}

/** What two histograms share: Σ min(p, q) of their shares, 0..1; NaN where one is empty.
 * @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function commonShare(a, b) {
  const total = (/** @type {ArrayLike<number>} */ c) => Array.from(c).reduce((s, v) => s + v, 0);
  const [na, nb] = [total(a), total(b)];
  if (!na || !nb) return Number.NaN;
  return Array.from(a).reduce((sum, v, k) => sum + Math.min(v / na, b[k] / nb), 0);
}

/** Sum of some points' histograms. @param {ArrayLike<number>} counts (point, bin)
 * @param {number} bins @param {Iterable<number>} points */
export function sumOf(counts, bins, points) {
  const sum = new Float64Array(bins);
  for (const i of points) for (let k = 0; k < bins; k++) sum[k] += counts[i * bins + k];
  return sum;
}

// Lassos and boxes: which of some points lie in them. No DOM; coordinates are the data's.

/** @typedef {[number, number]} Point */
/** @typedef {{kind: "lasso", points: Point[]}} Lasso */
/** @typedef {{kind: "box", x: [number, number], y: [number, number]}} Box */
/** @typedef {{kind: "sample", sample: number}} One */
/** @typedef {{kind: "all"}} All everything that is drawn */
/** @typedef {{kind: "every"}} Every also what has no value to be drawn at */
/** @typedef {Lasso|Box|One|All|Every} Shape */

/** Whether (x, y) lies in the polygon, by the even-odd rule; the last point joins the first.
 * @param {number} x @param {number} y @param {ArrayLike<number>} px @param {ArrayLike<number>} py */
export function inPolygon(x, y, px, py) {
  let inside = false;
  for (let i = 0, j = px.length - 1; i < px.length; j = i++) {
    if (isLeftOf(x, y, px, py, i, j)) inside = !inside;
  }
  return inside;
}

/** Whether (x, y) lies beside the edge from corner i to corner j, on its left.
 * @param {number} x @param {number} y @param {ArrayLike<number>} px @param {ArrayLike<number>} py
 * @param {number} i @param {number} j */
const isLeftOf = (x, y, px, py, i, j) =>
  py[i] > y !== py[j] > y && x < ((px[j] - px[i]) * (y - py[i])) / (py[j] - py[i]) + px[i];

const BANDS = 256;
const FEW = 8; // corners of a polygon whose bands would cost more than they save

/** As `inPolygon`, for many points: edges are kept by horizontal bands, and only those of a point's
 * own band are looked at, as no other can lie beside it.
 * @param {ArrayLike<number>} px @param {ArrayLike<number>} py
 * @returns {(x: number, y: number) => boolean} */
export function polygonTest(px, py) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < py.length; i++) {
    low = Math.min(low, py[i]);
    high = Math.max(high, py[i]);
  }
  const scale = BANDS / (high - low);
  if (px.length <= FEW || !Number.isFinite(scale)) return (x, y) => inPolygon(x, y, px, py);
  // Rounding keeps the order of numbers, so a point between an edge's ends gets a band of the edge.
  const band = (/** @type {number} */ y) => Math.min(BANDS - 1, Math.floor((y - low) * scale));
  const { first, edges } = edgesByBand(py, band);
  return (x, y) => {
    if (!(y >= low && y <= high)) return false;
    const own = band(y);
    let inside = false;
    for (let k = first[own]; k < first[own + 1]; k++) {
      const i = edges[k];
      const j = i === 0 ? px.length - 1 : i - 1;
      if (isLeftOf(x, y, px, py, i, j)) inside = !inside;
    }
    return inside;
  };
}

/** The edges (by their ends) of each band, one band after the other; `first`: where each begins.
 * @param {ArrayLike<number>} py @param {(y: number) => number} band */
function edgesByBand(py, band) {
  const first = new Uint32Array(BANDS + 1);
  /** @param {(own: number, edge: number) => void} fn */
  const each = (fn) => {
    for (let i = 0, j = py.length - 1; i < py.length; j = i++) {
      const [from, to] = sorted([band(py[i]), band(py[j])]);
      for (let own = from; own <= to; own++) fn(own, i);
    }
  };
  each((own) => {
    first[own + 1] += 1;
  });
  for (let own = 0; own < BANDS; own++) first[own + 1] += first[own];
  const edges = new Uint32Array(first[BANDS]);
  const next = first.slice();
  each((own, edge) => {
    edges[next[own]++] = edge;
  });
  return { first, edges };
}

/** Call `fn(i)` for each of `samples` that lies in the shape; NaN lies in none.
 * @param {Shape} shape @param {{x: Float32Array, y: Float32Array}} points
 * @param {Uint32Array} samples @param {(sample: number) => void} fn */
export function forEachInside(shape, { x, y }, samples, fn) {
  if (shape.kind === "sample") {
    if (samples.includes(shape.sample)) fn(shape.sample);
    return;
  }
  const whole = shape.kind === "all" || shape.kind === "every";
  const box = whole ? [-Infinity, Infinity, -Infinity, Infinity] : bounds(shape);
  const [x0, x1, y0, y1] = box;
  const within = shape.kind === "lasso" ? lassoTest(shape) : null;
  for (let k = 0; k < samples.length; k++) {
    const i = samples[k];
    if (!(x[i] >= x0 && x[i] <= x1 && y[i] >= y0 && y[i] <= y1)) continue;
    if (within === null || within(x[i], y[i])) fn(i);
  }
}

/** @param {Lasso} lasso */
const lassoTest = ({ points }) =>
  polygonTest(
    Float64Array.from(points, (p) => p[0]),
    Float64Array.from(points, (p) => p[1]),
  );

/** [least x, greatest x, least y, greatest y]. @param {Lasso|Box} shape */
export function bounds(shape) {
  if (shape.kind === "box") return [...sorted(shape.x), ...sorted(shape.y)];
  const box = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of shape.points) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.max(box[1], x);
    box[2] = Math.min(box[2], y);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

/** @param {[number, number]} range */
const sorted = ([a, b]) => (a <= b ? [a, b] : [b, a]);

/** At most `limit` points, evenly thinned. @param {Point[]} points @param {number} limit */
export function thin(points, limit) {
  if (points.length <= limit) return points;
  return Array.from({ length: limit }, (_, k) => points[Math.floor((k * points.length) / limit)]);
}

/** Seven digits are what a float32 holds; more would only lengthen the saved state.
 * @param {number} value */
export const rounded = (value) => Number(value.toPrecision(7));

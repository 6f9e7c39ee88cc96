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
    if (py[i] > y !== py[j] > y && x < ((px[j] - px[i]) * (y - py[i])) / (py[j] - py[i]) + px[i]) {
      inside = !inside;
    }
  }
  return inside;
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
  const px = shape.kind === "lasso" ? Float64Array.from(shape.points, (p) => p[0]) : null;
  const py = shape.kind === "lasso" ? Float64Array.from(shape.points, (p) => p[1]) : null;
  for (let k = 0; k < samples.length; k++) {
    const i = samples[k];
    if (!(x[i] >= x0 && x[i] <= x1 && y[i] >= y0 && y[i] <= y1)) continue;
    if (px === null || py === null || inPolygon(x[i], y[i], px, py)) fn(i);
  }
}

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

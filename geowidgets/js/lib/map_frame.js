// From the layout's plane to the screen and back: fit, zoom, pan. No DOM.

/** @typedef {{scale: number, left: number, top: number}} Frame screen = scale · layout + offset */
/** @typedef {{width: number, height: number}} Size CSS pixels */

const MARGIN = 22; // CSS pixels around the outermost points
const ZOOM = /** @type {const} */ ([0.5, 60]); // times the fitted scale

/** All of some points in view, both axes on one scale.
 * @param {{x: ArrayLike<number>, y: ArrayLike<number>}} points @param {ArrayLike<number>} some
 * @param {Size} size @returns {Frame} */
export function fit({ x, y }, some, { width, height }) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let k = 0; k < some.length; k++) {
    const i = some[k];
    x0 = Math.min(x0, x[i]);
    x1 = Math.max(x1, x[i]);
    y0 = Math.min(y0, y[i]);
    y1 = Math.max(y1, y[i]);
  }
  if (!(x0 <= x1)) [x0, x1, y0, y1] = [0, 0, 0, 0];
  const room = (/** @type {number} */ pixels, /** @type {number} */ span) =>
    span > 0 ? Math.max(1, pixels - 2 * MARGIN) / span : Infinity;
  const least = Math.min(room(width, x1 - x0), room(height, y1 - y0));
  // A single place has no extent that could be fitted.
  const scale = Number.isFinite(least) ? least : 1;
  return {
    scale,
    left: width / 2 - (scale * (x0 + x1)) / 2,
    top: height / 2 - (scale * (y0 + y1)) / 2,
  };
}

/** The frame nearer or farther, what lies under (px, py) staying there.
 * @param {Frame} frame @param {number} factor @param {number} px @param {number} py
 * @param {number} fitted the scale at which everything fits @returns {Frame} */
export function zoomAt(frame, factor, px, py, fitted) {
  const scale = Math.min(ZOOM[1] * fitted, Math.max(ZOOM[0] * fitted, frame.scale * factor));
  const by = scale / frame.scale;
  return { scale, left: px - (px - frame.left) * by, top: py - (py - frame.top) * by };
}

/** @param {Frame} frame @param {number} dx @param {number} dy @returns {Frame} */
export const panned = (frame, dx, dy) => ({
  ...frame,
  left: frame.left + dx,
  top: frame.top + dy,
});

/** Screen positions of all points, into arrays that are kept.
 * @param {{n: number, x: Float32Array, y: Float32Array}} points @param {Frame} frame
 * @param {{x: Float32Array, y: Float32Array}} out */
export function project({ n, x, y }, { scale, left, top }, out) {
  for (let i = 0; i < n; i++) {
    out.x[i] = scale * x[i] + left;
    out.y[i] = scale * y[i] + top;
  }
}

/** A screen point in the layout's plane. @param {Frame} frame @param {[number, number]} point
 * @returns {[number, number]} */
export const toLayout = ({ scale, left, top }, [px, py]) => [
  (px - left) / scale,
  (py - top) / scale,
];

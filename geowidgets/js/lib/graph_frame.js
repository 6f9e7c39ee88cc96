// From the layout's world to the stage: a frame that follows the layout, but not its every breath.
// No DOM.

/** @typedef {import("./map_frame.js").Frame} Frame */
/** @typedef {import("./map_frame.js").Size} Size */
/** @typedef {{x0: number, x1: number, y0: number, y1: number}} Extent */

const MARGIN = 24; // CSS pixels around the outermost nodes
const NEAREST = 2.2; // few units would be discs of a hand's size
const SMALL = 0.66; // share of the fitting scale below which the frame comes nearer
const EASE = 0.16; // of the way to its goal, a frame

/** @param {ArrayLike<number>} x @param {ArrayLike<number>} y @param {Uint8Array} visible
 * @returns {Extent} */
export function extentOf(x, y, visible) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < visible.length; i++) {
    if (!visible[i]) continue;
    x0 = Math.min(x0, x[i]);
    x1 = Math.max(x1, x[i]);
    y0 = Math.min(y0, y[i]);
    y1 = Math.max(y1, y[i]);
  }
  return x0 <= x1 ? { x0, x1, y0, y1 } : { x0: 0, x1: 0, y0: 0, y1: 0 };
}

/** All of it in the middle of the stage. @param {Extent} extent @param {Size} size
 * @returns {Frame} */
export function fitting({ x0, x1, y0, y1 }, { width, height }) {
  const room = (/** @type {number} */ pixels, /** @type {number} */ span) =>
    span > 0 ? Math.max(1, pixels - 2 * MARGIN) / span : Infinity;
  const scale = Math.min(NEAREST, room(width, x1 - x0), room(height, y1 - y0));
  return {
    scale,
    left: width / 2 - (scale * (x0 + x1)) / 2,
    top: height / 2 - (scale * (y0 + y1)) / 2,
  };
}

/** Whether the frame no longer suits: something has left it, or it shows mostly nothing.
 * @param {Frame} frame @param {Extent} extent @param {Size} size */
export function unsuited(frame, extent, size) {
  const { scale, left, top } = frame;
  const edge = MARGIN / 2;
  return (
    scale * extent.x0 + left < edge ||
    scale * extent.x1 + left > size.width - edge ||
    scale * extent.y0 + top < edge ||
    scale * extent.y1 + top > size.height - edge ||
    scale < SMALL * fitting(extent, size).scale
  );
}

/** Part of the way to another frame; null once it is there. @param {Frame} frame
 * @param {Frame} goal @returns {Frame|null} */
export function nearer(frame, goal) {
  const far = Math.hypot(goal.left - frame.left, goal.top - frame.top);
  if (far < 1 && Math.abs(goal.scale / frame.scale - 1) < 0.005) return null;
  const mix = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * EASE;
  return {
    scale: mix(frame.scale, goal.scale),
    left: mix(frame.left, goal.left),
    top: mix(frame.top, goal.top),
  };
}

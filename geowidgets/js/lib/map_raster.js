// The pixels of a large map: all points palely, on top of them those in front, and after a change
// only the tiles that it touches. No DOM.
import { setDown, startOf, whole } from "./map_stamps.js";

/** @typedef {import("./map_stamps.js").Pixels} Pixels */
/** @typedef {import("./map_stamps.js").Area} Area */
/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number>}} Places */
/** @typedef {{points: ArrayLike<number>, at: Places, stamps: Pixels[], ratio: number,
 *   paleness: number}} Marks `points` in the order in which they are set down, `at` in CSS pixels,
 *   `stamps` one a point, `ratio` device pixels a CSS pixel, `paleness` opacity of all points */

const TILE = 16; // pixels
const MANY = 0.5; // changed points a point in front from which all are set down anew

/** @param {Pixels} page that is drawn on; nobody else may, but for `forget` @param {Marks} marks */
export function createRaster(page, marks) {
  const { points, at, stamps, ratio } = marks;
  const pale = new Uint8ClampedArray(page.data.length);
  const backdrop = { ...page, width: page.width, height: page.height, data: pale };
  put(backdrop, points, marks.paleness);
  /** Which points stood in front when the page was drawn. @type {Uint8Array|null} */
  let before = null;
  /** @type {ReturnType<typeof tilesOf>|null} */
  let tiles = null;

  /** @param {Pixels} target @param {ArrayLike<number>} some @param {number} strength
   * @param {Uint8Array|null} [front] 1 for those that are meant; null: all
   * @param {Area} [area] */
  function put(target, some, strength, front = null, area = whole(target)) {
    for (let k = 0; k < some.length; k++) {
      const i = some[k];
      if (front && front[i] === 0) continue;
      setDown(target, stamps[i], at.x[i] * ratio, at.y[i] * ratio, strength, area);
    }
  }

  /** @param {Uint8Array} front @returns {Area} */
  function drawAll(front) {
    page.data.set(pale);
    put(page, points, 1, front);
    return whole(page);
  }

  /** Every pixel gets what `drawAll` would give it, as its points come in the same order.
   * @param {Uint8Array} front @param {number[]} changed @returns {Area|null} */
  function drawTiles(front, changed) {
    tiles ??= tilesOf(page, marks);
    const { first, members, forEachOf } = tiles;
    const across = Math.ceil(page.width / TILE);
    /** @type {Set<number>} */
    const touched = new Set();
    for (const i of changed) forEachOf(i, (tile) => touched.add(tile));
    /** @type {Area|null} */
    let all = null;
    for (const tile of touched) {
      const area = tileArea(page, tile, across);
      for (let y = area.top; y < area.bottom; y++) {
        const [from, to] = [4 * (y * page.width + area.left), 4 * (y * page.width + area.right)];
        page.data.set(pale.subarray(from, to), from);
      }
      put(page, members.subarray(first[tile], first[tile + 1]), 1, front, area);
      all = all ? around(all, area) : area;
    }
    return all;
  }

  return {
    marks,
    /** @param {Uint8Array} front 1 for points in front; never changed later
     * @returns {Area|null} what of the page is another now */
    draw(front) {
      /** @type {number[]} */
      const changed = [];
      let standing = 0;
      for (let k = 0; k < points.length; k++) {
        const i = points[k];
        standing += front[i];
        if (before && before[i] !== front[i]) changed.push(i);
      }
      const few = before !== null && changed.length < MANY * standing;
      before = front;
      return few ? drawTiles(front, changed) : drawAll(front);
    },
    /** Somebody else has drawn on the page. */
    forget() {
      before = null;
    },
  };
}

/** The points of each tile of a page, in their order, one tile after the other: a point belongs to
 * every tile that its stamp reaches into. @param {Pixels} page @param {Marks} marks */
function tilesOf({ width, height }, { points, at, stamps, ratio }) {
  const across = Math.ceil(width / TILE);
  const count = across * Math.ceil(height / TILE);

  /** @param {number} i @param {(tile: number) => void} fn */
  function forEachOf(i, fn) {
    const stamp = stamps[i];
    const left = startOf(at.x[i] * ratio, stamp.width);
    const top = startOf(at.y[i] * ratio, stamp.height);
    const [x0, x1] = [Math.max(0, left), Math.min(width, left + stamp.width) - 1];
    const [y0, y1] = [Math.max(0, top), Math.min(height, top + stamp.height) - 1];
    for (let row = Math.floor(y0 / TILE); row <= Math.floor(y1 / TILE); row++) {
      for (let column = Math.floor(x0 / TILE); column <= Math.floor(x1 / TILE); column++) {
        fn(row * across + column);
      }
    }
  }

  const first = new Uint32Array(count + 1);
  for (let k = 0; k < points.length; k++) {
    forEachOf(points[k], (tile) => {
      first[tile + 1] += 1;
    });
  }
  for (let tile = 0; tile < count; tile++) first[tile + 1] += first[tile];
  const members = new Uint32Array(first[count]);
  const next = first.slice();
  for (let k = 0; k < points.length; k++) {
    forEachOf(points[k], (tile) => {
      members[next[tile]++] = points[k];
    });
  }
  return { first, members, forEachOf };
}

/** @param {Pixels} page @param {number} tile @param {number} across @returns {Area} */
function tileArea({ width, height }, tile, across) {
  const [left, top] = [(tile % across) * TILE, Math.floor(tile / across) * TILE];
  return {
    left,
    top,
    right: Math.min(width, left + TILE),
    bottom: Math.min(height, top + TILE),
  };
}

/** @param {Area} a @param {Area} b @returns {Area} */
const around = (a, b) => ({
  left: Math.min(a.left, b.left),
  top: Math.min(a.top, b.top),
  right: Math.max(a.right, b.right),
  bottom: Math.max(a.bottom, b.bottom),
});

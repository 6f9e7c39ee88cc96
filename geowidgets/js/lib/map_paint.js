// The points on a canvas: every mark is drawn once as a small picture and then stamped.
import { symbol, symbolsFill } from "d3-shape";
import { createRaster } from "./map_raster.js";
import { cropped, setDown } from "./map_stamps.js";

/** @typedef {import("./theme.js").Rgba} Rgba */
/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number>}} Places */
/** @typedef {import("./map_look.js").Look} Look */
/** @typedef {import("./map_stamps.js").Pixels} Pixels */

const PALE_ONCE = 10_000; // points above which what is behind is kept
/** How many marks can be told apart. */
export const SHAPES = symbolsFill.length;
export const ONE_SIZE = 30_000; // points above which all marks are dots
const OUTLINED = 1.5; // least radius of marks with an outline
const ORDER = [0, 3, 5, 2, 4, 1, 6]; // circle, square, triangle, diamond, star, cross, wye

/** A mark's outline as path data about (0, 0), of the area of a circle of that radius.
 * @param {number} shape @param {number} radius */
export function markPath(shape, radius) {
  const type = symbolsFill[ORDER[shape % SHAPES]];
  // Pointed marks look smaller than round ones of the same area.
  const area = Math.PI * radius * radius * (shape % SHAPES === 0 ? 1 : 1.12);
  return symbol(type, area)() ?? "";
}

/** @param {HTMLCanvasElement} canvas */
export function createPainter(canvas) {
  /** @type {Map<string, Pixels>} */
  const stamps = new Map();
  /** Each point's stamp, as long as its look stays. @type {{look: object|null, of: Pixels[]}} */
  let known = { look: null, of: [] };
  /** @type {ImageData|null} */
  let page = null;
  let ratio = 1;
  /** Many points, as long as they stay where they are. @type {ReturnType<typeof createRaster>|null} */
  let raster = null;

  /** @param {number} shape @param {number} radius @param {Rgba} color @param {Rgba} outline
   * @returns {Pixels} */
  function stamp(shape, radius, color, outline) {
    const key = `${shape} ${radius} ${color} ${outline}`;
    const made = stamps.get(key) ?? makeStamp(shape, radius, color, outline, ratio);
    stamps.set(key, made);
    return made;
  }

  /** @param {Look} look @param {Rgba} outline */
  function stampsOf({ color, shape, radius }, outline) {
    return color.map((own, i) => stamp(shape[i], radius[i], own, outline));
  }

  return {
    /** @param {number} width @param {number} height CSS pixels */
    resize(width, height) {
      const now = Math.min(3, Math.max(1, devicePixelRatio || 1));
      if (now !== ratio) {
        stamps.clear();
        known = { look: null, of: [] };
      }
      ratio = now;
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width === w && canvas.height === h) return;
      canvas.width = w;
      canvas.height = h;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      page = raster = null;
    },
    /** Draw points palely, and those in `front` on top of them.
     * @param {Places} at CSS pixels, others where points have moved
     * @param {ArrayLike<number>} points others where they are not the same ones
     * @param {Uint8Array|null} front 1 for points in front, others where it changes; null: all
     * @param {Look} look @param {Rgba} outline
     * @param {number} paleness opacity of those behind */
    draw(at, points, front, look, outline, paleness) {
      const context = canvas.getContext("2d");
      if (!context) return;
      page ??= context.createImageData(canvas.width, canvas.height);
      if (known.look !== look) {
        stamps.clear();
        known = { look, of: stampsOf(look, outline) };
      }
      if (front && points.length > PALE_ONCE) {
        const marks = { points, at, stamps: known.of, ratio, paleness };
        if (!raster || !isSame(raster.marks, marks)) raster = createRaster(page, marks);
        const area = raster.draw(front);
        if (!area) return;
        const { left, top, right, bottom } = area;
        context.putImageData(page, 0, 0, left, top, right - left, bottom - top);
        return;
      }
      raster?.forget();
      page.data.fill(0);
      if (front) put(page, points, (i) => front[i] === 0, at, paleness);
      put(page, points, (i) => front === null || front[i] === 1, at, 1);
      context.putImageData(page, 0, 0);
    },
  };

  /** @param {ImageData} target @param {ArrayLike<number>} points
   * @param {(i: number) => boolean} meant @param {Places} at @param {number} strength */
  function put(target, points, meant, at, strength) {
    for (let k = 0; k < points.length; k++) {
      const i = points[k];
      if (!meant(i)) continue;
      setDown(target, known.of[i], at.x[i] * ratio, at.y[i] * ratio, strength);
    }
  }
}

/** @param {import("./map_raster.js").Marks} a @param {import("./map_raster.js").Marks} b */
const isSame = (a, b) =>
  a.points === b.points &&
  a.at === b.at &&
  a.stamps === b.stamps &&
  a.ratio === b.ratio &&
  a.paleness === b.paleness;

/** @param {number} shape @param {number} radius CSS pixels @param {Rgba} color
 * @param {Rgba} outline @param {number} ratio device pixels a CSS pixel @returns {Pixels} */
function makeStamp(shape, radius, color, outline, ratio) {
  const side = 2 * Math.ceil((radius * 1.8 + 2) * ratio);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return { width: 0, height: 0, data: new Uint8ClampedArray() };
  context.setTransform(ratio, 0, 0, ratio, side / 2, side / 2);
  const path = new Path2D(markPath(shape, radius));
  context.fillStyle = `rgb(${color.slice(0, 3).join(" ")})`;
  context.strokeStyle = `rgb(${outline.slice(0, 3).join(" ")})`;
  context.fill(path);
  context.lineWidth = 1;
  if (radius >= OUTLINED) context.stroke(path); // a line about a dot would be most of it
  return cropped(context.getImageData(0, 0, side, side));
}

/** Radius of a mark in CSS pixels, in half pixels; the more weights are left, the larger.
 * @param {number} ratio share of weights removed @param {number} n points of the map
 * @param {boolean} sized */
export function markRadius(ratio, n, sized) {
  if (n > ONE_SIZE) return 1; // more would cover each other, and a drag would draw millions of pixels
  const [least, most] = n > 3000 ? [1.5, 3] : n > 1000 ? [2, 4.5] : [3, 7];
  const share = sized ? 1 - Math.min(1, Math.max(0, ratio)) : 0.5;
  return Math.round(2 * (least + (most - least) * share)) / 2;
}

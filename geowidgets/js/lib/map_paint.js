// The points on a canvas: every mark is drawn once as a small picture and then stamped.
import { symbol, symbolsFill } from "d3-shape";

/** @typedef {import("./theme.js").Rgba} Rgba */
/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number>}} Places */
/** @typedef {{color: (i: number) => Rgba, shape: (i: number) => number,
 *   radius: (i: number) => number, outline: Rgba, paleness: number}} Look `shape` a number of
 *   `SHAPES`, `paleness` opacity of points that do not stand out */

/** How many marks can be told apart. */
export const SHAPES = symbolsFill.length;
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
  /** @type {Map<string, HTMLCanvasElement>} */
  const stamps = new Map();
  let ratio = 1;

  /** @param {number} shape @param {number} radius @param {Rgba} color @param {Rgba} outline */
  function stamp(shape, radius, color, outline) {
    const key = `${shape} ${radius} ${color} ${outline}`;
    const known = stamps.get(key);
    if (known) return known;
    if (stamps.size > 2000) stamps.clear();
    const side = 2 * Math.ceil(radius * 1.8 + 2);
    const made = document.createElement("canvas");
    made.width = made.height = Math.ceil(side * ratio);
    const context = made.getContext("2d");
    if (context) {
      context.setTransform(ratio, 0, 0, ratio, made.width / 2, made.height / 2);
      const path = new Path2D(markPath(shape, radius));
      context.fillStyle = `rgb(${color.slice(0, 3).join(" ")})`;
      context.strokeStyle = `rgb(${outline.slice(0, 3).join(" ")})`;
      context.lineWidth = 1;
      context.fill(path);
      context.stroke(path);
    }
    stamps.set(key, made);
    return made;
  }

  return {
    /** @param {number} width @param {number} height CSS pixels */
    resize(width, height) {
      const now = Math.min(3, Math.max(1, devicePixelRatio || 1));
      if (now !== ratio) stamps.clear();
      ratio = now;
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width === w && canvas.height === h) return;
      canvas.width = w;
      canvas.height = h;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    },
    /** Draw `behind` palely and `front` on top of them.
     * @param {Places} at @param {ArrayLike<number>} behind @param {ArrayLike<number>} front
     * @param {Look} look */
    draw(at, behind, front, look) {
      const context = canvas.getContext("2d");
      if (!context) return;
      const { width, height } = canvas;
      context.clearRect(0, 0, width, height);
      for (const [points, alpha] of /** @type {const} */ ([
        [behind, look.paleness],
        [front, 1],
      ])) {
        context.globalAlpha = alpha;
        for (let k = 0; k < points.length; k++) {
          const i = points[k];
          const [x, y] = [at.x[i] * ratio, at.y[i] * ratio];
          if (!(x > -40 && y > -40 && x < width + 40 && y < height + 40)) continue;
          const made = stamp(look.shape(i), look.radius(i), look.color(i), look.outline);
          // Whole pixels: a stamp between them would be smeared.
          context.drawImage(made, Math.round(x - made.width / 2), Math.round(y - made.height / 2));
        }
      }
      context.globalAlpha = 1;
    },
  };
}

/** Radius of a mark in CSS pixels, in half pixels; the more weights are left, the larger.
 * @param {number} ratio share of weights removed @param {number} n points of the map
 * @param {boolean} sized */
export function markRadius(ratio, n, sized) {
  const [least, most] = n > 3000 ? [1.5, 3] : n > 1000 ? [2, 4.5] : [3, 7];
  const share = sized ? 1 - Math.min(1, Math.max(0, ratio)) : 0.5;
  return Math.round(2 * (least + (most - least) * share)) / 2;
}

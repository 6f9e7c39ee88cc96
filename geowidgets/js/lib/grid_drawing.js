// Paints maps and images on one canvas, with pixels that stay pixels.
import { html } from "./elements.js";
import { paintPixels, paintPlane, paintUnder } from "./grid_palette.js";
import { sharpness } from "./sharpness.js";

/** @typedef {import("./grid_layout.js").Box} Box */
/** @typedef {{pixels: ArrayLike<number>, shape: number[]}} Picture (y, x, channel) */
/** @typedef {{box: Box, plane: Float32Array|null, shape: number[], scale: number}} Tile */
/** @typedef {{tiles: Tile[], images: {box: Box, picture: Picture|null}[], under: Picture|null,
 *   opacity: number, theme: "light"|"dark", colors: {frame: string, soft: string}}} Scene */

/** @param {{className: string}} options */
export function createDrawing({ className }) {
  const canvas = html("canvas", { class: className, "aria-hidden": "true" });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

  /** @param {{width: number, height: number}} size @param {Scene} scene */
  function draw({ width, height }, { tiles, images, under, opacity, theme, colors }) {
    // Twice as fine at least, so that saved pictures have sharp edges.
    const fine = Math.max(2, Math.ceil(sharpness(canvas, 4)));
    canvas.width = Math.round(width * fine);
    canvas.height = Math.round(height * fine);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    context.setTransform(fine, 0, 0, fine, 0, 0);
    for (const { box, picture } of images) {
      if (picture) place(box, imageOf(picture));
      frame(box, colors.frame);
    }
    const below = under && opacity < 1 ? imageOf(under, theme) : null;
    for (const { box, plane, shape, scale } of tiles) {
      if (!plane) {
        hatch(box, colors.soft, 0.35);
        frame(box, colors.frame);
        continue;
      }
      const { image, missing } = mapOf(plane, shape, scale, theme);
      if (below && missing < plane.length) place(box, below);
      if (missing) hatch(box, colors.soft, 0.6);
      place(box, image, below ? opacity : 1);
      frame(box, colors.frame);
    }
  }

  /** @param {Box} box @param {HTMLCanvasElement} image @param {number} [alpha] */
  function place({ x, y, width, height }, image, alpha = 1) {
    context.imageSmoothingEnabled = width < image.width;
    context.globalAlpha = alpha;
    context.drawImage(image, x, y, width, height);
    context.globalAlpha = 1;
  }

  /** @param {Box} box @param {string} color */
  function frame({ x, y, width, height }, color) {
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
  }

  /** What has no value yet, or none at all. @param {Box} box @param {string} color
   * @param {number} alpha */
  function hatch({ x, y, width, height }, color, alpha) {
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.globalAlpha = alpha;
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.beginPath();
    for (let at = -height; at < width; at += 8) {
      context.moveTo(x + at, y + height);
      context.lineTo(x + at + height, y);
    }
    context.stroke();
    context.restore();
  }

  return { element: canvas, draw };
}

/** @param {number} width @param {number} height
 * @param {(out: Uint8ClampedArray) => number|void} paint */
function small(width, height, paint) {
  const canvas = html("canvas", { width, height });
  const data = new ImageData(width, height);
  const missing = paint(data.data);
  canvas.getContext("2d")?.putImageData(data, 0, 0);
  return { image: canvas, missing: missing ?? 0 };
}

/** @param {Picture} picture @param {"light"|"dark"} [theme] given for what lies under a map */
function imageOf({ pixels, shape }, theme) {
  const [height, width, channels] = shape;
  return small(width, height, (out) =>
    theme ? paintUnder(pixels, channels, out, theme) : paintPixels(pixels, channels, out),
  ).image;
}

/** @param {Float32Array} plane @param {number[]} shape @param {number} scale
 * @param {"light"|"dark"} theme */
function mapOf(plane, [, height, width], scale, theme) {
  return small(width, height, (out) => paintPlane(plane, scale, theme, out));
}

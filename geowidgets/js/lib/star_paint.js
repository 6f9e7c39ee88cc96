// Decision regions and samples on canvases; the chosen samples on one of their own above.
import * as bits from "./bits.js";
import { html } from "./elements.js";
import { groupColors, mixed } from "./map_palette.js";
import { dotRadius } from "./raster.js";
import { classAt } from "./star_geometry.js";
import { toPixels } from "./star_layout.js";

/** @typedef {import("./theme.js").Rgba} Rgba */
/** @typedef {import("./star_data.js").Stars} Stars */
/** @typedef {import("./star_layout.js").Layout} Layout */
/** @typedef {{dark: boolean, background: Rgba, strong: Rgba}} Look */

const MOST_PIXELS = 2.5e6;
const FAINT = { light: 0.84, dark: 0.78 }; // how far a region's colour goes to the background

/** @param {Rgba} color @param {number} [alpha] */
const css = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`;

export function createPainter() {
  const make = (/** @type {string} */ name) =>
    html("canvas", { class: `gw-star-canvas ${name}`, "aria-hidden": "true" });
  const regions = make("gw-star-regions");
  const dots = make("gw-star-dots");
  const chosen = make("gw-star-chosen");
  const elements = [regions, dots, chosen];
  /** @type {{stars: Stars, layout: Layout, look: Look, colors: Rgba[], ratio: number}|null} */
  let now = null;

  /** @param {Stars} stars @param {Layout} layout @param {Look} look @param {boolean} withRegions */
  function draw(stars, layout, look, withRegions) {
    const most = Math.sqrt(MOST_PIXELS / Math.max(1, layout.width * layout.height));
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 2, Math.max(1, most));
    for (const element of elements) {
      element.width = Math.round(layout.width * ratio);
      element.height = Math.round(layout.height * ratio);
      element.style.width = `${layout.width}px`;
      element.style.height = `${layout.height}px`;
    }
    now = { stars, layout, look, colors: groupColors(stars.classes.length, look.dark), ratio };
    regions.hidden = !withRegions;
    if (withRegions) paintRegions(now);
    paintDots(dots, null);
  }

  /** Every pixel in the colour of the class that is predicted there.
   * @param {NonNullable<typeof now>} page */
  function paintRegions({ stars, layout, look, colors, ratio }) {
    const context = regions.getContext("2d");
    if (!context) return;
    const faint = look.dark ? FAINT.dark : FAINT.light;
    const tints = colors.map((color) => mixed(color, look.background, faint));
    const words = tints.map(([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r);
    stars.stars.forEach((star, k) => {
      const { left, top, side } = layout.places[k];
      const size = Math.round(side * ratio);
      const image = new ImageData(size, size);
      const pixels = new Int32Array(image.data.buffer);
      const { inverse } = toPixels({ left: 0, top: 0, side: size }, star.extent);
      for (let py = 0; py < size; py++) {
        for (let px = 0; px < size; px++) {
          const at = inverse(px + 0.5, py + 0.5);
          pixels[py * size + px] = words[classAt(at, star.directions, star.bias)];
        }
      }
      context.putImageData(image, Math.round(left * ratio), Math.round(top * ratio));
    });
  }

  /** Samples of a mask, null: all. @param {HTMLCanvasElement} canvas
   * @param {Uint32Array|null} mask */
  function paintDots(canvas, mask) {
    const context = canvas.getContext("2d");
    if (!context || !now) return;
    const { stars, layout, look, colors, ratio } = now;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const radius = Math.max(1.3, dotRadius(stars.n / 4));
    stars.stars.forEach((star, k) => {
      const { x, y } = toPixels(layout.places[k], star.extent);
      const wrong = new Path2D();
      stars.members.forEach((members, c) => {
        const path = new Path2D();
        for (const i of members) {
          if (mask && !bits.has(mask, i)) continue;
          const [px, py] = [x(star.x[i]), y(star.y[i])];
          path.moveTo(px + radius, py);
          path.arc(px, py, radius, 0, 2 * Math.PI);
          if (star.prediction[i] === c) continue;
          wrong.moveTo(px + radius + 0.8, py);
          wrong.arc(px, py, radius + 0.8, 0, 2 * Math.PI);
        }
        context.fillStyle = css(colors[c], mask ? 1 : 0.72);
        context.fill(path);
      });
      context.strokeStyle = css(look.strong, 0.85);
      context.lineWidth = 0.9;
      context.stroke(wrong);
    });
  }

  return {
    elements,
    draw,
    /** Show these samples above the others; null: all alike. @param {Uint32Array|null} mask */
    select(mask) {
      dots.classList.toggle("gw-star-dimmed", mask !== null);
      chosen.hidden = !mask;
      if (mask) paintDots(chosen, mask);
    },
    /** @param {number} c a class */
    color: (c) => css(now?.colors[c] ?? [128, 128, 128, 1]),
  };
}

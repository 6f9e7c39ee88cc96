// The dots of all panels on two canvases: every sample below, the selected ones above.
import * as bits from "./bits.js";
import { html } from "./elements.js";
import { createPalette, createRaster, disc, dotRadius } from "./raster.js";
import { linear } from "./scales.js";
import { readColors } from "./theme.js";

/** @typedef {import("./scatter_data.js").ScatterData} ScatterData */
/** @typedef {import("./scales.js").Domain} Domain */
/** @typedef {{class: number, place: import("./panel_layout.js").PanelPlace, x: Domain, y: Domain}}
 *   Panel one class's plot and its axes */
/** @typedef {{data: ScatterData, panels: Panel[], width: number, height: number}} Scene */

const MAX_PIXELS = 6e6; // beyond it a picture is drawn at less than the screen's resolution

/** @param {HTMLElement} root from which colours are read */
export function createDots(root) {
  const base = html("canvas", { class: "gw-local-canvas", "aria-hidden": "true" });
  const chosen = html("canvas", { class: "gw-local-canvas", "aria-hidden": "true" });
  /** @type {Scene|null} */
  let scene = null;
  /** @type {ReturnType<typeof layOut>} */
  let grid;
  /** @type {{raster: import("./raster.js").Raster, image: ImageData, pixels: Uint32Array}[]} */
  let layers = [];
  /** @type {import("./raster.js").Palette} */
  let strong;
  /** @type {Uint32Array|null} */
  let shown = null;

  /** @param {Scene} next */
  function draw(next) {
    scene = next;
    const { data, panels, width, height } = scene;
    grid = layOut(scene);
    for (const canvas of [base, chosen]) {
      canvas.width = Math.round(width * grid.ratio);
      canvas.height = Math.round(height * grid.ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    layers = panels.map((_, k) => {
      const raster = createRaster(grid.widths[k], grid.heights[k], grid.stamp);
      const image = new ImageData(grid.widths[k], grid.heights[k]);
      return { raster, image, pixels: new Uint32Array(image.data.buffer) };
    });
    panels.forEach((panel, k) => {
      for (const i of data.groups[panel.class].drawn) {
        layers[k].raster.put(grid.x[i], grid.y[i], isWrong(data, i), 1);
      }
    });
    const colors = readColors(root, ["correct", "wrong", "correct-strong", "wrong-strong"]);
    const max = Math.max(1, ...layers.map(({ raster }) => raster.max()));
    const faintest = grid.radius >= 1.2 ? 0.75 : grid.radius >= 0.8 ? 0.5 : 0.3;
    const pale = createPalette({ max, faintest, below: colors.correct, above: colors.wrong });
    strong = createPalette({
      max,
      faintest: Math.min(1, faintest + 0.25),
      below: colors["correct-strong"],
      above: colors["wrong-strong"],
    });
    paint(base, pale);
    shown = null;
    for (const { raster } of layers) raster.clear();
    paint(chosen, strong);
  }

  /** @param {HTMLCanvasElement} canvas @param {import("./raster.js").Palette} palette */
  function paint(canvas, palette) {
    const context = canvas.getContext("2d");
    if (!context) return;
    layers.forEach(({ raster, image, pixels }, k) => {
      const part = raster.paint(pixels, palette);
      if (!part) return;
      const [w, h] = [part.x1 - part.x0 + 1, part.y1 - part.y0 + 1];
      context.putImageData(image, grid.left[k], grid.top[k], part.x0, part.y0, w, h);
    });
  }

  /** Show the samples of `mask` above the others; null shows all alike. Only what changed since
   * the last mask is drawn. @param {Uint32Array|null} mask */
  function select(mask) {
    if (!scene) return;
    base.classList.toggle("gw-local-dimmed", mask !== null);
    chosen.hidden = !mask;
    if (mask === shown || !mask) return;
    const { data } = scene;
    /** @param {1|-1} sign */
    const put = (sign) => (/** @type {number} */ i) => {
      const k = grid.panel[i];
      if (k >= 0) layers[k].raster.put(grid.x[i], grid.y[i], isWrong(data, i), sign);
    };
    bits.forEachChange(shown ?? bits.empty(data.n), mask, put(1), put(-1));
    shown = mask;
    paint(chosen, strong);
  }

  /** Where a sample is drawn, CSS pixels, or null. @param {number} i */
  function locate(i) {
    const k = scene ? grid.panel[i] : -1;
    if (k < 0) return null;
    const x = (grid.left[k] + grid.x[i] + 0.5) / grid.ratio;
    return { panel: k, x, y: (grid.top[k] + grid.y[i] + 0.5) / grid.ratio };
  }

  /** The sample of a panel that is nearest to a point, within `reach` CSS pixels, or −1.
   * @param {number} k @param {number} x @param {number} y @param {number} [reach] */
  function nearest(k, x, y, reach = 10) {
    if (!scene) return -1;
    const [px, py] = [x * grid.ratio - grid.left[k], y * grid.ratio - grid.top[k]];
    let best = -1;
    let least = (reach * grid.ratio) ** 2;
    for (const i of scene.data.groups[scene.panels[k].class].drawn) {
      const distance = (grid.x[i] + 0.5 - px) ** 2 + (grid.y[i] + 0.5 - py) ** 2;
      if (distance <= least) [best, least] = [i, distance];
    }
    return best;
  }

  return { elements: [base, chosen], draw, select, locate, nearest, radius: () => grid.radius };
}

/** @param {ScatterData} data @param {number} i @returns {0|1} */
const isWrong = (data, i) => (bits.has(data.correct, i) ? 0 : 1);

/** Every drawn sample's pixel within its panel's raster. @param {Scene} scene */
function layOut({ data, panels, width, height }) {
  const sharpest = Math.min(globalThis.devicePixelRatio || 1, 2);
  const ratio = Math.min(sharpest, Math.sqrt(MAX_PIXELS / Math.max(1, width * height)));
  const most = Math.max(1, ...panels.map((panel) => data.groups[panel.class].drawn.length));
  const radius = dotRadius(most);
  const stamp = disc(radius * ratio);
  const pad = stamp.reach + 1;
  const grid = {
    ratio,
    radius,
    stamp,
    panel: new Int16Array(data.n).fill(-1),
    x: new Uint16Array(data.n),
    y: new Uint16Array(data.n),
    left: panels.map(({ place }) => Math.round(place.left * ratio) - pad),
    top: panels.map(({ place }) => Math.round(place.top * ratio) - pad),
    widths: panels.map(({ place }) => Math.round(place.width * ratio) + 2 * pad),
    heights: panels.map(({ place }) => Math.round(place.height * ratio) + 2 * pad),
  };
  panels.forEach((panel, k) => {
    const right = grid.widths[k] - pad - 1;
    const bottom = grid.heights[k] - pad - 1;
    const toX = linear(panel.x, [pad, right]);
    const toY = linear(panel.y, [bottom, pad]);
    for (const i of data.groups[panel.class].drawn) {
      grid.panel[i] = k;
      // Beyond held axes a sample is drawn at their edge: none is dropped.
      grid.x[i] = Math.min(right, Math.max(pad, Math.round(toX(data.x[i]))));
      grid.y[i] = Math.min(bottom, Math.max(pad, Math.round(toY(data.y[i]))));
    }
  });
  return grid;
}

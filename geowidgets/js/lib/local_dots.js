// The dots of all panels on canvases: every sample below, the selected ones above.
import * as bits from "./bits.js";
import { hide, html } from "./elements.js";
import { createPalette, createRaster, disc, dotRadius } from "./raster.js";
import { linear } from "./scales.js";
import { allowance, sharpness } from "./sharpness.js";
import { readColors } from "./theme.js";

/** @typedef {import("./scales.js").Domain} Domain */
/** @typedef {{class: number, place: import("./panel_layout.js").PanelPlace, x: Domain, y: Domain,
 *   axes: {x: string, y: string}, samples: Uint32Array, frame?: Frame, label?: string}} Panel
 *   one plot, its axes and its samples; `frame` what is around the plot, `label` instead of a head */
/** @typedef {{left: number, top: number, width: number, height: number}} Frame */
/** @typedef {{x: Float32Array, y: Float32Array, panels: number[]}} Plane panels in which no sample
 *   stands twice, and the values that they show */
/** @typedef {{of: Uint8Array, shown: boolean[], colors: [string, string][]}} Kinds kind 0..3 of each
 *   sample, later kinds on top; pale and strong colour of each kind */
/** @typedef {{n: number, planes: Plane[], panels: Panel[], kinds: Kinds, width: number,
 *   height: number}} Scene */

const MAX_PIXELS = 6e6; // beyond it a picture is drawn at less than the screen's resolution

/** @param {HTMLElement} root from which colours are read */
export function createDots(root) {
  const canvas = () => html("canvas", { class: "gw-local-canvas", "aria-hidden": "true" });
  // Two kinds share a raster; four need two of them, one above the other.
  const tiers = [0, 1].map(() => ({ base: canvas(), chosen: canvas() }));
  const elements = [...tiers.map(({ base }) => base), ...tiers.map(({ chosen }) => chosen)];
  /** @type {Scene|null} */
  let scene = null;
  /** @type {ReturnType<typeof layOut>} */
  let grid;
  /** @type {{raster: import("./raster.js").Raster, image: ImageData, pixels: Uint32Array}[][]} */
  let layers = [];
  /** @type {import("./raster.js").Palette[]} */
  let strong = [];
  /** @type {Uint32Array|null} */
  let shown = null;

  /** @param {Scene} next */
  function draw(next) {
    scene = next;
    const { panels, kinds, planes, width, height } = scene;
    grid = layOut(scene, { fine: sharpness(root, 2), more: allowance(root) });
    const used = kinds.colors.length > 2 ? 2 : 1;
    for (const element of elements) {
      element.width = Math.round(width * grid.ratio);
      element.height = Math.round(height * grid.ratio);
      element.style.width = `${width}px`;
      element.style.height = `${height}px`;
    }
    layers = tiers.slice(0, used).map(() => panels.map((_, k) => layer(grid, k)));
    planes.forEach((plane, p) => {
      for (const k of plane.panels) for (const i of panels[k].samples) put(p, i, 1);
    });
    const names = kinds.colors.flat();
    const colors = readColors(root, names);
    const max = Math.max(1, ...layers.flat().map(({ raster }) => raster.max()));
    const faintest = grid.radius >= 1.2 ? 0.75 : grid.radius >= 0.8 ? 0.5 : 0.3;
    /** @param {0|1} look @param {number} first */
    const palette = (look, first) =>
      layers.map((_, t) =>
        createPalette({
          max,
          faintest: first,
          below: colors[kinds.colors[2 * t][look]],
          above: colors[kinds.colors[2 * t + 1][look]],
        }),
      );
    const pale = palette(0, faintest);
    strong = palette(1, Math.min(1, faintest + 0.25));
    tiers.forEach(({ base, chosen }, t) => {
      hide(base, t >= used);
      hide(chosen, true);
      if (t >= used) return;
      paint(base, t, pale[t]);
      for (const { raster } of layers[t]) raster.clear();
    });
    shown = null;
  }

  /** Add or take away one sample's dot in a plane. @param {number} p @param {number} i
   * @param {1|-1} sign */
  function put(p, i, sign) {
    if (!scene) return;
    const { of, shown: visible } = scene.kinds;
    const k = grid.planes[p].panel[i];
    if (k < 0 || !visible[of[i]]) return;
    const { x, y } = grid.planes[p];
    layers[of[i] >> 1][k].raster.put(x[i], y[i], /** @type {0|1} */ (of[i] & 1), sign);
  }

  /** @param {HTMLCanvasElement} target @param {number} t
   * @param {import("./raster.js").Palette} palette */
  function paint(target, t, palette) {
    const context = target.getContext("2d");
    if (!context) return;
    layers[t].forEach(({ raster, image, pixels }, k) => {
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
    layers.forEach((_, t) => {
      tiers[t].base.classList.toggle("gw-local-dimmed", mask !== null);
      tiers[t].chosen.hidden = !mask;
    });
    if (mask === shown || !mask) return;
    const before = shown ?? bits.empty(scene.n);
    grid.planes.forEach((_, p) => {
      bits.forEachChange(
        before,
        mask,
        (i) => put(p, i, 1),
        (i) => put(p, i, -1),
      );
    });
    shown = mask;
    layers.forEach((_, t) => {
      paint(tiers[t].chosen, t, strong[t]);
    });
  }

  /** Where a sample is drawn first, CSS pixels, or null. @param {number} i */
  function locate(i) {
    const plane = scene && grid.planes.find(({ panel }) => panel[i] >= 0);
    if (!plane || !scene?.kinds.shown[scene.kinds.of[i]]) return null;
    const k = plane.panel[i];
    const x = (grid.left[k] + plane.x[i] + 0.5) / grid.ratio;
    return { panel: k, x, y: (grid.top[k] + plane.y[i] + 0.5) / grid.ratio };
  }

  /** The sample of a panel that is nearest to a point, within `reach` CSS pixels, or −1.
   * @param {number} k @param {number} x @param {number} y @param {number} [reach] */
  function nearest(k, x, y, reach = 10) {
    const p = scene?.planes.findIndex((one) => one.panels.includes(k)) ?? -1;
    if (!scene || p < 0) return -1;
    const { kinds, panels } = scene;
    const plane = grid.planes[p];
    const [px, py] = [x * grid.ratio - grid.left[k], y * grid.ratio - grid.top[k]];
    let best = -1;
    let least = (reach * grid.ratio) ** 2;
    for (const i of panels[k].samples) {
      if (!kinds.shown[kinds.of[i]]) continue;
      const distance = (plane.x[i] + 0.5 - px) ** 2 + (plane.y[i] + 0.5 - py) ** 2;
      if (distance <= least) [best, least] = [i, distance];
    }
    return best;
  }

  return { elements, draw, select, locate, nearest, radius: () => grid.radius };
}

/** @param {ReturnType<typeof layOut>} grid @param {number} k */
function layer(grid, k) {
  const raster = createRaster(grid.widths[k], grid.heights[k], grid.stamp);
  const image = new ImageData(grid.widths[k], grid.heights[k]);
  return { raster, image, pixels: new Uint32Array(image.data.buffer) };
}

/** Every drawn sample's pixel within its panel's raster. @param {Scene} scene
 * @param {{fine: number, more: number}} options pixels a CSS pixel; times as many as on a screen */
function layOut({ n, planes, panels, width, height }, { fine, more }) {
  const ratio = Math.min(fine, Math.sqrt((MAX_PIXELS * more) / Math.max(1, width * height)));
  const most = Math.max(1, ...panels.map(({ samples }) => samples.length));
  const radius = dotRadius(most);
  const stamp = disc(radius * ratio);
  const pad = stamp.reach + 1;
  const grid = {
    ratio,
    radius,
    stamp,
    left: panels.map(({ place }) => Math.round(place.left * ratio) - pad),
    top: panels.map(({ place }) => Math.round(place.top * ratio) - pad),
    widths: panels.map(({ place }) => Math.round(place.width * ratio) + 2 * pad),
    heights: panels.map(({ place }) => Math.round(place.height * ratio) + 2 * pad),
    planes: planes.map(() => ({
      panel: new Int16Array(n).fill(-1),
      x: new Uint16Array(n),
      y: new Uint16Array(n),
    })),
  };
  planes.forEach(({ x, y, panels: members }, p) => {
    const target = grid.planes[p];
    for (const k of members) {
      const right = grid.widths[k] - pad - 1;
      const bottom = grid.heights[k] - pad - 1;
      const toX = linear(panels[k].x, [pad, right]);
      const toY = linear(panels[k].y, [bottom, pad]);
      for (const i of panels[k].samples) {
        target.panel[i] = k;
        // Beyond held axes a sample is drawn at their edge: none is dropped.
        target.x[i] = Math.min(right, Math.max(pad, Math.round(toX(x[i]))));
        target.y[i] = Math.min(bottom, Math.max(pad, Math.round(toY(y[i]))));
      }
    }
  });
  return grid;
}

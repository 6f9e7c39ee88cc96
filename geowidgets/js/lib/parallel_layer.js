// One pair's polylines on two canvases: all samples below, the selected ones above.
import * as bits from "./bits.js";
import { hide, html } from "./elements.js";
import { createHistograms } from "./parallel_histograms.js";
import { createLines } from "./parallel_lines.js";
import { createPalette, faintestOf, paint } from "./parallel_palette.js";
import { placeSamples, rasterOf } from "./parallel_scene.js";
import { allowance, sharpness } from "./sharpness.js";

/** @typedef {import("./parallel_data.js").PairData} PairData */
/** @typedef {import("./parallel_scene.js").Scene} Scene */
/** @typedef {import("./theme.js").Rgba} Rgba */

const MAX_PIXELS = 2.4e6; // beyond it a picture has less than the screen's resolution
const FINE = 20_000; // samples up to which the selected are drawn as finely as the screen allows
const STRONGER = 2.2; // a selected line against one of all

const NOTHING = createPalette({ max: 1, faintest: 0, color: [0, 0, 0, 0] });

/** Raster pixels a CSS pixel. @param {Element} canvas @param {Scene} scene @param {number} n */
function finenessOf(canvas, { layout: { width, height } }, n) {
  const more = allowance(canvas);
  const screen = n > FINE && more === 1 ? 1 : Math.min(2, sharpness(canvas, 2));
  return Math.min(screen, Math.sqrt((more * MAX_PIXELS) / Math.max(1, width * height)));
}

/** Pixels of a raster's column where `n` lines are drawn: many lie closer than they can be told
 * apart along the columns, and every column costs a step of every line. @param {number} n */
export const columnWidth = (n) => (n > 50_000 ? 3 : n > 3000 ? 2 : 1);

/** An empty raster on a canvas of the stage's size. @param {HTMLCanvasElement} canvas
 * @param {Scene} scene @param {Uint16Array[]} rows @param {number} ratio rows a CSS pixel
 * @param {number} wide pixels of a column @param {boolean} smooth */
function layRaster(canvas, scene, rows, ratio, wide, smooth) {
  const { width, height } = scene.layout;
  const raster = rasterOf(scene, ratio, ratio / wide);
  const gaps = raster.gaps.map(({ x0, x1, left, right }) => {
    return { x0, x1, left: rows[left], right: rows[right] };
  });
  const image = new ImageData(raster.width, raster.height);
  const pixels = new Uint32Array(image.data.buffer);
  const lines = createLines(raster.width, raster.height, gaps, { smooth });
  canvas.width = Math.round((width * ratio) / wide);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return {
    lines,
    /** @param {import("./parallel_palette.js").Palette} palette */
    put(palette) {
      paint(lines.counts, pixels, palette);
      canvas.getContext("2d")?.putImageData(image, raster.left, raster.top);
    },
  };
}

/** @param {string} name of the class that dims the canvas of all samples */
export function createLayer(name) {
  const base = html("canvas", { class: "gw-parallel-canvas", "aria-hidden": "true" });
  const chosen = html("canvas", { class: "gw-parallel-canvas", "aria-hidden": "true" });
  /** @type {ReturnType<typeof build>|null} */
  let drawn = null;
  /** The samples that the raster holds now. @type {Uint32Array} */
  let shown = bits.empty(0);

  /** @param {Scene} scene @param {PairData} data */
  function build(scene, data) {
    const ratio = finenessOf(base, scene, data.n);
    const { rows, bins } = placeSamples(scene, data, rasterOf(scene, ratio, ratio).height);
    const fine = data.n <= FINE;
    const wide = columnWidth(data.n);
    return {
      data,
      rows,
      ratio,
      below: layRaster(base, scene, rows, ratio, wide, wide === 1),
      above: layRaster(chosen, scene, rows, ratio, fine ? 1 : wide, fine),
      all: createHistograms(bins),
      some: createHistograms(bins),
      strong: NOTHING,
    };
  }

  /** Draw the samples of `population` below, none above.
   * @param {Scene} scene @param {PairData} data @param {Uint32Array} population
   * @param {{all: Rgba, selected: Rgba}} colors */
  function draw(scene, data, population, colors) {
    drawn = build(scene, data);
    const samples = bits.toIndices(population);
    const { lines, put } = drawn.below;
    lines.change(samples, 1);
    drawn.all.change(samples, 1);
    const max = lines.max();
    const faintest = faintestOf(samples.length);
    put(createPalette({ max, faintest, color: colors.all }));
    drawn.strong = createPalette({
      max,
      faintest: Math.min(0.95, STRONGER * faintest),
      color: colors.selected,
    });
    shown = bits.empty(data.n);
  }

  /** Bring the raster to `mask` by what changed, or afresh where that is less work: both give the
   * same integers. @param {Uint32Array} mask */
  function bring(mask) {
    if (!drawn) return;
    const came = bits.toIndices(bits.andNot(mask, shown));
    const left = bits.toIndices(bits.andNot(shown, mask));
    const { some } = drawn;
    const { lines } = drawn.above;
    if (came.length + left.length > bits.count(mask) + 200) {
      lines.clear();
      some.clear();
      const now = bits.toIndices(mask);
      lines.change(now, 1);
      some.change(now, 1);
    } else {
      lines.change(came, 1);
      lines.change(left, -1);
      some.change(came, 1);
      some.change(left, -1);
    }
    shown = mask;
  }

  /** Show the samples of `mask` above the others; null shows all alike.
   * @param {Uint32Array|null} mask */
  function select(mask) {
    if (!drawn) return;
    base.classList.toggle(name, mask !== null);
    hide(chosen, !mask);
    if (!mask || bits.equal(mask, shown)) return;
    bring(mask);
    drawn.above.put(drawn.strong);
  }

  return {
    elements: [base, chosen],
    draw,
    select,
    /** @param {boolean} visible */
    show(visible) {
      hide(base, !visible);
      chosen.hidden ||= !visible;
    },
    /** Bins of all and of the selected samples. */
    counts: () => drawn && { all: drawn.all, some: drawn.some },
    /** Every sample's height on the stage, CSS pixels, axis by axis. */
    placed: () => drawn && { rows: drawn.rows, ratio: drawn.ratio, n: drawn.data.n },
  };
}

/** @typedef {ReturnType<typeof createLayer>} Layer */

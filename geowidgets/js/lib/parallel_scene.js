// All that one picture is made of: axes, their scales, rows, bins. No DOM.
import { binsOf } from "./parallel_histograms.js";
import { gapsOf } from "./parallel_layout.js";
import { rowsOf } from "./parallel_lines.js";
import { roomy, union } from "./scales.js";

/** @typedef {import("./parallel_axes.js").Axis} Axis */
/** @typedef {import("./parallel_data.js").PairData} PairData */
/** @typedef {import("./scales.js").Domain} Domain */
/** @typedef {Record<string, Domain>} Domains by `domainKey` */
/** @typedef {{axes: Axis[], layout: import("./parallel_layout.js").ParallelLayout,
 *   domains: Domain[], inverted: boolean[]}} Scene */

/** Class angles share one scale, every metric has its own. @param {Axis} axis */
export const domainKey = ({ kind, id }) => (kind === "angle" ? "angle" : id);

/** Extents of everything in these pairs, whatever of it is shown, so that filters, pages and hidden
 * axes leave the scales alone. @param {PairData[]} pairs @param {Axis[]} metrics */
export function extentsOf(pairs, metrics) {
  /** @type {Record<string, Domain|null>} */
  const found = { angle: null };
  for (const data of pairs) {
    found.angle = union(found.angle, data.angleExtent());
    for (const axis of metrics) {
      found[axis.id] = union(found[axis.id] ?? null, data.extent(axis));
    }
  }
  return found;
}

/** Scales around several views' extents. @param {Record<string, Domain|null>[]} extents
 * @returns {Domains} */
export function domainsOf(extents) {
  /** @type {Domains} */
  const domains = {};
  for (const key of ["angle", "length", "margin", "probability"]) {
    const all = extents.reduce(
      (whole, one) => union(whole, one[key] ?? null),
      /** @type {Domain|null} */ (null),
    );
    domains[key] = key === "probability" ? [0, 1] : roomy(all);
  }
  return domains;
}

/** Every sample's rows and bins on the scene's axes.
 * @param {Scene} scene @param {PairData} data @param {number} height of the raster */
export function placeSamples({ axes, domains, inverted }, data, height) {
  const columns = axes.map((axis) => data.values(axis));
  return {
    rows: columns.map((values, k) => rowsOf(values, domains[k], height, inverted[k])),
    bins: columns.map((values, k) => binsOf(values, domains[k])),
  };
}

/** The raster's place on the stage, its size, and the gaps between axes in it.
 * @param {Scene} scene @param {number} ratio raster rows a CSS pixel @param {number} across raster
 *   columns a CSS pixel */
export function rasterOf({ axes, layout }, ratio, across) {
  const places = layout.axes;
  const left = places.length ? places[0].x : 0;
  const right = places.length ? places[places.length - 1].x + 1 : 1;
  return {
    left: Math.round(left * across),
    top: Math.round(layout.top * ratio),
    width: Math.max(1, Math.round((right - left) * across)),
    height: Math.max(1, Math.round((layout.bottom - layout.top) * ratio)),
    gaps: gapsOf(axes, places, left, across),
  };
}

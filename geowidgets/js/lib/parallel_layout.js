// Where the axes stand: equal steps, a wider one between angles and metrics. No DOM.

/** @typedef {import("./parallel_axes.js").Axis} Axis */
/** @typedef {{x: number, band: number, step: number}} AxisPlace CSS pixels; densities grow into the band
 *   right of the axis */
/** @typedef {{width: number, height: number, top: number, bottom: number, axes: AxisPlace[],
 *   slanted: {angle: boolean, metric: boolean},
 *   titleRoom: {level: number, slanted: number}}} ParallelLayout */

const LEFT = 52; // axis title and tick labels of the first axis
const RIGHT = 10;
const OVERHANG = 44; // room for "probability"
const LEAST_OVERHANG = 31;
const CROWDED = 30; // a step below which slanted names would touch if anything else took room
const LAST = 0.5; // of a step, right of the last axis
const MOST = 260; // a step, where there are few axes
const APART = 0.55; // of a step, between angles and metrics: room for other units' tick labels
const TITLE = 24;
const FOOT = 24;
const SLANTED_BELOW = 66; // a step narrower than this holds no name that is worth reading
const SINE = Math.sin(Math.PI / 5);
const SLANTED_MOST = 74;
export const SLANT = 36; // degrees

/** @param {{width: number, height: number|null, axes: Axis[],
 *   measure: (text: string) => number}} options
 * @returns {ParallelLayout} */
export function layoutAxes({ width, height, axes, measure }) {
  const angles = axes.filter((axis) => axis.kind === "angle").length;
  const parted = angles > 0 && angles < axes.length;
  const steps = Math.max(1, axes.length) - 1 + LAST + (parted ? APART : 0);
  const free = width - LEFT - RIGHT;
  // A slanted name reaches beyond the last axis.
  const level = free / steps;
  const long = axes.some(({ kind, name }) => kind === "metric" && measure(name) > level - 8);
  const overhang = level < CROWDED ? LEAST_OVERHANG : OVERHANG;
  const room = level < SLANTED_BELOW || long ? free - overhang : free;
  const step = Math.min(MOST, Math.max(12, room / steps));
  const slanted = { angle: false, metric: false };
  let widest = 0;
  for (const { kind, name } of axes) {
    if (measure(name) <= step - 8) continue;
    // Names of classes are cut before they slant; the metrics have room beyond the last axis.
    if (kind === "angle" && step >= SLANTED_BELOW) continue;
    slanted[kind] = true;
    widest = Math.max(widest, measure(name));
  }
  const tall = widest ? Math.min(SLANTED_MOST, widest * SINE + 18) : TITLE;
  const top = Math.ceil(tall + 4);
  const bottom = Math.max(top + 60, (height ?? top + FOOT + plotHeight(width)) - FOOT);
  const band = Math.round(Math.min(44, Math.max(8, step * 0.36)));
  return {
    width,
    height: bottom + FOOT,
    top,
    bottom,
    axes: axes.map(({ kind }, k) => ({
      x: Math.round(LEFT + step * (k + (parted && kind === "metric" ? APART : 0))),
      band,
      step,
    })),
    slanted,
    titleRoom: { level: step - 8, slanted: (tall - 18) / SINE },
  };
}

/** @param {number} width */
const plotHeight = (width) => Math.round(Math.min(340, Math.max(200, width * 0.26)));

/** The gaps that lines cross: neighbours of one kind, in pixel columns of the raster.
 * @param {Axis[]} axes @param {AxisPlace[]} places @param {number} left of the raster
 * @param {number} ratio raster pixels a CSS pixel
 * @returns {{x0: number, x1: number, left: number, right: number}[]} `left`, `right` axes */
export function gapsOf(axes, places, left, ratio) {
  const gaps = [];
  for (let k = 0; k + 1 < axes.length; k++) {
    if (axes[k].kind !== axes[k + 1].kind) continue;
    const x0 = Math.round((places[k].x - left) * ratio);
    const x1 = Math.round((places[k + 1].x - left) * ratio);
    if (x1 > x0) gaps.push({ x0, x1, left: k, right: k + 1 });
  }
  return gaps;
}

// The values that a figure's marks take; their names are those of widgets/curve_figures.py.

import { scaleLinear } from "d3-scale";

/**
 * @typedef {{ x: number[][], y: number[][], colors: string[], opacities: number[] }} LineValues
 * @typedef {{ x: number[], y: number[], colors: string[], opacities: number[] }} DotValues
 * @typedef {ReturnType<typeof emptyMarks>} Marks
 * @typedef {{ x: number, y: number, pair: [number, number]|null, curve: string,
 *   words: string[] }} Hit a point that can be pointed at, in the axes' units
 * @typedef {{ x: [number, number], y: [number, number], label: string, marks: Marks,
 *   hits: Hit[] }} FigureScene
 */

export const STYLES = /** @type {const} */ (["solid", "dashed", "dotted", "dash_dotted"]);

export function emptyMarks() {
  return {
    bands: lines(),
    guides: lines(),
    spreads: lines(),
    solid: lines(),
    dashed: lines(),
    dotted: lines(),
    dash_dotted: lines(),
    points: dots(),
    potentials: dots(),
    chosen: dots(),
  };
}

function lines() {
  /** @type {LineValues} */
  const values = { x: [], y: [], colors: [], opacities: [] };
  /** @param {number[]} x @param {number[]} y @param {string} color @param {number} opacity */
  function line(x, y, color, opacity) {
    if (!x.length) return;
    values.x.push(x);
    values.y.push(y);
    values.colors.push(color);
    values.opacities.push(opacity);
  }
  return {
    kind: /** @type {const} */ ("lines"),
    values,
    line,
    /** A closed outline. @param {number[]} x @param {number[]} low @param {number[]} high
     * @param {string} color @param {number} opacity */
    band(x, low, high, color, opacity) {
      if (x.length < 2) return;
      line([...x, ...x.toReversed()], [...low, ...high.toReversed()], color, opacity);
    },
  };
}

function dots() {
  /** @type {DotValues} */
  const values = { x: [], y: [], colors: [], opacities: [] };
  return {
    kind: /** @type {const} */ ("dots"),
    values,
    /** @param {{x: number, y: number}} place @param {string} color @param {number} opacity */
    dot({ x, y }, color, opacity) {
      values.x.push(x);
      values.y.push(y);
      values.colors.push(color);
      values.opacities.push(opacity);
    },
  };
}

/** A round range that holds every mark and the values of `also`, and does not go beyond `limits`.
 * @param {Marks} marks @param {number[]} also @param {[number, number]} [limits]
 * @returns {[number, number]} */
export function rangeOf(
  marks,
  also,
  limits = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
) {
  const all = Object.values(marks).flatMap(({ values }) => values.y.flat());
  const finite = [...all, ...also].filter(Number.isFinite);
  if (!finite.length) return [0, 1];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const room = 0.04 * (high - low) || 1;
  const [from, to] = scaleLinear([low - room, high + room], [0, 1])
    .nice(6)
    .domain();
  return [Math.max(from, limits[0]), Math.min(to, limits[1])];
}

// The curves' figures where no bqplot can come from: saved pages, pictures, hosts without a widget
// manager. The same marks, drawn by ourselves.

import { createSvgFigure } from "./chart_svg.js";
import { STYLES } from "./curves_marks.js";

/**
 * @typedef {import("./curves_bqplot.js").Figure} Figure
 * @typedef {import("./curves_bqplot.js").Name} Name
 * @typedef {import("./curves_marks.js").Marks} Marks
 * @typedef {import("./chart_svg.js").Line|import("./chart_svg.js").Dots} Mark
 */

const RATIO = "weights removed, measured [%]";
const ACROSS = { accuracy: RATIO, excess: RATIO, noise: "noise level ε" };
const MARGIN = { top: 14, right: 16, bottom: 46, left: 62 }; // of curve_figures.py
const WIDTHS = { bands: 0, guides: 1, spreads: 3 };
const SIZES = { points: 26, potentials: 70, chosen: 110 };

/** @param {readonly Name[]} names
 * @returns {(places: (name: Name) => HTMLElement, signal: AbortSignal)
 *   => Promise<Map<Name, Figure>>} */
export const svgFigures = (names) => async (places, signal) =>
  new Map(
    names.map((name) => {
      const figure = createSvgFigure(places(name), signal, MARGIN);
      /** @type {Figure["draw"]} */
      const draw = ({ x, y, label, marks }) =>
        figure.draw({
          title: "",
          x: { label: ACROSS[name], range: x },
          y: { label, range: y },
          marks: marksOf(marks),
        });
      const element = /** @type {HTMLElement} */ (/** @type {unknown} */ (figure.element));
      return [name, { draw, plot: figure.plot, element }];
    }),
  );

/** A mark a row of values, from the bottom up. @param {Marks} marks @returns {Mark[]} */
const marksOf = (marks) =>
  Object.entries(marks).flatMap(([name, { kind, values }]) =>
    kind === "dots" ? dotsOf(name, values) : linesOf(name, values),
  );

/** @param {string} name @param {import("./curves_marks.js").DotValues} values @returns {Mark[]} */
function dotsOf(name, { x, y, colors, opacities }) {
  const marker = name === "potentials" ? "diamond" : "circle";
  const size = SIZES[/** @type {keyof typeof SIZES} */ (name)];
  const look = { kind: /** @type {const} */ ("dots"), marker, size, hollow: name === "chosen" };
  return colors.map((color, k) => ({
    ...look,
    ...{ x: [x[k]], y: [y[k]], color, opacity: opacities[k] },
  }));
}

/** @param {string} name @param {import("./curves_marks.js").LineValues} values @returns {Mark[]} */
function linesOf(name, { x, y, colors, opacities }) {
  const width = WIDTHS[/** @type {keyof typeof WIDTHS} */ (name)] ?? 2;
  const dash = name === "guides" ? "dashed" : (STYLES.find((style) => style === name) ?? "");
  return colors.map((color, k) => {
    const line = { kind: /** @type {const} */ ("line"), x: x[k], y: y[k], color, width, dash };
    return name === "bands"
      ? { ...line, fill: /** @type {const} */ ("inside"), fillOpacity: opacities[k] }
      : { ...line, opacity: opacities[k] };
  });
}

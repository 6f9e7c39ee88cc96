// How the table's cells look: the theme's colours, and the scales that all of them share.

import { ACCURACY, differenceScale, MCE, measureScale } from "./table_measures.js";
import { COLORS } from "./table_paint.js";
import { readColors } from "./theme.js";

/**
 * @typedef {import("./table_paint.js").Style} Style
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_rows.js").Column} Column
 */

/** @param {HTMLElement} root */
export function createTableStyle(root) {
  /** @type {Style} */
  let style = {
    ...themed(root),
    mode: "bars",
    filtered: false,
    measure: ACCURACY,
    domain: [0, 1],
    scale: 0.1,
    parent: Number.NaN,
    notch: -1,
  };
  /** How corruption errors are drawn, on a scale of their own. */
  let summary = style;

  return {
    style: () => style,
    summary: () => summary,
    /** Another theme, mode or measure. @param {Style["mode"]} mode @param {Style["measure"]} measure
     * @param {Iterable<number>} values of all cells on the whole set */
    renew(mode, measure, values) {
      style = { ...style, ...themed(root), mode, measure, domain: measureScale(measure, values) };
    },
    /** @param {import("./table_data.js").TableData} data @param {number} largest difference
     * @param {boolean} grow @returns {boolean} whether the scale is another one now */
    scaleTo({ measure, filtered }, largest, grow) {
      const scale = differenceScale(measure, largest);
      // Under the pointer the scale only grows, or bars would jump while they are read.
      const kept = grow && style.filtered ? Math.max(style.scale, scale) : scale;
      const changed = style.scale !== kept;
      style = { ...style, filtered, scale: kept };
      return changed;
    },
    /** The scale of corruption errors. @param {Line[]} lines @param {Column[]} columns
     * @param {import("./table_layout.js").Cells} cells */
    sumUp(lines, columns, cells) {
      const column = columns.find(({ kind }) => kind === "mce");
      summary = style;
      if (!column) return;
      const found = lines.flatMap((line) => line.bars.map((one) => cells.at(one, column)));
      const domain = measureScale(MCE, [...found.map(({ value }) => value), 1]);
      const differences = found.map(({ difference }) => Math.abs(difference) || 0);
      const scale = differenceScale(MCE, Math.max(0, ...differences));
      summary = { ...style, measure: MCE, domain, scale, parent: 1 };
    },
  };
}

/** @param {HTMLElement} root */
function themed(root) {
  const family = getComputedStyle(root).fontFamily;
  const dark = root.dataset.gwTheme === "dark";
  return { colors: readColors(root, COLORS), font: `11px ${family}`, dark };
}

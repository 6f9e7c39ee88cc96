// Lays out and draws either all classes' panels or one class's matrix.
import { drawAxes } from "./local_axes.js";
import { drawStrips } from "./local_distributions.js";
import { drawMatrix, placeMatrix } from "./local_matrix.js";
import { countBeyond, orderClasses, PAGE, placePanels } from "./local_panels.js";
import { metricInfo } from "./words.js";

/** @typedef {import("./local_loader.js").Loaded} Loaded */
/** @typedef {import("./local_view.js").Display} Display */
/** @typedef {{first: number, shown: number, of: number, filter: string}} Page */
/** @typedef {{panels: import("./local_dots.js").Panel[],
 *   planes: import("./local_dots.js").Plane[], layout: {width: number, height: number},
 *   page: Page, beyond: number, matrix: import("./local_matrix.js").Matrix|null,
 *   bars: SVGGElement|null, perRow: number}} Scene */

/** @param {SVGSVGElement} under
 * @param {{loaded: Loaded, display: Display, page: Page, names: string[], width: number}} options
 * @returns {Scene} */
export function drawPanels(under, { loaded, display, page, names, width }) {
  const { data, other } = loaded;
  const { order, axes, held, height, panels: chosen } = display;
  const all = orderClasses({
    data,
    other: other?.data,
    names,
    chosen,
    order,
    filter: page.filter,
  });
  const first = Math.min(page.first, Math.max(0, Math.floor((all.length - 1) / PAGE) * PAGE));
  const classes = all.slice(first, first + PAGE);
  const options = { data, other: other?.data, classes, axes, held, width, height };
  const { layout, panels } = placePanels(options);
  const titles = { x: metricInfo("angle").title, y: metricInfo("length").title };
  const extra = other ? panels.flatMap((panel) => drawStrips(panel, loaded)) : [];
  drawAxes(under, { layout, panels, titles, extra });
  return {
    panels,
    planes: [{ x: data.x, y: data.y, panels: panels.map((_, k) => k) }],
    layout,
    page: { ...page, first, shown: classes.length, of: all.length },
    beyond: countBeyond(data, panels),
    matrix: null,
    bars: null,
    perRow: new Set(panels.map(({ place }) => place.column)).size,
  };
}

/** @param {SVGSVGElement} under
 * @param {{loaded: Loaded, display: Display, page: Page, c: number, width: number}} options
 * @returns {Scene} */
export function drawOneClass(under, { loaded, display, page, c, width }) {
  const delta = display.delta && loaded.other !== null;
  const matrix = placeMatrix({ loaded, c, delta, width, height: display.height });
  const bars = drawMatrix(under, matrix, loaded, null);
  const { panels, planes, layout } = matrix;
  return { panels, planes, layout, page, beyond: 0, matrix, bars, perRow: 3 };
}

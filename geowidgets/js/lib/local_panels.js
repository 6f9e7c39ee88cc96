// Which classes are shown, in what order, on what axes. No DOM.
import { widestLabel } from "./local_axes.js";
import { layoutPanels } from "./panel_layout.js";
import { roomy } from "./scales.js";

/** @typedef {import("./scatter_data.js").ScatterData} ScatterData */
/** @typedef {import("./scales.js").Domain} Domain */
/** @typedef {{x: Domain, y: Domain}} Axes */

export const PAGE = 20;

/** The classes to show. @param {{data: ScatterData, names: string[], chosen: number[]|null,
 *   order: string, filter: string}} options */
export function orderClasses({ data, names, chosen, order, filter }) {
  const wanted = filter.trim().toLowerCase();
  const classes = (chosen ?? names.map((_, k) => k)).filter((c) =>
    names[c].toLowerCase().includes(wanted),
  );
  if (order !== "worst") return classes;
  /** @param {number} c */
  const accuracy = (c) => {
    const { drawn, missing, correct } = data.groups[c];
    const n = drawn.length + missing;
    return n ? correct / n : Infinity;
  };
  return [...classes].sort((a, b) => accuracy(a) - accuracy(b) || a - b);
}

/** Panels with their places and axes.
 * @param {{data: ScatterData, classes: number[], axes: string, held: Axes|null, width: number,
 *   height: number|null}} options */
export function placePanels({ data, classes, axes, held, width, height }) {
  const shared = axes !== "each";
  const whole = { x: roomy(data.domain.x), y: roomy(data.domain.y) };
  const common = axes === "held" && held ? held : whole;
  const domains = classes.map((c) => {
    const { x, y } = data.groups[c].domain;
    return shared || !x || !y ? common : { x: roomy(x), y: roomy(y) };
  });
  const labels = widestLabel([...domains.map(({ y }) => y), common.y]);
  const layout = layoutPanels({ n: classes.length, width, height, shared, labels });
  const panels = classes.map((c, k) => ({ class: c, place: layout.panels[k], ...domains[k] }));
  return { layout, panels, common };
}

/** Samples that lie beyond a panel's axes and are drawn at their edge.
 * @param {ScatterData} data @param {{class: number, x: Domain, y: Domain}[]} panels */
export function countBeyond(data, panels) {
  let beyond = 0;
  for (const { class: c, x, y } of panels) {
    for (const i of data.groups[c].drawn) {
      const inside =
        data.x[i] >= x[0] && data.x[i] <= x[1] && data.y[i] >= y[0] && data.y[i] <= y[1];
      if (!inside) beyond++;
    }
  }
  return beyond;
}

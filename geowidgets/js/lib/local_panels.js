// Which classes are shown, in what order, on what axes. No DOM.
import * as bits from "./bits.js";
import { reactions } from "./class_rank.js";
import { widestLabel } from "./local_axes.js";
import { layoutPanels } from "./panel_layout.js";
import { roomy, union } from "./scales.js";

/** @typedef {import("./scatter_data.js").ScatterData} ScatterData */
/** @typedef {import("./scales.js").Domain} Domain */
/** @typedef {{x: Domain, y: Domain}} Axes */

export const PAGE = 20;
export const STRIP = 20; // a distribution's height beside a plot
export const STRIP_GAP = 2;

/** The classes to show: in their order, the least accurate first, or those first whose samples' x
 * has moved most from `data` to `other`, or of whose samples most became right or wrong.
 * @param {{data: ScatterData, other?: ScatterData|null, names: string[], chosen: number[]|null,
 *   order: string, filter: string}} options */
export function orderClasses({ data, other = null, names, chosen, order, filter }) {
  const wanted = filter.trim().toLowerCase();
  const classes = (chosen ?? names.map((_, k) => k)).filter((c) =>
    names[c].toLowerCase().includes(wanted),
  );
  if (order === "moved" && other) {
    const moves = new Map(classes.map((c) => [c, meanMove(data, other, c)]));
    return classes.sort((a, b) => (moves.get(b) ?? 0) - (moves.get(a) ?? 0) || a - b);
  }
  if (order === "reacting" && other) {
    const counts = reactions(data, other, bits.full(data.n), names.length);
    return classes.sort((a, b) => counts[b] - counts[a] || a - b);
  }
  if (order !== "worst") return classes;
  /** @param {number} c */
  const accuracy = (c) => {
    const { drawn, missing, correct } = data.groups[c];
    const n = drawn.length + missing;
    return n ? correct / n : Infinity;
  };
  return [...classes].sort((a, b) => accuracy(a) - accuracy(b) || a - b);
}

/** Mean |x − x′| over a class's samples that have both; 0 where there is none.
 * @param {ScatterData} data @param {ScatterData} other @param {number} c */
function meanMove(data, other, c) {
  let sum = 0;
  let count = 0;
  for (const i of data.groups[c].drawn) {
    const move = Math.abs(data.x[i] - other.x[i]);
    if (!(move < Infinity)) continue;
    sum += move;
    count++;
  }
  return count ? sum / count : 0;
}

/** Panels with their places and axes; where two pairs are compared, axes hold both and each plot
 * leaves room for distributions at its top and right.
 * @param {{data: ScatterData, other?: ScatterData|null, classes: number[], axes: string,
 *   names?: {x: string, y: string}, held: Axes|null, width: number, height: number|null}} options */
export function placePanels(options) {
  const { data, other = null, classes, axes, held, width, height } = options;
  const names = options.names ?? { x: "angle", y: "length" };
  const shared = axes !== "each";
  const both = domainOf(data.domain, other?.domain);
  const whole = { x: roomy(both.x), y: roomy(both.y) };
  const common = axes === "held" && held ? held : whole;
  const domains = classes.map((c) => {
    const { x, y } = domainOf(data.groups[c].domain, other?.groups[c].domain);
    return shared || !x || !y ? common : { x: roomy(x), y: roomy(y) };
  });
  const labels = widestLabel([...domains.map(({ y }) => y), common.y]);
  const layout = layoutPanels({ n: classes.length, width, height, shared, labels });
  const panels = classes.map((c, k) => {
    const frame = layout.panels[k];
    const place = other ? withStrips(frame) : frame;
    return { class: c, place, frame, axes: names, samples: data.groups[c].drawn, ...domains[k] };
  });
  return { layout, panels, common };
}

/** @typedef {{x: Domain|null, y: Domain|null}} Domains */

/** @param {Domains} a @param {Domains|undefined} b @returns {Domains} */
const domainOf = (a, b) => (b ? { x: union(a.x, b.x), y: union(a.y, b.y) } : a);

/** @param {import("./panel_layout.js").PanelPlace} frame */
function withStrips(frame) {
  const room = STRIP + STRIP_GAP;
  return {
    ...frame,
    top: frame.top + room,
    width: frame.width - room,
    height: frame.height - room,
  };
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

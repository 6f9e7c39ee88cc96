// Frames, grid lines, ticks and axis titles under the dots.
import { svg } from "./elements.js";
import { fittingTicks, linear } from "./scales.js";

/** @typedef {import("./local_dots.js").Panel} Panel */
/** @typedef {{x: string, y: string}} Titles */

const CHARACTER = 6.3; // a tick label's width per character at 11 px
const LINE = 13;
const HEIGHTS = [70, 120, 200, 320];

/** @param {string} label */
export const labelWidth = (label) => label.length * CHARACTER;

/** @param {Pick<Panel, "x"|"y"|"place">} panel */
export function panelTicks({ x, y, place }) {
  return {
    x: fittingTicks(x, [0, place.width], labelWidth, 24),
    y: fittingTicks(y, [place.height, 0], () => LINE, 12),
  };
}

/** The widest y label, before places are known: a higher plot has finer ticks.
 * @param {import("./scales.js").Domain[]} domains */
export function widestLabel(domains) {
  const labels = domains.flatMap((y) =>
    HEIGHTS.flatMap((height) => fittingTicks(y, [height, 0], () => LINE, 12)),
  );
  return Math.max(CHARACTER, ...labels.map((tick) => labelWidth(tick.label)));
}

/** @param {SVGSVGElement} target
 * @param {{layout: import("./panel_layout.js").PanelLayout, panels: Panel[], titles: Titles,
 *   extra?: SVGElement[]}} options `extra` more to draw there */
export function drawAxes(target, { layout, panels, titles, extra = [] }) {
  target.setAttribute("width", String(layout.width));
  target.setAttribute("height", String(layout.height));
  const { left, top, width, height } = layout.plots;
  const middle = top + height / 2;
  const title = { class: "gw-local-title", "text-anchor": "middle" };
  target.replaceChildren(
    ...panels.map(drawPanel),
    ...extra,
    svg("text", { ...title, x: left + width / 2, y: layout.height - 5 }, titles.x),
    svg("text", { ...title, transform: `translate(12 ${middle}) rotate(-90)` }, titles.y),
  );
}

/** Frame, grid and ticks of one plot. @param {Panel} panel */
export function drawPanel(panel) {
  const { left, top, width, height, outerLeft, outerBottom } = panel.place;
  const ticks = panelTicks(panel);
  const group = svg("g", { transform: `translate(${left} ${top})` });
  for (const { at, label } of ticks.x) {
    const x = Math.round(at) + 0.5;
    if (x > 1 && x < width - 1) {
      group.append(svg("path", { class: "gw-local-grid", d: `M${x} 0V${height}` }));
    }
    if (!outerBottom) continue;
    // The first and last label would reach into the neighbouring panel.
    const half = labelWidth(label) / 2;
    const inside = Math.min(Math.max(at, half), width - half);
    group.append(svg("text", tick(inside, height + 14, "middle"), label));
  }
  for (const { at, label } of panel.axes.y ? ticks.y : []) {
    const y = Math.round(at) + 0.5;
    if (y > 1 && y < height - 1) {
      group.append(svg("path", { class: "gw-local-grid", d: `M0 ${y}H${width}` }));
    }
    if (outerLeft) group.append(svg("text", tick(-6, at + 4, "end"), label));
  }
  for (const x of zero(panel.axes.x, panel.x, [0, width])) {
    group.append(svg("path", { class: "gw-local-zero", d: `M${x} 0V${height}` }));
  }
  for (const y of zero(panel.axes.y, panel.y, [height, 0])) {
    group.append(svg("path", { class: "gw-local-zero", d: `M0 ${y}H${width}` }));
  }
  group.append(svg("rect", { class: "gw-local-frame", width, height }));
  return group;
}

/** Where a difference is none. @param {string} axis @param {import("./scales.js").Domain} domain
 * @param {import("./scales.js").Domain} range */
function zero(axis, domain, range) {
  const inside = domain[0] < 0 && domain[1] > 0;
  return axis.startsWith("delta/") && inside ? [Math.round(linear(domain, range)(0)) + 0.5] : [];
}

/** @param {number} x @param {number} y @param {string} anchor */
const tick = (x, y, anchor) => ({ class: "gw-local-tick", x, y, "text-anchor": anchor });

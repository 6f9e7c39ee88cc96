// One figure of few marks as SVG: what bqplot draws in a notebook, for pages that carry no bqplot.

import { ticks } from "d3-array";
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { svg } from "./elements.js";

/**
 * @typedef {(number|null)[]} Values null breaks a line
 * @typedef {{kind: "line", x: Values, y: Values, color: string, width: number, opacity?: number,
 *   dash?: string, fill?: "below"|"inside"|"", fillOpacity?: number, at?: string}} Line
 * @typedef {{kind: "dots", x: Values, y: Values, color: string, size: number, opacity?: number,
 *   marker?: string, hollow?: boolean, at?: string, tip?: [string[], string[]]|null}} Dots `size`
 *   in square pixels
 * @typedef {{label: string, range: [number, number], log?: boolean,
 *   ticks?: [number, string][]}} Axis `ticks` at these values, in these words
 * @typedef {{title: string, x: Axis, y: Axis, marks: (Line|Dots)[]}} Figure
 * @typedef {{left: number, top: number, width: number, height: number}} Plot
 */

const DASHES = { dashed: "10 6", dotted: "2 5", dash_dotted: "10 5 2 5" };
const TICKS = 6;

/** @param {HTMLElement} place filled and followed in size @param {AbortSignal} signal
 * @param {{top: number, right: number, bottom: number, left: number}} margin */
export function createSvgFigure(place, signal, margin) {
  const element = svg("svg", { class: "svg-figure gw-figure" });
  place.append(element);
  /** @type {Figure|null} */
  let shown = null;
  const resized = new ResizeObserver(() => shown && draw(shown));
  resized.observe(place);
  signal.addEventListener("abort", () => {
    resized.disconnect();
    element.remove();
  });

  /** @returns {Plot} */
  function plot() {
    const { clientWidth, clientHeight } = place;
    return {
      left: margin.left,
      top: margin.top,
      width: Math.max(1, clientWidth - margin.left - margin.right),
      height: Math.max(1, clientHeight - margin.top - margin.bottom),
    };
  }

  /** @param {Figure} figure */
  function draw(figure) {
    shown = figure;
    const { left, top, width, height } = plot();
    const size = { width: left + width + margin.right, height: top + height + margin.bottom };
    for (const [name, value] of Object.entries(size)) element.setAttribute(name, String(value));
    const scales = {
      x: scaleOf(figure.x, [0, width]),
      y: scaleOf(figure.y, [height, 0]),
    };
    const place = `translate(${left} ${top})`;
    // What leaves the axes' ranges is cut off by a frame of its own, which needs no name to refer to.
    const lines = svg("svg", { x: left, y: top, width, height, overflow: "hidden" });
    const dots = svg("g", { transform: place });
    for (const mark of figure.marks) {
      if (mark.kind === "line") lines.append(...lineOf(mark, scales));
      else dots.append(...dotsOf(mark, scales));
    }
    const axes = svg("g", { transform: place });
    drawAxes(axes, figure, scales, { width, height, margin });
    element.replaceChildren(axes, lines, dots);
  }

  return { element, draw, plot };
}

/** @typedef {ReturnType<typeof scaleOf>} Scale @typedef {{x: Scale, y: Scale}} Scales */

/** @param {Axis} axis @param {[number, number]} pixels */
const scaleOf = ({ range, log }, pixels) => (log ? scaleLog : scaleLinear)(range, pixels);

/** @param {SVGGElement} place @param {Figure} figure @param {Scales} scales
 * @param {{width: number, height: number, margin: {left: number, bottom: number, top: number}}}
 *   room */
function drawAxes(place, { title, x, y }, scales, { width, height, margin }) {
  const across = svg("g", { class: "axis", transform: `translate(0 ${height})` });
  const up = svg("g", { class: "axis" });
  place.append(across, up);
  const grid = { x: axisBottom(scales.x).tickSizeInner(-height), y: axisLeft(scales.y) };
  for (const [axis, { range, ticks: named }] of /** @type {const} */ ([
    [grid.x, x],
    [grid.y.tickSizeInner(-width), y],
  ])) {
    axis.tickPadding(6).tickSizeOuter(0);
    if (named) {
      const words = new Map(named);
      axis.tickValues([...words.keys()]).tickFormat((value) => words.get(Number(value)) ?? "");
    } else {
      axis.tickValues(ticks(range[0], range[1], TICKS));
    }
  }
  select(across).call(grid.x);
  select(up).call(grid.y);
  const words = { class: "axislabel", "text-anchor": "middle" };
  const turned = `translate(${14 - margin.left} ${height / 2}) rotate(-90)`;
  place.append(
    svg("text", { ...words, x: width / 2, y: height + margin.bottom - 8 }, x.label),
    svg("text", { ...words, transform: turned }, y.label),
  );
  if (title) place.append(svg("text", { class: "mainheading", x: 0, y: -14 }, title));
}

/** @param {Line} line @param {Scales} scales */
function lineOf({ x, y, color, width, opacity = 1, dash = "", fill = "", fillOpacity }, scales) {
  const parts = segments(x, y, scales);
  if (!parts.length) return [];
  const d = parts.map((part) => `M${part.map((at) => at.join(" ")).join("L")}`).join("");
  const made = [];
  if (fill) {
    const floor = scales.y.range()[0];
    const below = parts.map((part) => {
      const ends = [part[part.length - 1][0], part[0][0]].map((at) => `${at} ${floor}`);
      return `M${part.map((at) => at.join(" ")).join("L")}L${ends.join("L")}Z`;
    });
    const area = svg("path", { class: "area", d: fill === "below" ? below.join("") : `${d}Z` });
    Object.assign(area.style, { fill: color, stroke: "none" });
    area.setAttribute("fill-opacity", String(fillOpacity ?? 0.28));
    made.push(area);
  }
  if (width > 0) {
    const path = svg("path", { class: "line", d, "stroke-width": width, opacity });
    Object.assign(path.style, { fill: "none", stroke: color });
    const dashes = DASHES[/** @type {keyof typeof DASHES} */ (dash)];
    if (dashes) path.setAttribute("stroke-dasharray", dashes);
    made.push(path);
  }
  return made;
}

/** The points between breaks, in pixels. @param {Values} x @param {Values} y @param {Scales} scales
 * @returns {[number, number][][]} */
function segments(x, y, scales) {
  /** @type {[number, number][][]} */
  const parts = [];
  let open = false;
  x.forEach((value, k) => {
    const at = pixel(value, y[k], scales);
    if (at && open) parts[parts.length - 1].push(at);
    else if (at) parts.push([at]);
    open = at !== null;
  });
  return parts;
}

/** @param {number|null} x @param {number|null} y @param {Scales} scales
 * @returns {[number, number]|null} */
function pixel(x, y, scales) {
  if (x === null || y === null) return null;
  const at = [scales.x(x), scales.y(y)];
  if (!at.every(Number.isFinite)) return null;
  return [Number(at[0].toFixed(2)), Number(at[1].toFixed(2))];
}

/** @param {Dots} dots @param {Scales} scales */
function dotsOf({ x, y, color, size, opacity = 1, marker = "circle", hollow = false }, scales) {
  const half = Math.sqrt(size / 2);
  const outline = "var(--gw-bg, white)";
  return x.flatMap((value, k) => {
    const at = pixel(value, y[k], scales);
    if (!at) return [];
    const [left, top] = at;
    const made =
      marker === "diamond"
        ? svg("path", {
            d: `M${left} ${top - half}l${half} ${half}l${-half} ${half}l${-half} ${-half}z`,
          })
        : svg("circle", { cx: left, cy: top, r: Math.sqrt(size / Math.PI).toFixed(2) });
    made.setAttribute("class", "gw-dot");
    made.setAttribute("opacity", String(opacity));
    made.setAttribute("stroke-width", hollow ? "2" : "1");
    made.style.fill = hollow ? "none" : color;
    made.style.stroke = hollow ? color : outline;
    return [made];
  });
}

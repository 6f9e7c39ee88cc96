// The scatter-plot matrix of one class: every metric against every other, histograms between.
import { svg } from "./elements.js";
import { drawPanel, panelTicks, widestLabel } from "./local_axes.js";
import { binCount, histogram, layered } from "./local_distributions.js";
import { columnOf } from "./local_loader.js";
import { extent, roomy, union } from "./scales.js";
import { METRIC_NAMES, metricInfo } from "./words.js";

/** @typedef {import("./local_loader.js").Loaded} Loaded */
/** @typedef {import("./local_dots.js").Panel} Panel */
/** @typedef {import("./scales.js").Domain} Domain */
/** @typedef {{panels: Panel[], planes: import("./local_dots.js").Plane[], diagonal: Panel[],
 *   layout: {width: number, height: number}, missing: number}} Matrix */

const GAP = 12;
const HEAD = 20;
const TITLE = 18;
const BELOW = 40;
const ASPECT = 0.72;
const TALLEST = 240;

/** Axis names of the matrix: metrics, or their differences. @param {boolean} delta */
export const matrixAxes = (delta) =>
  METRIC_NAMES.map((name) => (delta ? `delta/${name}` : /** @type {string} */ (name)));

/** An axis as it is read. @param {string} axis */
export function axisTitle(axis) {
  const metric = axis.replace("delta/", "");
  const { name, unit } = metricInfo(metric);
  const words = unit ? `${name} [${unit}]` : name;
  return axis === metric ? words : `Δ ${words}`;
}

/** The samples of a class that have every value in `axes`.
 * @param {Loaded} loaded @param {number} c @param {string[]} axes */
function complete(loaded, c, axes) {
  const columns = axes.map((axis) => columnOf(loaded, axis));
  const { labels, n } = loaded.data;
  const samples = [];
  for (let i = 0; i < n; i++) {
    if (labels[i] === c && columns.every((column) => Number.isFinite(column?.[i]))) samples.push(i);
  }
  return Uint32Array.from(samples);
}

/** Places, axes and samples of all cells.
 * @param {{loaded: Loaded, c: number, delta: boolean, width: number, height: number|null}} options
 * @returns {Matrix} */
export function placeMatrix({ loaded, c, delta, width, height }) {
  const axes = matrixAxes(delta);
  const samples = complete(loaded, c, axes);
  const other = loaded.other && !delta ? loaded.other : null;
  const values = axes.map((axis) => columnOf(loaded, axis) ?? new Float32Array(loaded.data.n));
  const members = loaded.data.groups[c];
  const domains = axes.map((axis, k) => {
    const there = other ? extent(other.values[axis], other.data.groups[c].drawn) : null;
    const [low, high] = roomy(union(extent(values[k], samples), there));
    return /** @type {Domain} */ ([low, axis === "probability" ? Math.min(1, high) : high]);
  });
  const n = axes.length;
  const left = TITLE + widestLabel(domains) + 8;
  const cellWidth = Math.floor((width - left - 6 - (n - 1) * GAP) / n);
  const free = height ? (height - HEAD - BELOW - (n - 1) * GAP) / n : 0;
  const ideal = Math.min(TALLEST, cellWidth * ASPECT);
  const cellHeight = Math.floor(height ? Math.max(60, free) : Math.max(70, ideal));
  /** @type {Matrix} */
  const out = {
    panels: [],
    planes: [],
    diagonal: [],
    layout: { width, height: HEAD + n * (cellHeight + GAP) - GAP + BELOW },
    missing: members.drawn.length + members.missing - samples.length,
  };
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const place = {
        left: left + column * (cellWidth + GAP),
        top: HEAD + row * (cellHeight + GAP),
        width: cellWidth,
        height: cellHeight,
        column,
        row,
        outerLeft: column === 0 && row > 0,
        outerBottom: row === n - 1,
      };
      const named = { x: axes[column], y: axes[row] };
      const label = `${axisTitle(named.y)} against ${axisTitle(named.x)}`;
      const panel = { class: c, place, axes: named, x: domains[column], y: domains[row] };
      if (row === column) {
        out.diagonal.push({ ...panel, samples, label: axisTitle(named.x) });
        continue;
      }
      out.planes.push({ x: values[column], y: values[row], panels: [out.panels.length] });
      out.panels.push({ ...panel, samples, label });
    }
  }
  return out;
}

/** Frames, ticks, titles and histograms.
 * @param {SVGSVGElement} target @param {Matrix} matrix @param {Loaded} loaded
 * @param {Uint32Array|null} chosen the selected samples */
export function drawMatrix(target, { panels, diagonal, layout }, loaded, chosen) {
  target.setAttribute("width", String(layout.width));
  target.setAttribute("height", String(layout.height));
  const bars = svg("g", { class: "gw-local-bars" });
  target.replaceChildren(
    ...panels.map(drawPanel),
    ...diagonal.map(drawFrame),
    ...firstRow(diagonal[0]),
    bars,
    ...diagonal.flatMap(({ place, label = "" }) => [
      svg("text", heading(place.left + place.width / 2, HEAD - 7), label),
      svg("text", { ...heading(0, 0), transform: turned(place) }, label),
    ]),
  );
  drawBars(bars, diagonal, loaded, chosen);
  return bars;
}

/** @param {number} x @param {number} y */
const heading = (x, y) => ({ class: "gw-local-title", "text-anchor": "middle", x, y });

/** @param {import("./panel_layout.js").PanelPlace} place */
const turned = ({ top, height }) => `translate(12 ${top + height / 2}) rotate(-90)`;

/** A histogram's frame: its height is a number of samples, so the y axis carries no ticks.
 * @param {Panel} panel */
function drawFrame(panel) {
  const outer = { ...panel.place, outerLeft: false };
  return drawPanel({ ...panel, place: outer, y: [0, 1], axes: { x: panel.axes.x, y: "" } });
}

/** The first row's scale, which stands beside the histogram as every row's stands at its left.
 * @param {Panel} panel */
function firstRow({ place, x }) {
  return panelTicks({ x, y: x, place }).y.map(({ at, label }) =>
    svg(
      "text",
      { class: "gw-local-tick", x: place.left - 6, y: place.top + at + 4, "text-anchor": "end" },
      label,
    ),
  );
}

/** The histograms: everything, what is selected, and the compared pair's outline.
 * @param {SVGGElement} target @param {Panel[]} diagonal @param {Loaded} loaded
 * @param {Uint32Array|null} chosen as indices */
export function drawBars(target, diagonal, loaded, chosen) {
  target.replaceChildren(
    ...diagonal.map(({ place, samples, axes, x, class: c }) => {
      const values = columnOf(loaded, axes.x) ?? [];
      const bins = binCount(samples.length, place.width);
      const { other } = loaded;
      /** @type {import("./local_distributions.js").Series[]} */
      const series = [
        { counts: histogram(values, samples, x, bins), look: "gw-local-dist-reference" },
      ];
      if (chosen) {
        series.push({ counts: histogram(values, chosen, x, bins), look: "gw-local-dist-chosen" });
      }
      if (other && !axes.x.startsWith("delta/")) {
        const counts = histogram(other.values[axes.x], other.data.groups[c].drawn, x, bins);
        series.push({ counts, look: "gw-local-dist-compared" });
      }
      const group = svg("g", { transform: `translate(${place.left} ${place.top})` });
      group.append(...layered(series, place.width, place.height - 6).map(lowered));
      return group;
    }),
  );
}

/** @param {SVGElement} path */
function lowered(path) {
  path.setAttribute("transform", "translate(0 6)");
  return path;
}

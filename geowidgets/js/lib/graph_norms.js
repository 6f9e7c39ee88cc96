// The distribution of norms: this epoch's, the first one's outline, and the selected units' part.
import { svg } from "./elements.js";
import { listenForUnits } from "./graph_brush.js";
import { createChart } from "./graph_chart.js";
import { inverse } from "./scales.js";

/** @typedef {import("./graph_panels.js").Actions} Actions */
/** @typedef {import("./graph_panels.js").Now} Now */

const BINS = 28;

/** How many units have a norm in each bin; norms of 0 are hidden units'. @param {ArrayLike<number>}
 *   norms @param {[number, number]} domain @param {(i: number) => boolean} counts */
export function histogram(norms, [low, high], counts) {
  const bins = new Uint32Array(BINS);
  for (let i = 0; i < norms.length; i++) {
    if (!(norms[i] > 0) || !counts(i)) continue;
    bins[Math.min(BINS - 1, Math.floor(((norms[i] - low) / (high - low)) * BINS))]++;
  }
  return bins;
}

/** @param {Actions} on @param {AbortSignal} signal */
export function createNorms(on, signal) {
  const chart = createChart({
    title: "Distribution of norms",
    label: "Number of units by norm; drag along the axis to select units.",
  });
  /** @type {Now|null} */
  let shown = null;

  /** @param {[number, number][]} path */
  function inside(path) {
    if (!shown) return [];
    const { scene, data } = shown;
    const value = inverse(data.normDomain, [chart.room().left, chart.room().right]);
    const [a, b] = [value(path[0][0]), value(path[path.length - 1][0])];
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return Array.from(scene.norms.keys()).filter(
      (i) => scene.visible[i] && scene.norms[i] >= low && scene.norms[i] <= high,
    );
  }

  listenForUnits(chart, { wide: true, inside }, on, signal);

  return {
    chart,
    /** @param {Now} now */
    draw(now) {
      shown = now;
      const { scene, data, units } = now;
      const domain = data.normDomain;
      const chosen = units && new Set(units);
      const all = histogram(scene.norms, domain, (i) => scene.visible[i] === 1);
      const part = histogram(scene.norms, domain, (i) => chosen?.has(i) ?? false);
      const start = histogram(data.norms(0), domain, () => true);
      const tallest = Math.max(1, ...all, ...start);
      const y = chart.y([0, tallest]);
      const x = chart.x([0, BINS]);
      chart.axes({ x: domain, y: [0, tallest], xTitle: "norm", yTitle: "units" });
      chart.marks.replaceChildren(
        svg("path", { class: `gw-weights-bars${chosen ? " gw-pale" : ""}`, d: bars(all, x, y) }),
        svg("path", { class: "gw-weights-bars-part", d: bars(part, x, y) }),
        svg("path", { class: "gw-weights-start", d: outline(start, x, y) }),
      );
    },
  };
}

/** @param {Uint32Array} bins @param {(v: number) => number} x @param {(v: number) => number} y */
const bars = (bins, x, y) =>
  Array.from(bins, (n, k) =>
    n ? `M${x(k) + 0.5} ${y(0)}V${y(n).toFixed(1)}H${x(k + 1) - 0.5}V${y(0)}Z` : "",
  ).join("");

/** @param {Uint32Array} bins @param {(v: number) => number} x @param {(v: number) => number} y */
const outline = (bins, x, y) =>
  `M${x(0)} ${y(0)}${Array.from(bins, (n, k) => `V${y(n).toFixed(1)}H${x(k + 1).toFixed(1)}`).join("")}V${y(0)}`;

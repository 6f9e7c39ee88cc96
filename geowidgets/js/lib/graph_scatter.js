// Norm against the cosine to the initial weight: the lower right are the "removable" units.
import { svg } from "./elements.js";
import { listenForUnits } from "./graph_brush.js";
import { createChart } from "./graph_chart.js";
import { css } from "./map_palette.js";

/** @typedef {import("./graph_panels.js").Actions} Actions */
/** @typedef {import("./graph_panels.js").Now} Now */

const RADIUS = 2.6;
const REACH = 8;

/** @param {Actions} on @param {AbortSignal} signal */
export function createScatter(on, signal) {
  const chart = createChart({
    title: "Norm and turn of every unit",
    label: "Norm of every unit against the cosine to its initial weight; drag to select units.",
  });
  /** Where the units stand. @type {{x: Float32Array, y: Float32Array, shown: number[]}} */
  let at = { x: new Float32Array(0), y: new Float32Array(0), shown: [] };

  /** @param {number} x @param {number} y */
  function nearest(x, y) {
    let [best, least] = [-1, REACH];
    for (const i of at.shown) {
      const far = Math.hypot(at.x[i] - x, at.y[i] - y);
      if (far < least) [best, least] = [i, far];
    }
    return best;
  }

  const inside = (/** @type {[number, number][]} */ path) => {
    const [[x0, y0], [x1, y1]] = [path[0], path[path.length - 1]];
    return at.shown.filter(
      (i) =>
        at.x[i] >= Math.min(x0, x1) &&
        at.x[i] <= Math.max(x0, x1) &&
        at.y[i] >= Math.min(y0, y1) &&
        at.y[i] <= Math.max(y0, y1),
    );
  };

  listenForUnits(chart, { wide: false, inside, nearest }, on, signal);

  return {
    chart,
    /** @param {Now} now */
    draw({ scene, data, look, units, hovered }) {
      const x = chart.x(domains(data).x);
      const y = chart.y(domains(data).y);
      chart.axes({ ...domains(data), xTitle: "cosine to the initial weight", yTitle: "norm" });
      const places = { x: scene.turns.map(x), y: scene.norms.map(y) };
      const chosen = units && new Set(units);
      at = { ...places, shown: [] };
      /** Units of one colour are one path. @type {Map<string, string[]>} */
      const paths = new Map();
      for (let i = 0; i < data.units; i++) {
        if (!scene.visible[i] || Number.isNaN(scene.turns[i])) continue;
        at.shown.push(i);
        const key = `${chosen && !chosen.has(i) ? "pale" : "full"} ${css(look.colors[i])}`;
        const dot = `M${places.x[i].toFixed(1)} ${places.y[i].toFixed(1)}h0`;
        paths.set(key, [...(paths.get(key) ?? []), dot]);
      }
      const order = [...paths].sort(([p], [q]) => (p < q ? 1 : -1));
      const dots = order.map(([key, parts]) => {
        const pale = key.startsWith("pale");
        return svg("path", {
          class: "gw-weights-dots",
          d: parts.join(""),
          stroke: key.slice(5),
          "stroke-width": 2 * RADIUS,
          opacity: pale ? 0.22 : 0.85,
        });
      });
      const ring = svg("circle", {
        class: "gw-weights-ring",
        cx: places.x[hovered] ?? 0,
        cy: places.y[hovered] ?? 0,
        r: RADIUS + 3,
      });
      chart.marks.replaceChildren(...dots, ...(at.shown.includes(hovered) ? [ring] : []));
    },
  };
}

/** Domains that stay while the epochs pass. @param {import("./graph_data.js").GraphData} data */
const domains = (data) => ({
  x: /** @type {[number, number]} */ ([Math.floor(Math.min(0.9, data.farthest) * 10) / 10, 1]),
  y: data.normDomain,
});

// One figure of a chart page, whose points tell their numbers to pointer and keys.
import { createSvgFigure } from "./chart_svg.js";
import { listenForPoints } from "./curves_pointer.js";
import { html } from "./elements.js";

/** @typedef {import("./chart_svg.js").Figure} Figure
 * @typedef {import("./curves_marks.js").Hit} Hit */

const MARGIN = { top: 34, bottom: 46, left: 62, right: 18 }; // of bqplot_chart.py

/** @param {HTMLElement} place where panels stand @param {AbortSignal} signal */
export function createChartPanel(place, signal) {
  const own = new AbortController();
  signal.addEventListener("abort", () => own.abort(), { signal: own.signal });
  const box = html("div", { class: "gw-chart", role: "img" });
  const over = html("div", { class: "gw-chart-over" });
  const tip = html("div", { class: "gw-tip", hidden: true, "aria-hidden": "true" });
  const spoken = html("div", { class: "gw-visually-hidden", "aria-live": "polite" });
  place.append(box);
  const figure = createSvgFigure(box, own.signal, MARGIN);
  box.append(over, tip, spoken);
  /** @type {{x: [number, number], y: [number, number], hits: Hit[]}|null} */
  let scene = null;
  listenForPoints(
    over,
    { scene: () => scene, plot: figure.plot, point, pick: () => {} },
    own.signal,
  );

  /** @param {Hit|null} hit @param {{left: number, top: number}|null} at @param {boolean} aloud */
  function point(hit, at, aloud) {
    tip.hidden = !hit;
    if (!hit || !at) return;
    tip.replaceChildren(...hit.words.map((words) => html("div", {}, words)));
    const beyond = at.left + 14 + tip.offsetWidth > box.clientWidth;
    tip.style.left = `${Math.max(0, beyond ? at.left - 14 - tip.offsetWidth : at.left + 14)}px`;
    tip.style.top = `${at.top + 12}px`;
    if (aloud) spoken.textContent = hit.words.join(", ");
  }

  return {
    /** @param {Figure} drawn */
    draw(drawn) {
      figure.draw(drawn);
      scene = { x: along(drawn.x), y: along(drawn.y), hits: hitsOf(drawn) };
      // A figure that can be pointed at by keys is more than a picture.
      const reachable = scene.hits.length > 0;
      box.setAttribute("role", reachable ? "group" : "img");
      box.setAttribute("aria-label", drawn.title);
      for (const [name, value] of /** @type {const} */ ([
        ["tabindex", "0"],
        ["role", "application"],
        ["aria-roledescription", "chart"],
        ["aria-label", `${drawn.title}. Arrow keys go from point to point.`],
      ])) {
        if (reachable) over.setAttribute(name, value);
        else over.removeAttribute(name);
      }
    },
    remove() {
      own.abort();
      box.remove();
    },
  };
}

/** Where a value stands along an axis, in equal steps. @param {number} value
 * @param {{log?: boolean}} axis */
const step = (value, { log }) => (log ? Math.log(value) : value);

/** @param {import("./chart_svg.js").Axis} axis @returns {[number, number]} */
const along = (axis) => [step(axis.range[0], axis), step(axis.range[1], axis)];

/** The points that say their numbers. @param {Figure} figure @returns {Hit[]} */
function hitsOf({ x, y, marks }) {
  return marks.flatMap((mark, m) => {
    if (mark.kind !== "dots" || !mark.tip) return [];
    const [labels, formats] = mark.tip;
    return mark.x.flatMap((across, k) => {
      const up = mark.y[k];
      if (across === null || up === null) return [];
      const words = [across, up].map((value, i) => `${labels[i]} ${formatted(value, formats[i])}`);
      const at = { x: step(across, x), y: step(up, y) };
      return [{ ...at, pair: null, curve: String(m), words }];
    });
  });
}

/** @param {number} value @param {string} format "" or as `.3f` */
function formatted(value, format) {
  const digits = /^\.(\d)f$/.exec(format);
  return digits ? value.toFixed(Number(digits[1])) : String(value);
}

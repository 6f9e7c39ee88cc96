// The map as a picture: marks as shapes, what lies on them, and the legend beside.
import { svg } from "./elements.js";
import { markPath } from "./map_paint.js";
import { css } from "./map_palette.js";
import { toSvg } from "./picture.js";
import { sentenceOf } from "./print_words.js";

/** @typedef {import("./map_look.js").Look} Look */
/** @typedef {import("./map_scene.js").Scene} Scene */

const LINE = 18; // CSS pixels
const LEGEND = 210;

/** @param {{root: HTMLElement, parts: ReturnType<typeof import("./map_parts.js").createParts>,
 *   size: {width: number, height: number}, at: {x: Float32Array, y: Float32Array},
 *   scene: Scene, look: Look}} what
 * @returns {import("./picture.js").Print} */
export function printMap({ root, parts, size, at, scene, look }) {
  const points = drawPoints(at, scene, look, size, getComputedStyle(root).backgroundColor);
  const legend = drawLegend(look, size.width);
  const layers = [parts.under, points, parts.over, legend.element];
  // Their looks are read from the page, so they must be in it.
  parts.stage.append(points, legend.element);
  try {
    const text = toSvg(layers, {
      background: getComputedStyle(root).backgroundColor,
      size: { width: size.width + LEGEND, height: Math.max(size.height, legend.height) },
      words: sentenceOf(parts),
    });
    return { text, name: "similarity-map" };
  } finally {
    points.remove();
    legend.element.remove();
  }
}

/** @param {{x: Float32Array, y: Float32Array}} at @param {Scene} scene @param {Look} look
 * @param {{width: number, height: number}} size @param {string} outline */
function drawPoints(at, scene, look, { width, height }, outline) {
  const order = [...scene.present].sort((a, b) => scene.chosen[a] - scene.chosen[b]);
  const marks = order.flatMap((i) => {
    if (at.x[i] < 0 || at.y[i] < 0 || at.x[i] > width || at.y[i] > height) return [];
    return svg("path", {
      d: markPath(look.shape[i], look.radius[i]),
      transform: `translate(${at.x[i].toFixed(1)} ${at.y[i].toFixed(1)})`,
      fill: css(look.color[i]),
      stroke: outline,
      opacity: scene.some && !scene.chosen[i] ? 0.16 : 1,
    });
  });
  return svg("svg", { class: "gw-map-print", width, height }, ...marks);
}

/** @param {Look} look @param {number} left */
function drawLegend(look, left) {
  const lines = look.sections.flatMap(({ title, entries }) => [
    { words: title, entry: null },
    ...entries.map((entry) => ({ words: entry.group.label, entry })),
  ]);
  if (look.ramp) lines.push({ words: `${look.ramp.title}: light to dark`, entry: null });
  const nodes = lines.flatMap(({ words, entry }, k) => {
    const y = (k + 1) * LINE;
    const text = svg(
      "text",
      {
        class: "gw-map-print-text",
        x: left + (entry ? 30 : 10),
        y: y + 4,
        "font-weight": entry ? 400 : 600,
      },
      words,
    );
    if (!entry) return [text];
    const mark = svg("path", {
      class: entry.color ? "" : "gw-map-print-mark",
      d: markPath(entry.shape ?? 0, 5),
      transform: `translate(${left + 18} ${y})`,
      fill: entry.color ? css(entry.color) : null,
    });
    return [mark, text];
  });
  const height = (lines.length + 1) * LINE;
  const width = left + LEGEND;
  return { element: svg("svg", { class: "gw-map-print", width, height }, ...nodes), height };
}

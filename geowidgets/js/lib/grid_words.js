// What the grid says: rows, the sentence under the controls, the numbers at a place. No DOM.
import { asItIs, baselineOf, change, METRICS, valueAt } from "./grid_scale.js";
import { share } from "./words.js";

/** @typedef {import("./grid_scale.js").GridMap} GridMap */
/** @typedef {{name: string, ratio: number|null, map: GridMap|undefined}} Line */

export const METHOD_NAMES = /** @type {Record<string, string>} */ ({
  occlusion: "occlusion",
  gradient_x_input: "gradient × input",
  integrated_gradients: "integrated gradients",
});
/** A block's name and what its blue means: gradients speak of what is there, occlusion of what is
 * hidden. @param {string} method */
export const blockTitle = (method) =>
  `${METHOD_NAMES[method]} (blue: ${method === "occlusion" ? "rises when hidden" : "adds to it"})`;

const FILLS = /** @type {Record<string, string>} */ ({
  mean: "the data set's mean",
  zero: "black",
  blur: "a blur",
});

/** @param {number|null} ratio fraction of weights removed */
export const ratioText = (ratio) =>
  ratio && Number.isFinite(ratio) ? `${share(ratio, 1).replace(".0", "")} removed` : "";

/** What a model says of the sample, and whether it is right.
 * @param {GridMap} map @param {string[]} classes @param {number} label */
export function verdict(map, classes, label) {
  if (map.prediction < 0) return { text: "predicts nothing", right: false };
  const right = map.prediction === label;
  const sure =
    map.probability === null ? "" : ` · ${share(map.probability, 1).replace(" ", "\u00a0")}`;
  return { text: `${right ? "✓" : "✗"} predicts ${classes[map.prediction]}${sure}`, right };
}

/** How the maps of a method were made, as they were and not as they were asked for.
 * @param {string} method @param {GridMap|undefined} map */
export function madeText(method, map) {
  if (method !== "occlusion" || !map) return METHOD_NAMES[method];
  const { window, stride, fill } = map.made;
  return `${window} × ${window} patches, stride ${stride}, hidden by ${FILLS[fill] ?? fill}`;
}

/** @param {{sample: number, label: string, benchmark: string, lines: Line[], classes: string[],
 *   truth: number}} options */
export function sentence({ sample, label, benchmark, lines, classes, truth }) {
  const there = lines.flatMap(({ map }) => (map ? [map] : []));
  const right = there.filter((map) => map.prediction === truth).length;
  const first = `Sample ${sample} (true ${label}) on ${benchmark}`;
  if (!there.length) return { first, rest: "" };
  const said = there
    .filter((map) => map.prediction !== truth)
    .map((map) => classes[map.prediction] ?? "nothing");
  const others = said.length ? ` (wrong: ${[...new Set(said)].join(", ")})` : "";
  const verdict = `${right} of ${there.length} ${there.length === 1 ? "model" : "models"} right`;
  const rest = `${verdict}${others} · ${madeText("occlusion", there[0])}`;
  return { first, rest };
}

/** A cell for the ear: the metric as it is and how far hiding moves it.
 * @param {string} name @param {GridMap} map @param {string} metric @param {Float32Array} plane
 * @param {number} scale */
export function cellText(name, map, metric, plane, scale) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of plane) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const as = `${name}, ${metric} ${asItIs(metric, baselineOf(map, metric), scale)}`;
  if (low > high) return `${as}, no value`;
  return `${as}, changes from ${change(metric, low, scale)} to ${change(metric, high, scale)}`;
}

/** The numbers at a place, one sentence a row, for the ear.
 * @param {{x: number, y: number}} place @param {Line[]} lines
 * @param {Record<string, number>} scales metric → scale */
export function placeText({ x, y }, lines, scales) {
  const rows = lines.flatMap(({ name, map }) => {
    if (!map) return [];
    const numbers = METRICS.map(
      (metric) => `${metric} ${change(metric, valueAt(map, metric, { x, y }), scales[metric])}`,
    );
    return [`${name}: ${numbers.join(", ")}`];
  });
  return `Row ${y}, column ${x}. ${rows.join(". ")}.`;
}

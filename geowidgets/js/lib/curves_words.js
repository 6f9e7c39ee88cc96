// What the curves say in words.

import { modelLabel, readable } from "./table_rows.js";
import { amount } from "./words.js";

/** @typedef {import("./curves_scene.js").Scene} Scene */
/** @typedef {import("./columns_hub.js").Directory} Directory */

const signed = (/** @type {string} */ text) => text.replace("-", "−");

/** @param {number} value a fraction */
export const percentage = (value) =>
  Number.isFinite(value) ? `${signed((100 * value).toFixed(1))} %` : "–";

/** @param {number} value a fraction, as percentage points */
export const points = (value) =>
  Number.isFinite(value)
    ? `${value > 0 ? "+" : ""}${signed((100 * value).toFixed(1))} points`
    : "–";

/** Mean ± std; the deviation of one repeat is left out. @param {{mean: number, std: number}} of */
export function withSpread({ mean, std }) {
  if (!Number.isFinite(mean)) return "–";
  const spread = Number.isFinite(std) ? ` ± ${(100 * std).toFixed(1)}` : "";
  return `${(100 * mean).toFixed(1)}${spread} %`;
}

/** @param {import("./curves_excess.js").Slope} of */
export function slopeWords({ slope, low, high }) {
  if (!Number.isFinite(slope)) return "–";
  const text = (/** @type {number} */ value) => signed(value.toFixed(3));
  return Number.isFinite(low) ? `${text(slope)} [${text(low)}, ${text(high)}]` : text(slope);
}

/** @param {Directory} directory @param {[number, number]} pair @param {number} value
 * @param {"accuracy"|"difference"} what @param {{errors: number, n: number}} count */
export function pointLines({ models, benchmarks }, [m, b], value, what, { errors, n }) {
  const own = models[m];
  const text =
    what === "difference" ? `accuracy − dense ${points(value)}` : `accuracy ${percentage(value)}`;
  return [
    own.name,
    `${own.architecture} ${modelLabel(own)}${own.seed === null ? "" : `, seed ${own.seed}`}`,
    `${readable(benchmarks[b].name)}: ${text}`,
    `${amount(errors)} errors of ${amount(n)} samples`,
  ];
}

/** @param {import("./curves_noise_scene.js").Lines} lines
 * @param {import("./curves_noise_scene.js").NoiseLine} line @param {number} k */
export function noiseValue({ kind }, line, k) {
  const [mean, low, high] = [line.mean[k], line.low[k], line.high[k]];
  const text = (/** @type {number|null} */ value) =>
    value === null ? "–" : kind === "distance" ? value.toFixed(3) : percentage(value);
  return low === null ? text(mean) : `${text(mean)} [${text(low)}, ${text(high)}]`;
}

/** The one sentence about everything. @param {Directory} directory @param {Scene} scene
 * @param {{delta: number, value: string}} display @returns {{first: string, rest: string}} */
export function summary({ models, benchmarks }, scene, { delta }) {
  const { reference, count, rows, shown, left, filtered } = scene;
  const names = shown.map((b) => readable(benchmarks[b].name));
  const more = left > 0 ? ` (${left} more do not fit)` : "";
  const curves = `${rows.filter(({ hidden }) => !hidden).length} of ${rows.length} families on ${list(names)}${more}`;
  if (!reference) return { first: curves, rest: "" };
  const [m, b] = reference;
  const { errors, n } = count(m, b);
  const own = rows.filter(({ strong, hidden }) => strong && !hidden);
  const held = own.slice(0, 3).map((row) => `${row.name} ${withSpread(row.here)}`);
  const potential = held.length
    ? ` Prune potential there at δ = ${percentage(delta)}: ${held.join(", ")}${own.length > 3 ? ", …" : ""}.`
    : "";
  return {
    first: `${models[m].name} on ${readable(benchmarks[b].name)}: accuracy ${percentage(n ? 1 - errors / n : Number.NaN)} of ${amount(n)} ${filtered ? "selected " : ""}samples.`,
    rest: `${potential} ${curves}.`.trim(),
  };
}

/** @param {string[]} names */
function list(names) {
  if (names.length <= 4) return names.join(", ");
  return `${names.slice(0, 3).join(", ")} and ${names.length - 3} more benchmarks`;
}

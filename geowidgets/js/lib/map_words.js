// What the map says in words. No DOM.
import { amount, pairName, share } from "./words.js";

/** @typedef {import("./columns_hub.js").Directory} Directory */
/** @typedef {{points: number, set: string, approximate: boolean, degenerate: string[],
 *   scale: string, length: string, neighbors: number, seed: number, method: string,
 *   distances: boolean, ranges: Record<string, [number, number]>, metrics: string[],
 *   revision: number, done: string, digest: string}} Info */
/** @typedef {{name: string, stage: string, done: number, message: string}} Phase */

/** A distance as it is read: three digits. @param {number} value */
export const distanceWords = (value) => (value === 0 ? "0" : value.toPrecision(3));

/** The line under the controls. @param {{points: number, present: number, chosen: number|null,
 *   reference: string, compared: string}} what */
export function summary({ points, present, chosen, reference, compared }) {
  const there = present < points ? `${amount(present)} of ${amount(points)}` : amount(points);
  const first =
    chosen === null
      ? `${there} ${points === 1 ? "pair" : "pairs"} of a model and a benchmark`
      : `${amount(chosen)} of ${amount(present)} ${present === 1 ? "pair" : "pairs"} selected`;
  const rest = [];
  if (chosen !== null && present < points) rest.push(`${there} shown`);
  if (reference) rest.push(`reference ${reference}`);
  if (compared) rest.push(`compared ${compared}`);
  return { first, rest: rest.join(" · ") };
}

/** How the map was made and what it is not. @param {Info} info */
export function caption(info) {
  const made =
    info.method === "pca"
      ? "Principal components (PCA), not UMAP"
      : `UMAP, ${Math.min(info.neighbors, Math.max(1, info.points - 1))} neighbours, seed ${info.seed}`;
  const words = [
    "A layout, not a metric: real distances show under the pointer.",
    `${made}; angle, length and margin ${scaleWords(info)}.`,
  ];
  if (info.approximate) {
    words.push("Approximate: random projection to 512 dimensions and a neighbour graph.");
  }
  if (info.degenerate.length) {
    words.push(`Left out, since they change nothing here: ${info.degenerate.join(", ")}.`);
  }
  return words.join(" ");
}

/** @param {Info} info */
function scaleWords({ scale, length }) {
  const kinds = { rms: "each divided by its RMS", rank: "as ranks", none: "as they are" };
  const words = kinds[/** @type {keyof typeof kinds} */ (scale)] ?? scale;
  return length === "per_model" ? `${words}, lengths per model` : words;
}

const STAGES = {
  reading: "Reading angle, length and margin",
  scaling: "Scaling",
  distances: "Distances between pairs",
  projection: "Random projection",
  neighbours: "Nearest neighbours",
  neighbors: "Nearest neighbours",
  layout: "Layout",
  umap: "UMAP",
  pca: "Principal components",
  redundancy: "Redundant benchmarks",
  histograms: "Histograms",
};

/** @param {Phase} phase */
export function stageWords({ stage, done }) {
  const words = STAGES[/** @type {keyof typeof STAGES} */ (stage)] ?? stage;
  return `${words}: ${Math.round(100 * done)} %`;
}

/** A point, line by line. @param {Directory} directory @param {[number, number]} pair
 * @param {{accuracy: number|null, distance: number|null, rank: number, of: number,
 *   reference: boolean}} known @returns {{title: string, lines: [string, string][]}} */
export function pointWords(directory, [m, b], { accuracy, distance, rank, of, reference }) {
  const model = directory.models[m];
  const benchmark = directory.benchmarks[b];
  /** @type {[string, string][]} */
  const lines = [
    ["benchmark", benchmark?.name ?? "?"],
    ["architecture", model?.architecture ?? "?"],
    ["method", `${model?.method ?? "?"}, ${share(model?.ratio ?? 0, 1)} removed`],
  ];
  if (accuracy !== null) lines.push(["accuracy", share(accuracy, 1)]);
  if (reference) lines.push(["distance", "this is the reference"]);
  else if (distance !== null) {
    lines.push(["real distance", `${distanceWords(distance)} to the reference`]);
    lines.push(["", `${ordinal(rank)} nearest of ${amount(of)}`]);
  }
  return { title: model?.name ?? "?", lines };
}

/** @param {number} n */
export function ordinal(n) {
  const tens = n % 100;
  const ending = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${amount(n)}${ending}`;
}

/** How far a point is among all distances of a row: 1 is the nearest other point.
 * @param {ArrayLike<number>} row @param {number} from @param {number} i */
export function rankIn(row, from, i) {
  let rank = 1;
  for (let k = 0; k < row.length; k++) if (k !== from && k !== i && row[k] < row[i]) rank++;
  return rank;
}

/** What a screen reader hears of the point under the keyboard's cursor.
 * @param {Directory} directory @param {[number, number]} pair @param {string[]} marks
 * @param {number|null} distance */
export function cursorWords(directory, pair, marks, distance) {
  const parts = [pairName(directory, pair), ...marks];
  if (distance !== null) parts.push(`distance ${distanceWords(distance)} to the reference`);
  return parts.join(", ");
}

/** What to show instead of the map, "" where there is one. @param {Phase} phase
 * @param {boolean} there whether a map has arrived */
export function insteadWords({ name, message }, there) {
  if (there || name === "computing" || name === "waiting" || name === "failed") return "";
  if (name === "empty") {
    return "The store holds no computed pair of these models and benchmarks. Run GeometryStore.compute(study, path) first.";
  }
  return name === "cancelled" ? "The map was not computed: it was cancelled." : message;
}

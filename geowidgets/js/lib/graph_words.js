// What a weight graph says in words. No DOM.
import { cosineOf, edgeWeight, rowAt } from "./graph_edges.js";
import { nearestUnit, neighbours } from "./graph_scene.js";
import { amount } from "./words.js";

/** @typedef {import("./graph_scene.js").Scene} Scene */
/** @typedef {import("./graph_data.js").GraphData} GraphData */

/** @param {number} value @param {number} [digits] */
export const number = (value, digits = 2) =>
  Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "–";

/** Three significant digits. @param {number} value */
export const short = (value) => {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return number(value, Math.min(4, digits));
};

/** @param {number} n @param {string} one */
const count = (n, one) => `${amount(n)} ${one}${n === 1 ? "" : "s"}`;

/** The line that counts. @param {Scene} scene @param {GraphData} data
 * @param {{limit: number, selected: number[]|null}} now */
export function summary(scene, data, { limit, selected }) {
  const { edges, sizes, curve, shown } = scene;
  const drawn =
    edges.a.length < edges.total ? `, the strongest ${amount(edges.a.length)} drawn` : "";
  const hidden = data.units - shown;
  const parts = [
    `${count(edges.total, "edge")} with cosine ≥ ${number(limit, 3)}${drawn}`,
    `${count(sizes.length, "component")}, the largest of ${count(sizes[0] ?? 0, "unit")}` +
      ` with norm ${short(curve.norm[rowAt(curve, limit)])}`,
  ];
  if (hidden) parts.push(`${count(hidden, "unit")} hidden (${HIDDEN})`);
  if (scene.images) {
    const { pairs, joined, alone } = scene.images;
    parts.push(`${joined} of ${pairs} joined to their own image, ${alone} to nothing else`);
  }
  const chosen = selected ? `${amount(selected.length)} of ` : "";
  const state = selected ? " selected" : "";
  const epoch = `epoch ${data.epochs[scene.place]} of ${data.epochs[data.epochs.length - 1]}`;
  return {
    first: `${chosen}${count(data.units, "unit")}${state}, ${epoch}`,
    rest: parts.join(" · "),
  };
}
const HIDDEN = "norm 0, or a constant output";

/** What a unit is. @param {number} i @param {Scene} scene @param {GraphData} data
 * @param {number} limit @returns {{title: string, lines: [string, string][]}} */
export function unitFacts(i, scene, data, limit) {
  const { epoch, labels, sizes, norms, turns } = scene;
  const joined = neighbours(epoch, i, limit).length;
  const label = labels[i];
  /** @type {[string, string][]} */
  const lines = [
    ["norm", `${short(norms[i])}, ${short(data.norms(0)[i])} at epoch ${data.epochs[0]}`],
    ["cosine to its initial weight", number(turns[i], 3)],
    ["edges", amount(joined)],
  ];
  if (label >= 0) {
    const place = sizes[label] === 1 ? "alone" : `${label + 1}. of ${amount(sizes[label])} units`;
    lines.push(["component", place]);
  }
  const nearest = nearestUnit(epoch, i);
  if (nearest >= 0)
    lines.push(["most like", `${data.name(nearest)}, ${cosine(scene, i, nearest)}`]);
  const image = data.image(i);
  if (image >= 0) lines.push(["its image", `${data.name(image)}, ${cosine(scene, i, image)}`]);
  return { title: data.name(i), lines };
}

/** @param {Scene} scene @param {number} i @param {number} j */
const cosine = ({ epoch }, i, j) => `cos ${number(cosineOf(epoch, i, j), 3)}`;

/** A unit for ears. @param {{title: string, lines: [string, string][]}} facts
 * @param {boolean} selected */
export const spoken = ({ title, lines }, selected) =>
  [title, ...lines.map(([name, value]) => `${name} ${value}`), selected ? "selected" : ""]
    .filter(Boolean)
    .join(", ");

/** The kernel's formula and what the cut-off stands for. @param {string} kernel
 * @param {number} sigma @param {number} limit */
export function cutWords(kernel, sigma, limit) {
  const formula = kernel === "tool" ? "d = (1 − cos)/2" : "d² = 1 − cos";
  return `weight exp(−d²/σ²), ${formula}, σ = ${number(sigma, 3)}: cut-off ${number(
    edgeWeight(kernel, sigma, limit),
    3,
  )} is an inner product of ${number(limit, 3)}`;
}

// What is drawn of an epoch: its edges with their weights, its components, what one unit is. No DOM.
import { componentCurve, componentsAt, cosineOf, edgesAbove, edgeWeight } from "./graph_edges.js";

/** @typedef {import("./graph_data.js").GraphData} GraphData */
/** @typedef {ReturnType<typeof sceneOf>} Scene */

/** Edges that are drawn and that pull, beyond those that hold components together. */
export const MOST_EDGES = 10_000;
const FULL = 16; // of the raster's amounts

/** @param {import("./graph_loader.js").Loaded} loaded @param {GraphData} data @param {number} k
 *   place of the epoch @param {{limit: number, kernel: string, sigma: number}} cut */
export function sceneOf({ epoch, forest }, data, k, { limit, kernel, sigma }) {
  const edges = edgesAbove(epoch, limit, forest, MOST_EDGES);
  const weights = Float32Array.from(edges.cosines, (cosine) => edgeWeight(kernel, sigma, cosine));
  const strongest = weights.reduce((most, weight) => Math.max(most, weight), 0) || 1;
  const norms = data.norms(k);
  const { labels, sizes } = componentsAt(forest, epoch.visible, limit);
  return {
    epoch,
    place: k,
    edges,
    weights,
    /** How strongly each is drawn, 4..16. */
    amounts: Uint8Array.from(weights, (w) => Math.round(FULL * (0.25 + (0.75 * w) / strongest))),
    labels,
    sizes,
    curve: componentCurve(forest, epoch.visible, norms),
    norms,
    turns: data.turns(k),
    visible: epoch.visible,
    shown: epoch.visible.reduce((sum, one) => sum + one, 0),
    images: imagesOf(epoch, data, limit),
    /** Whether a saved page lacks some of the edges. */
    short: limit < epoch.floor,
  };
}

/** How many units of two layers are joined to their image in the other, and how many of these to
 * nothing else (Fig. 5a); null for one layer. @param {import("./graph_edges.js").Epoch} epoch
 * @param {GraphData} data @param {number} limit */
function imagesOf(epoch, data, limit) {
  if (data.layers.length < 2) return null;
  let [pairs, joined, alone] = [0, 0, 0];
  for (let i = 0; i < data.layers[0].units; i++) {
    const image = data.image(i);
    if (image < 0 || !epoch.visible[i] || !epoch.visible[image]) continue;
    pairs++;
    if (!(cosineOf(epoch, i, image) >= limit - 1e-12)) continue;
    joined++;
    if (neighbours(epoch, i, limit).length === 1) alone++;
  }
  return { pairs, joined, alone };
}

/** Units joined to one, the most alike first. @param {import("./graph_edges.js").Epoch} epoch
 * @param {number} i @param {number} limit */
export function neighbours(epoch, i, limit) {
  /** @type {number[]} */
  const found = [];
  for (let j = 0; j < epoch.units; j++) {
    if (j !== i && cosineOf(epoch, i, j) >= limit - 1e-12) found.push(j);
  }
  return found.sort((p, q) => cosineOf(epoch, i, q) - cosineOf(epoch, i, p));
}

/** The unit most like one, or −1. @param {import("./graph_edges.js").Epoch} epoch
 * @param {number} i */
export function nearestUnit(epoch, i) {
  let best = -1;
  for (let j = 0; j < epoch.units; j++) {
    const cosine = j === i ? Number.NaN : cosineOf(epoch, i, j);
    if (cosine > (best < 0 ? -2 : cosineOf(epoch, i, best))) best = j;
  }
  return best;
}

/** The selection after a gesture. @param {number[]|null} before @param {number[]} inside
 * @param {"replace"|"add"|"subtract"} op @returns {number[]|null} */
export function selected(before, inside, op) {
  const chosen = new Set(op === "replace" ? [] : (before ?? []));
  for (const i of inside) {
    if (op === "subtract") chosen.delete(i);
    else chosen.add(i);
  }
  return chosen.size ? [...chosen].sort((p, q) => p - q) : null;
}

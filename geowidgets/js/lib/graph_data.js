// What travels with a weight graph: every epoch's norms and turns, by unit. No DOM.

import { roomy } from "./scales.js";

/** @typedef {{name: string, units: number}} LayerInfo */
/** @typedef {NonNullable<ReturnType<typeof readData>>} GraphData */

/** @param {{layers: LayerInfo[], epochs: number[], arrays: {norms?: DataView, turns?: DataView}}}
 *   traits */
export function readData({ layers, epochs, arrays }) {
  const units = layers.reduce((sum, layer) => sum + layer.units, 0);
  const [norms, turns] = [floats(arrays.norms), floats(arrays.turns)];
  if (!norms || !turns || norms.length !== units * epochs.length) return null;
  const layerOf = new Uint8Array(units);
  for (let i = layers[0].units; i < units; i++) layerOf[i] = 1;
  const row = (/** @type {Float32Array} */ values, /** @type {number} */ k) =>
    values.subarray(k * units, (k + 1) * units);
  return {
    units,
    layers,
    epochs,
    layerOf,
    /** ‖w‖ of every unit. @param {number} k place of the epoch */
    norms: (k) => row(norms, k),
    /** Cosine to the first epoch's weight, NaN where a norm is 0. @param {number} k */
    turns: (k) => row(turns, k),
    /** The largest norm of all epochs. */
    longest: norms.reduce((most, v) => Math.max(most, v), 0),
    /** Round ends for an axis of norms, the same at every epoch; 0 is left out where no unit comes
     * near it. */
    normDomain: domainOf(norms),
    /** The least cosine of all epochs. */
    farthest: turns.reduce((least, v) => (v < least ? v : least), 1),
    /** A unit as people say it. @param {number} i */
    name: (i) => `unit ${i - (layerOf[i] ? layers[0].units : 0)} of ${layers[layerOf[i]].name}`,
    /** The same unit of the other layer where there is one, else −1. @param {number} i */
    image(i) {
      if (layers.length < 2) return -1;
      const [first, second] = [layers[0].units, layers[1].units];
      const other = layerOf[i] ? i - first : i + first;
      return layerOf[i] ? (other < first ? other : -1) : i < second ? other : -1;
    },
  };
}

/** @param {Float32Array} norms @returns {[number, number]} */
function domainOf(norms) {
  let [least, most] = [Infinity, 0];
  for (const norm of norms) {
    if (norm > 0 && norm < least) least = norm;
    if (norm > most) most = norm;
  }
  return roomy(most ? [least > 0.4 * most ? least : 0, most] : [0, 1]);
}

/** @param {DataView|undefined} data @returns {Float32Array|null} */
export function floats(data) {
  if (!data) return null;
  const { buffer, byteOffset, byteLength } = data;
  // Arrays must begin at multiples of four bytes; what arrives need not.
  const bytes = new Uint8Array(/** @type {ArrayBuffer} */ (buffer), byteOffset, byteLength);
  return new Float32Array(bytes.slice().buffer);
}

/** @param {DataView} data */
const bytesOf = ({ buffer, byteOffset, byteLength }) =>
  new Uint8Array(/** @type {ArrayBuffer} */ (buffer), byteOffset, byteLength).slice();

/** An epoch as the kernel sends it. @param {number} units @param {DataView[]} buffers
 * @returns {import("./graph_edges.js").Epoch} */
export function readEpoch(units, [cosines, visible]) {
  return {
    units,
    cosines: floats(cosines) ?? new Float32Array(0),
    visible: bytesOf(visible),
    floor: -1,
  };
}

/** @typedef {{places: DataView, cosines: DataView, visible: DataView, floor: number}} Saved */

/** An epoch as a saved page carries it: its strongest pairs. @param {number} units
 * @param {Saved} saved @returns {import("./graph_edges.js").Epoch} */
export function readSaved(units, { places, cosines, visible, floor }) {
  const all = new Float32Array((units * (units - 1)) / 2).fill(Number.NaN);
  const at = new Uint32Array(bytesOf(places).buffer);
  const values = floats(cosines) ?? new Float32Array(0);
  for (let k = 0; k < at.length; k++) all[at[k]] = values[k];
  return { units, cosines: all, visible: bytesOf(visible), floor };
}

// Which class angles pruning or corruption moves most. No DOM.
import * as bits from "./bits.js";
import { angleAxes } from "./parallel_axes.js";

/** @typedef {import("./parallel_data.js").PairData} PairData */
/** @typedef {import("./parallel_loader.js").Loaded} Loaded */

/** Mean |angle − angle′| in degrees per class of the store, over the samples of `mask` that have
 * both; NaN for a class without a value. Both pairs have the angles to all kept classes here.
 * @param {PairData} a @param {PairData} b @param {Uint32Array} mask @param {string[]} names */
export function meanMoves(a, b, mask, names) {
  const moves = new Float64Array(names.length).fill(Number.NaN);
  const samples = bits.toIndices(mask);
  for (const axis of angleAxes(names, a.kept)) {
    const [before, after] = [a.values(axis), b.values(axis)];
    let sum = 0;
    let count = 0;
    for (const i of samples) {
      const move = Math.abs(before[i] - after[i]);
      if (!(move < Infinity)) continue;
      sum += move;
      count++;
    }
    moves[axis.class] = sum / count;
  }
  return moves;
}

/** The key of the same means computed in the kernel, for stores of so many classes that their
 * angles stay there. @param {Loaded} a @param {Loaded} b @param {Uint32Array|null} mask */
export function movesKey(a, b, mask) {
  const text = mask ? bits.toBase64(mask, a.data.n).replaceAll("/", "_") : "all";
  return `moves/${a.pair.join("/")}/${b.pair.join("/")}/${text}`;
}

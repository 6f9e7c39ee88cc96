// Which class angles pruning or corruption moves most. No DOM.
import * as bits from "./bits.js";

/** @typedef {import("./parallel_data.js").PairData} PairData */

/** Mean |angle − angle′| in degrees per class of the store, over the samples of `mask` that have
 * both; null where the pairs hold other samples. Classes without a value get NaN.
 * @param {PairData} a @param {PairData} b @param {Uint32Array} mask @param {number} classes */
export function meanMoves(a, b, mask, classes) {
  if (a.n !== b.n || a.kept.length !== b.kept.length) return null;
  const width = a.kept.length;
  const sums = new Float64Array(width);
  const counts = new Uint32Array(width);
  bits.forEach(mask, (i) => {
    for (let k = 0, at = i * width; k < width; k++, at++) {
      const move = Math.abs(a.angles[at] - b.angles[at]);
      if (move < Infinity) {
        sums[k] += move;
        counts[k]++;
      }
    }
  });
  const moves = new Float64Array(classes).fill(Number.NaN);
  a.kept.forEach((c, k) => {
    moves[c] = sums[k] / counts[k];
  });
  return moves;
}

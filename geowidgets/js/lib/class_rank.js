// How much classes have to do with errors, so that views can show those first. No DOM.
import * as bits from "./bits.js";

/** @typedef {{labels: ArrayLike<number>, prediction: ArrayLike<number>, correct: Uint32Array}}
 *   Answers */

/** Per class, the wrong samples of `mask` that belong to it or are taken for it.
 * @param {Answers} data @param {Uint32Array} mask @param {number} classes */
export function confusions({ labels, prediction, correct }, mask, classes) {
  const counts = new Float64Array(classes);
  bits.forEach(bits.andNot(mask, correct), (i) => {
    counts[labels[i]]++;
    if (prediction[i] >= 0) counts[prediction[i]]++;
  });
  return counts;
}

/** Per true class, the samples of `mask` that are right in one of two pairs and wrong in the other.
 * @param {Answers} a @param {Answers} b @param {Uint32Array} mask @param {number} classes */
export function reactions(a, b, mask, classes) {
  const counts = new Float64Array(classes);
  const changed = bits.or(bits.andNot(a.correct, b.correct), bits.andNot(b.correct, a.correct));
  bits.forEach(bits.and(changed, mask), (i) => {
    counts[a.labels[i]]++;
  });
  return counts;
}

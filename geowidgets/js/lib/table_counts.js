// Correct predictions of every (model, benchmark) pair on a subset, from packed bits.

import { wasmCounter } from "./table_wasm.js";

/**
 * Correctness of one sample set: `words` holds `width` little-endian 32-bit words a pair, pairs in
 * the order (model, benchmark of the set); bit i of a pair is 1 where sample i was classified
 * correctly.
 * @typedef {{ words: Uint32Array, width: number, pairs: number }} Correct
 */

/**
 * Put packed bytes (`ceil(n / 8)` a pair, little bit order) onto word boundaries.
 * @param {Uint8Array} bytes
 * @param {number} pairs
 * @param {number} n samples in the set
 * @returns {Correct}
 */
export function packedWords(bytes, pairs, n) {
  const stride = Math.ceil(n / 8);
  if (bytes.length !== pairs * stride) {
    throw new RangeError(
      `correctness of ${pairs} pairs × ${n} samples has ${bytes.length} bytes, ` +
        `expected ${pairs * stride}`,
    );
  }
  const width = Math.ceil(n / 32);
  const target = new Uint8Array(pairs * width * 4);
  for (let pair = 0; pair < pairs; pair += 1) {
    target.set(bytes.subarray(pair * stride, (pair + 1) * stride), pair * width * 4);
  }
  return { words: new Uint32Array(target.buffer), width, pairs };
}

/**
 * Correct predictions of every pair among the samples of `mask`.
 * @param {Correct} correct
 * @param {Uint32Array} mask one bit a sample, `width` words
 * @param {Uint32Array} [out] one number a pair
 */
export function countCorrect({ words, width, pairs }, mask, out = new Uint32Array(pairs)) {
  if (mask.length !== width) {
    throw new RangeError(`a mask has ${mask.length} words, expected ${width}`);
  }
  // Signed views of the same bits: unsigned words above 2³¹ would not fit an engine's small integers.
  const right = new Int32Array(words.buffer, words.byteOffset, words.length);
  const wanted = new Int32Array(mask.buffer, mask.byteOffset, mask.length);
  const live = liveWords(wanted);
  const sparse = live.length < width / 2;
  for (let pair = 0; pair < pairs; pair += 1) {
    const start = pair * width;
    out[pair] = sparse ? sumSparse(right, start, wanted, live) : sumAll(right, start, wanted);
  }
  return out;
}

/**
 * `countCorrect` by the fastest means that the page allows. WebAssembly keeps a copy of the last
 * `correct`, so that a mask is all that crosses.
 * @returns {(correct: Correct, mask: Uint32Array, runs?: [number, number][]) => Uint32Array} `runs`
 *   of pairs that are wanted, all by default: what is said of others means nothing
 */
export function createCounter() {
  /** @type {Correct | null} */
  let known = null;
  /** @type {ReturnType<typeof wasmCounter>} */
  let fast = null;
  return (correct, mask, runs) => {
    if (mask.length !== correct.width) return countCorrect(correct, mask); // says what is wrong
    if (known !== correct) {
      known = correct;
      fast = wasmCounter(correct);
    }
    return fast ? fast(mask, new Uint32Array(correct.pairs), runs) : countCorrect(correct, mask);
  };
}

/** Positions of the words that are not empty; a small brush leaves few. @param {Int32Array} mask */
function liveWords(mask) {
  const live = new Int32Array(mask.length);
  let size = 0;
  for (let i = 0; i < mask.length; i += 1) if (mask[i] !== 0) live[size++] = i;
  return live.subarray(0, size);
}

// The count of bits is written out twice: a call in these loops costs a third of the time where an
// engine does not inline it.

/** @param {Int32Array} words @param {number} start @param {Int32Array} mask */
function sumAll(words, start, mask) {
  let sum = 0;
  for (let i = 0; i < mask.length; i += 1) {
    let v = words[start + i] & mask[i];
    v = (v - ((v >>> 1) & 0x55555555)) | 0;
    v = ((v & 0x33333333) + ((v >>> 2) & 0x33333333)) | 0;
    sum = (sum + (Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24)) | 0;
  }
  return sum;
}

/** @param {Int32Array} words @param {number} start @param {Int32Array} mask
 * @param {Int32Array} live */
function sumSparse(words, start, mask, live) {
  let sum = 0;
  for (let j = 0; j < live.length; j += 1) {
    const i = live[j];
    let v = words[start + i] & mask[i];
    v = (v - ((v >>> 1) & 0x55555555)) | 0;
    v = ((v & 0x33333333) + ((v >>> 2) & 0x33333333)) | 0;
    sum = (sum + (Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24)) | 0;
  }
  return sum;
}

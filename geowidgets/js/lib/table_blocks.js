// Bits of a few rows where those of all pairs are too many for the page: which ones, and counting.

import { createCounter } from "./table_counts.js";

/** @typedef {import("./columns_hub.js").Column} Column */

/** Bits of one set up to so many bytes come whole: 100 models × 20 benchmarks × 10,000 take 2.5 MB. */
export const WHOLE_BYTES = 32 * 2 ** 20;
/** Rows smaller than that come several at a time; models side by side in the store need not stand
 * side by side in the table. */
const BLOCK_BYTES = 128 * 2 ** 10;
/** Rows in view beyond so many bytes wait for the kernel's counts. */
const VIEW_BYTES = 32 * 2 ** 20;
/** Blocks whose bits stay where WebAssembly counts them, in bytes. */
const COUNTER_BYTES = 48 * 2 ** 20;

/** Words of 32 bits of one pair. @param {number} n samples */
const width = (n) => Math.ceil(n / 32);

/** Models of one block. @param {number} benchmarks of the set @param {number} n */
export const blockModels = (benchmarks, n) =>
  Math.max(1, Math.floor(BLOCK_BYTES / (benchmarks * width(n) * 4)));

/**
 * Keys of the blocks that hold some models, in the order asked for.
 * @param {string} name sample set
 * @param {Iterable<number>} wanted positions of models
 * @param {{ models: number, benchmarks: number, n: number }} sizes
 * @returns {{ key: string, first: number }[]}
 */
export function blocksOf(name, wanted, { models, benchmarks, n }) {
  const each = blockModels(benchmarks, n);
  const most = Math.floor(VIEW_BYTES / (each * benchmarks * width(n) * 4));
  const places = new Set([...wanted].map((model) => Math.floor(model / each)));
  return [...places].slice(0, most).map((place) => {
    const first = place * each;
    const last = Math.min(models, first + each) - 1;
    return { key: `correct/${name}/${first}-${last}`, first };
  });
}

/**
 * @returns {(n: number, mask: Uint32Array, bits: Column, runs?: [number, number][]) => Uint32Array}
 *   correct predictions of each pair of a block, or of those in `runs`
 */
export function createBlockCounter() {
  /** The counters used last; each holds its block's bits once more.
   * @type {Map<Column, (mask: Uint32Array, runs?: [number, number][]) => Uint32Array>} */
  const counters = new Map();
  let bytes = 0;

  /** @param {number} n @param {Column} bits */
  function make(n, bits) {
    const words = new Uint32Array(bits.buffer, bits.byteOffset, bits.byteLength / 4);
    const correct = { words, width: width(n), pairs: words.length / width(n) };
    const count = createCounter();
    bytes += bits.byteLength;
    return (/** @type {Uint32Array} */ mask, /** @type {[number, number][] | undefined} */ runs) =>
      count(correct, mask, runs);
  }

  return (n, mask, bits, runs) => {
    const counter = counters.get(bits) ?? make(n, bits);
    counters.delete(bits);
    counters.set(bits, counter);
    for (const old of counters.keys()) {
      if (bytes <= COUNTER_BYTES || old === bits) break;
      counters.delete(old);
      bytes -= old.byteLength;
    }
    return counter(mask, runs);
  };
}

/**
 * Runs of neighbours among some benchmarks.
 * @param {number[]} positions of benchmarks within the set
 * @returns {[number, number][]} first and last, the last one excluded
 */
export function runsOf(positions) {
  /** @type {[number, number][]} */
  const runs = [];
  for (const position of [...new Set(positions)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.[1] === position) last[1] = position + 1;
    else runs.push([position, position + 1]);
  }
  return runs;
}

// Correct predictions on a subset where the bits of all pairs are too many for the page: those of the
// rows in view come block by block and are counted here; all others' counts come from the kernel.

import { createCounter } from "./table_counts.js";

/** @typedef {import("./columns_hub.js").Column} Column */
/** @typedef {(key: string) => Column | null | undefined} Read */

/** Bits of one set up to so many bytes come whole: 100 models × 20 benchmarks × 10,000 take 2.5 MB. */
export const WHOLE_BYTES = 32 * 2 ** 20;
/** A block of rows has about so many bytes, and at least one model. */
const BLOCK_BYTES = 2 * 2 ** 20;
/** Rows in view beyond so many bytes wait for the kernel's counts. */
const VIEW_BYTES = 64 * 2 ** 20;

/** Words of 32 bits of one pair. @param {number} n samples */
const width = (n) => Math.ceil(n / 32);

/** Models of one block. @param {number} benchmarks of the set @param {number} n */
export const blockModels = (benchmarks, n) =>
  Math.max(1, Math.floor(BLOCK_BYTES / (benchmarks * width(n) * 4)));

/**
 * Keys of the blocks that hold some models, in the order of the store.
 * @param {string} name sample set
 * @param {Iterable<number>} wanted positions of models
 * @param {{ models: number, benchmarks: number, n: number }} sizes
 * @returns {{ key: string, first: number }[]}
 */
export function blocksOf(name, wanted, { models, benchmarks, n }) {
  const each = blockModels(benchmarks, n);
  const most = Math.floor(VIEW_BYTES / (each * benchmarks * width(n) * 4));
  const places = [...new Set([...wanted].map((model) => Math.floor(model / each)))];
  return places
    .sort((a, b) => a - b)
    .slice(0, most)
    .map((place) => {
      const first = place * each;
      const last = Math.min(models, first + each) - 1;
      return { key: `correct/${name}/${first}-${last}`, first };
    });
}

/**
 * @returns {(sizes: { benchmarks: number, n: number, pairs: number }, mask: Uint32Array,
 *   blocks: { first: number, bits: Column }[]) => Float64Array} counts of every pair, NaN where no
 *   block holds it
 */
export function createBlockCounter() {
  /** One counter a block, gone with its bits when the page's cache drops them.
   * @type {WeakMap<Column, (mask: Uint32Array) => Uint32Array>} */
  const counters = new WeakMap();

  /** @param {Column} bits @param {number} n */
  function counterOf(bits, n) {
    let found = counters.get(bits);
    if (!found) {
      const words = new Uint32Array(bits.buffer, bits.byteOffset, bits.byteLength / 4);
      const correct = { words, width: width(n), pairs: words.length / width(n) };
      const count = createCounter();
      found = (mask) => count(correct, mask);
      counters.set(bits, found);
    }
    return found;
  }

  return ({ benchmarks, n, pairs }, mask, blocks) => {
    const out = new Float64Array(pairs).fill(Number.NaN);
    for (const { first, bits } of blocks) {
      out.set(counterOf(bits, n)(mask), first * benchmarks);
    }
    return out;
  };
}

// Counts on a subset where the bits of all pairs are too many for the page: rows in view are counted
// here, from bits that come row by row; the others come from the kernel, piece by piece.

import { blocksOf, createBlockCounter, runsOf } from "./table_blocks.js";

/**
 * @typedef {import("./columns_hub.js").Column} Column
 * @typedef {{ models: number, benchmarks: number, n: number }} Sizes
 * @typedef {{ counts: Float64Array, known: Uint8Array, rows: number }} Found `counts`: one a pair,
 *   NaN where not counted yet; `known`: 1 for each model that is; `rows`: how many are
 * @typedef {Found & { key: string, store: unknown, partly: Map<number, string> }} Work
 *   `partly`: models of which some columns are counted, and which ones last
 */

/** A piece of the kernel's counts takes about so many bytes of bits: some 10 ms of its time. */
const PIECE_BYTES = 16 * 2 ** 20;

/**
 * @param {(key: string) => Column | null | undefined} want asks for a column that is not here
 * @param {(key: string) => Column | null | undefined} peek does not
 */
export function createLargeCounts(want, peek) {
  const countBlocks = createBlockCounter();
  /** The present mask's counts, by sample set. @type {Map<string, Work>} */
  const present = new Map();

  /** @param {string} name @param {Sizes} sizes @param {string} key of the mask
   * @param {unknown} store its table of contents, another one when it has grown */
  function workOf(name, { models, benchmarks }, key, store) {
    const old = present.get(name);
    if (old?.key === key && old.store === store) return old;
    const again = old && old.store === store;
    const counts = again ? emptied(old) : new Float64Array(models * benchmarks).fill(Number.NaN);
    const work = { key, store, counts, known: new Uint8Array(models), rows: 0, partly: new Map() };
    present.set(name, work);
    return work;
  }

  /** @param {Work} work @param {number} first @param {ArrayLike<number>} counts @param {number} width */
  function take(work, first, counts, width) {
    work.counts.set(counts, first * width);
    for (let row = first; row < first + counts.length / width; row += 1) {
      work.rows += 1 - work.known[row];
      work.known[row] = 1;
    }
  }

  /** The columns in view of a block's models alone: all of them would be twice the bits and more.
   * @param {Work} work @param {{ n: number, benchmarks: number, mask: Uint32Array, bits: Column,
   *   first: number, runs: [number, number][] }} block */
  function takePart(work, { n, benchmarks, mask, bits, first, runs }) {
    const models = bits.byteLength / (4 * Math.ceil(n / 32) * benchmarks);
    const every = Array.from({ length: models }, (_, k) =>
      runs.map(
        ([from, to]) =>
          /** @type {[number, number]} */ ([k * benchmarks + from, k * benchmarks + to]),
      ),
    ).flat();
    const counts = countBlocks(n, mask, bits, every);
    for (const [from, to] of every) {
      work.counts.set(counts.subarray(from, to), first * benchmarks + from);
    }
    const which = runs.join();
    for (let model = first; model < first + models; model += 1) work.partly.set(model, which);
  }

  /**
   * @param {string} name sample set
   * @param {Sizes} sizes
   * @param {Uint32Array} mask
   * @param {string} maskKey the mask as a part of a key
   * @param {unknown} store its table of contents
   * @param {Iterable<number>} near models of the rows in view, and around it where there is time
   * @param {boolean} transient a drag is under way: the kernel is asked for no counts
   * @param {number[] | null} [columns] positions of the benchmarks in view, which are all that is
   *   counted during a drag; null: all
   * @returns {Found} its counts hold until the next call
   */
  return (name, sizes, mask, maskKey, store, near, transient, columns = null) => {
    const { models, benchmarks, n } = sizes;
    const work = workOf(name, sizes, maskKey, store);
    const runs = transient && columns ? runsOf(columns) : null;
    const which = runs?.join();
    // At rest also the bits of rows that are counted: the next drag finds them here.
    const wanted = transient ? [...near].filter((model) => !work.known[model]) : near;
    for (const { key, first } of blocksOf(name, wanted, sizes)) {
      const bits = want(key);
      if (!bits || work.known[first]) continue;
      if (!runs) take(work, first, countBlocks(n, mask, bits), benchmarks);
      else if (work.partly.get(first) !== which) {
        takePart(work, { n, benchmarks, mask, bits, first, runs });
      }
    }
    // One piece after the other: a newer mask then finds a kernel that is nearly free.
    for (const { key, first, last } of pieces(sizes)) {
      if (work.rows === models) break;
      if (work.known.subarray(first, last + 1).every(Boolean)) continue;
      const whole = `counts/${maskKey}/${name}/${key}`;
      const counts = transient ? peek(whole) : want(whole);
      if (!counts) break; // a key holds the mask: looking for all pieces at every move takes long
      take(work, first, counts, benchmarks);
    }
    return work;
  };
}

/** The counts of an older mask made ready for another one: a drag fills the rows in view alone, and
 * an array of all pairs at every move would cost more than the counting. @param {Work} work */
function emptied({ counts, known, partly }) {
  const width = counts.length / known.length;
  for (let row = 0; row < known.length; row += 1) {
    if (known[row] || partly.has(row)) counts.fill(Number.NaN, row * width, (row + 1) * width);
  }
  return counts;
}

/** @param {Sizes} sizes */
function pieces({ models, benchmarks, n }) {
  const each = Math.max(1, Math.floor(PIECE_BYTES / ((benchmarks * n) / 8)));
  return Array.from({ length: Math.ceil(models / each) }, (_, k) => {
    const [first, last] = [k * each, Math.min(models, (k + 1) * each) - 1];
    return { key: `${first}-${last}`, first, last };
  });
}

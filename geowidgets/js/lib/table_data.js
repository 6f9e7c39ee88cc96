// The numbers behind the table: asked for when they are first needed, recounted when a mask changes.

import * as bits from "./bits.js";
import { countCorrect, packedWords } from "./table_counts.js";

/**
 * @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub
 * @typedef {import("./selection_hub.js").SelectionHub} SelectionHub
 * @typedef {import("./table_cells.js").SetNumbers} SetNumbers
 * @typedef {{ sets: Map<string, SetNumbers>, filtered: boolean, loading: boolean, error: string
 *   }} TableData `filtered`: some clause on samples or classes holds
 */

/**
 * @param {ColumnsHub} columns
 * @param {SelectionHub} selection
 * @param {() => void} arrived called when something that was missing has come, or failed
 * @returns {() => TableData} reads the present numbers; cheap when nothing changed
 */
export function createTableData(columns, selection, arrived) {
  /** @type {Map<string, string>} key → why it could not be had */
  const failed = new Map();
  /** @type {Set<string>} */
  const asked = new Set();
  const local = remembering(localAccuracy);
  const packed = remembering(packedWords);
  const classes = remembering(bits.fromClasses);
  const both = remembering(bits.and);
  const counted = remembering(countCorrect);

  /** @param {string} key */
  function want(key) {
    const known = columns.peek(key);
    if (known) {
      asked.delete(key);
      failed.delete(key);
    } else if (!asked.has(key)) {
      asked.add(key);
      columns.get(key).then(
        () => arrived(),
        (error) => {
          failed.set(key, error.message);
          arrived();
        },
      );
    }
    return known;
  }

  /** The subset of one set, or null; undefined while its labels are on their way.
   * @param {string} name @param {number[] | null} wanted */
  function subset(name, wanted) {
    const mask = selection.mask(name);
    if (wanted === null) return mask;
    const labels = want(`labels/${name}`);
    if (!labels) return undefined;
    const chosen = classes(name, labels, wanted);
    return mask ? both(name, chosen, mask) : chosen;
  }

  return () => {
    const directory = columns.directory();
    const state = selection.state();
    const filtered = state.classes !== null || state.clauses.length > 0;
    let loading = false;
    const sets = directory.sets.map(({ name, n }) => {
      const own = directory.benchmarks.flatMap(({ set }, index) => (set === name ? [index] : []));
      const pairs = own.length * directory.models.length;
      const all = pairs ? want(`accuracy/${name}`) : new Float32Array();
      const accuracy = all
        ? local(name, all, own, directory.benchmarks.length, directory.models.length)
        : new Float32Array(pairs).fill(Number.NaN);
      const mask = filtered && pairs ? subset(name, state.classes) : null;
      const correct = mask ? want(`correct/${name}`) : undefined;
      loading ||= !all || mask === undefined || (mask !== null && !correct);
      const counts =
        mask && correct
          ? counted(name, packed(name, /** @type {Uint8Array} */ (correct), pairs, n), mask)
          : null;
      /** @type {SetNumbers} */
      const numbers = {
        n,
        accuracy,
        benchmarks: own,
        counts,
        subset: counts && mask ? bits.count(mask) : null,
      };
      return /** @type {[string, SetNumbers]} */ ([name, numbers]);
    });
    const error = [...failed].map(([key, why]) => `${key}: ${why}`).join("; ");
    return { sets: new Map(sets), filtered, loading: loading && !error, error };
  };
}

/**
 * A set's own columns of `accuracy/<set>`, which may hold one for every benchmark of the store.
 * @param {ArrayLike<number>} all
 * @param {number[]} own
 * @param {number} benchmarks
 * @param {number} models
 */
function localAccuracy(all, own, benchmarks, models) {
  const out = new Float32Array(models * own.length);
  if (all.length === out.length) return Float32Array.from(all);
  for (let model = 0; model < models; model += 1) {
    for (let k = 0; k < own.length; k += 1) {
      out[model * own.length + k] = all[model * benchmarks + own[k]] ?? Number.NaN;
    }
  }
  return out;
}

/**
 * `compute` with its last result kept per name, for as long as the arguments stay the same; arrays
 * of numbers count as the same when their contents are.
 * @template {any[]} A
 * @template R
 * @param {(...args: A) => R} compute
 * @returns {(name: string, ...args: A) => R}
 */
function remembering(compute) {
  /** @type {Map<string, { args: A, result: R }>} */
  const kept = new Map();
  return (name, ...args) => {
    const last = kept.get(name);
    if (last?.args.every((value, i) => sameValue(value, args[i]))) return last.result;
    const result = compute(...args);
    kept.set(name, { args, result });
    return result;
  };
}

/** @param {unknown} a @param {unknown} b */
function sameValue(a, b) {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((value, i) => value === b[i]);
}

// The numbers behind the table: asked for when they are first needed, recounted when a mask changes.

import * as bits from "./bits.js";
import { WHOLE_BYTES } from "./table_blocks.js";
import { createCounter, packedWords } from "./table_counts.js";
import { createLargeCounts } from "./table_large.js";
import { measureOf } from "./table_measures.js";
import { FIELDS, maskedMoments } from "./table_moments.js";
import { remembering } from "./table_remembering.js";

/**
 * @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub
 * @typedef {import("./selection_hub.js").SelectionHub} SelectionHub
 * @typedef {import("./table_cells.js").SetNumbers} SetNumbers
 * @typedef {import("./table_measures.js").GivenTable} GivenTable
 * @typedef {{ sets: Map<string, SetNumbers>, measure: import("./table_measures.js").Measure,
 *   filtered: boolean, loading: boolean, waiting: boolean, counted: [number, number] | null,
 *   error: string }} TableData
 *   `filtered`: some clause on samples or classes holds; `waiting`: numbers on the subset are on
 *   their way; `counted`: of a set so large that only rows in view are counted during a drag, how
 *   many models are counted by now, of how many
 * @typedef {{ metric: string, table: GivenTable | null, potential: boolean,
 *   baseline: string | null }} Wanted
 */

/** Samples of a metric are summed here up to so many bytes; above, the kernel sums them. */
const HERE_BYTES = 16 * 2 ** 20;

/**
 * @param {ColumnsHub} columns
 * @param {SelectionHub} selection
 * @param {() => Wanted} wanted what the table shows
 * @param {() => void} arrived called when something that was missing has come, or failed
 * @param {(transient: boolean) => Iterable<number>} [inView] models of the rows in view, at rest of
 *   those around it, too; all by default
 * @param {() => number[] | null} [across] benchmarks of the columns in view; null, the default: all
 * @returns {(transient?: boolean) => TableData} reads the present numbers; cheap when nothing
 *   changed; `transient` while a drag is under way: asks the kernel for no sums
 */
export function createTableData(columns, selection, wanted, arrived, inView, across) {
  /** @type {Map<string, string>} key → why it could not be had */
  const failed = new Map();
  /** @type {Set<string>} */
  const asked = new Set();
  const local = remembering(localAccuracy);
  const packed = remembering(packedWords);
  const classes = remembering(bits.fromClasses);
  const both = remembering(bits.and);
  const counted = remembering(createCounter());
  const countLarge = createLargeCounts(want, (key) => columns.peek(key));
  const masked = remembering(maskedMoments);
  const given = remembering(givenMoments);
  /** Keys that the present picture needs; others' errors no longer matter. @type {Set<string>} */
  let needed = new Set();

  /** @param {string} key */
  function want(key) {
    needed.add(key);
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
   * @param {string} name @param {number[] | null} chosen */
  function subset(name, chosen) {
    const mask = selection.mask(name);
    if (chosen === null) return mask;
    const labels = want(`labels/${name}`);
    if (!labels) return undefined;
    const own = classes(name, labels, chosen);
    return mask ? both(name, own, mask) : own;
  }

  /** Whether a set's bits are too many for the page. @param {string} name
   * @param {{ models: number, benchmarks: number, n: number }} sizes */
  const isLarge = (name, { models, benchmarks, n }) =>
    models * benchmarks * bits.byteCount(n) > WHOLE_BYTES && !columns.peek(`correct/${name}`);

  /** Models counted of large sets. @type {[number, number] | null} */
  let large = null;

  /** Correct predictions on a mask, NaN where they are on their way; of a large set those in view
   * from their bits, all others from the kernel once a drag has come to rest.
   * @param {string} name @param {{ models: number, benchmarks: number, n: number }} sizes
   * @param {number[]} own benchmarks of the set @param {Uint32Array} mask
   * @param {boolean} transient */
  function countsOf(name, { models, benchmarks, n }, own, mask, transient) {
    const pairs = models * benchmarks;
    if (!isLarge(name, { models, benchmarks, n })) {
      const whole = want(`correct/${name}`);
      if (!whole) return null;
      return counted(name, packed(name, /** @type {Uint8Array} */ (whole), pairs, n), mask);
    }
    const key = maskKey(mask, n);
    const near = inView ? inView(transient) : Array.from({ length: models }, (_, model) => model);
    const sizes = { models, benchmarks, n };
    const places = across?.()
      ?.map((one) => own.indexOf(one))
      .filter((place) => place >= 0);
    const store = columns.directory();
    const found = countLarge(name, sizes, mask, key, store, near, transient, places);
    large = [(large?.[0] ?? 0) + found.rows, (large?.[1] ?? 0) + models];
    return found.counts;
  }

  /** Sums of a metric on a mask: here, or by the kernel once a drag has come to rest.
   * @param {string} metric @param {string} name @param {number} n @param {number} pairs
   * @param {Uint32Array} mask @param {boolean} transient */
  function part(metric, name, n, pairs, mask, transient) {
    if (metric !== "ece" && pairs * n * 4 <= HERE_BYTES) {
      const values = want(`samples/${metric}/${name}`);
      return values ? masked(`${metric}/${name}`, /** @type {any} */ (values), n, mask) : null;
    }
    const key = `moments/${metric}/${maskKey(mask, n)}/${name}`;
    if (transient) return columns.peek(key) ?? null;
    return want(key) ?? null;
  }

  return (transient = false) => {
    needed = new Set();
    const directory = columns.directory();
    const state = selection.state();
    const { metric, table, potential, baseline } = wanted();
    const measure = measureOf(metric, table);
    const counting = measure.name === "accuracy" || potential || baseline !== null;
    const filtered = state.classes !== null || state.clauses.length > 0;
    let [loading, waiting] = [false, false];
    large = null;
    const sets = directory.sets.map(({ name, n }) => {
      const own = directory.benchmarks.flatMap(({ set }, index) => (set === name ? [index] : []));
      const models = directory.models.length;
      const pairs = own.length * models;
      const all = pairs ? want(`accuracy/${name}`) : new Float32Array();
      const accuracy = all
        ? local(name, all, own, directory.benchmarks.length, models)
        : new Float32Array(pairs).fill(Number.NaN);
      const mask = filtered && pairs ? subset(name, state.classes) : null;
      const sizes = { models, benchmarks: own.length, n };
      const counts = mask && counting ? countsOf(name, sizes, own, mask, transient) : null;
      loading ||= !all || mask === undefined || (mask !== null && counting && !counts);
      const known = mask && (counts || !counting) ? bits.count(mask) : null;
      /** @type {SetNumbers} */
      const numbers = { n, accuracy, benchmarks: own, counts, subset: known, mask: mask ?? null };
      if (measure.name === "table" && table) {
        const places = own.map((index) => directory.benchmarks[index].name);
        const names = directory.models.map((model) => model.name);
        numbers.whole = given(name, table, names, places);
        numbers.fixed = true;
      } else if (measure.name !== "accuracy" && pairs) {
        const whole = want(`moments/${metric}/all/${name}`);
        numbers.whole = whole ?? new Float64Array(pairs * FIELDS).fill(Number.NaN);
        loading ||= !whole;
        numbers.part = mask && whole ? part(metric, name, n, pairs, mask, transient) : null;
        waiting ||= Boolean(mask) && !numbers.part;
      }
      return /** @type {[string, SetNumbers]} */ ([name, numbers]);
    });
    const error = [...failed].flatMap(([key, why]) => (needed.has(key) ? [brief(key, why)] : []));
    const trouble = error.length > 0;
    const counted = /** @type {[number, number] | null} */ (large);
    if (counted && counted[0] < counted[1]) waiting = true;
    return {
      sets: new Map(sets),
      measure,
      filtered,
      loading: loading && !trouble,
      waiting: waiting && !trouble,
      counted,
      error: error.join("; "),
    };
  };
}

/** A mask as a part of a key. @param {Uint32Array} mask @param {number} n */
const maskKey = (mask, n) => bits.toBase64(mask, n).replaceAll("/", "_");

/** A key may hold a whole mask; its words need not. @param {string} key @param {string} why */
function brief(key, why) {
  const [head, metric, mask] = key.split("/");
  if (head === "samples") return `mean ${metric} on the selected samples needs Python`;
  if (head === "counts") {
    return `accuracy of the rows out of view needs Python: ${why.replace(`${key}: `, "")}`;
  }
  if (head !== "moments") return `${key}: ${why.replace(`${key}: `, "")}`;
  const where =
    mask === "all" ? "" : " on the selected samples, which is too much for the browser,";
  return `mean ${metric}${where} needs Python: ${why.replace(`${key}: `, "")}`;
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
 * The user's table in the order of the store; what it does not name is missing.
 * @param {GivenTable} table
 * @param {string[]} models
 * @param {string[]} benchmarks
 */
export function givenMoments({ values, ...table }, models, benchmarks) {
  const rows = new Map(table.models.map((name, place) => [name, place]));
  const columns = new Map(table.benchmarks.map((name, place) => [name, place]));
  const out = new Float64Array(models.length * benchmarks.length * FIELDS).fill(Number.NaN);
  models.forEach((model, m) => {
    benchmarks.forEach((benchmark, b) => {
      const [row, column] = [rows.get(model), columns.get(benchmark)];
      if (row === undefined || column === undefined) return;
      const at = 4 * (row * table.benchmarks.length + column);
      out[(m * benchmarks.length + b) * FIELDS + 1] = values.getFloat32(at, true);
    });
  });
  return out;
}

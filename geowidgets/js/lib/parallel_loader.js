// Brings the columns of the reference and of the compared pair together, and says how far it is.
import { createPairData } from "./parallel_data.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {[number, number]} Pair */
/** @typedef {{pair: Pair, set: string, data: import("./parallel_data.js").PairData}} Loaded */
/** @typedef {{reference: Loaded|null, compared: Loaded|null,
 *   waiting: {arrived: number, of: number, first: Pair}|null, error: string}} Progress */

const VARIABLES = /** @type {const} */ ([
  "prediction",
  "angles",
  "length",
  "margin",
  "probability",
]);

/** @param {ColumnsHub} columns @param {() => number[]} kept classes whose angles the store keeps
 * @param {(progress: Progress) => void} changed */
export function createLoader(columns, kept, changed) {
  /** @type {Progress} */
  let progress = { reference: null, compared: null, waiting: null, error: "" };
  let request = 0;

  /** @param {Partial<Progress>} update */
  function tell(update) {
    progress = { ...progress, ...update };
    changed(progress);
  }

  /** @param {Pair} pair */
  function keysOf(pair) {
    const { set } = columns.directory().benchmarks[pair[1]];
    return [`labels/${set}`, ...VARIABLES.map((name) => `${name}/${pair.join("/")}`)];
  }

  /** The pair's data out of its columns, or the data there is of the same pair.
   * @param {Pair} pair @param {any[]} values @returns {Loaded} */
  function assemble(pair, [labels, prediction, angles, length, margin, probability]) {
    const known = [progress.reference, progress.compared].find(
      (one) => one?.pair.join() === pair.join() && one.data.angles === angles,
    );
    if (known) return known;
    const { set } = columns.directory().benchmarks[pair[1]];
    const values = { labels, prediction, angles, length, margin, probability };
    return { pair, set, data: createPairData(values, kept()) };
  }

  /** @param {Pair[]} pairs @param {any[][]} values */
  function finish(pairs, values) {
    const [reference, compared] = pairs.map((pair, k) => assemble(pair, values[k]));
    tell({ reference, compared: compared ?? null, waiting: null, error: "" });
  }

  /** @param {number} mine @param {unknown} error */
  function fail(mine, error) {
    if (mine !== request) return;
    tell({ waiting: null, error: error instanceof Error ? error.message : String(error) });
  }

  /** Load; the picture before stays until the new one is there.
   * @param {Pair} reference @param {Pair|null} compared */
  async function load(reference, compared) {
    const mine = ++request;
    const pairs = compared ? [reference, compared] : [reference];
    const keys = pairs.map(keysOf);
    const there = keys.map((list) => list.map((key) => columns.peek(key)));
    try {
      if (there.flat().every((column) => column !== undefined)) {
        finish(pairs, there);
        return;
      }
      let arrived = 0;
      const of = keys.flat().length;
      tell({ waiting: { arrived, of, first: reference }, error: "" });
      const get = async (/** @type {string} */ key) => {
        const column = await columns.get(key);
        arrived++;
        if (mine === request) tell({ waiting: { arrived, of, first: reference } });
        return column;
      };
      const values = await Promise.all(keys.map((list) => Promise.all(list.map(get))));
      if (mine === request) finish(pairs, values);
    } catch (error) {
      fail(mine, error);
    }
  }

  return { load, progress: () => progress };
}

// Brings the columns of the reference and of the compared pair together, and says how far it is.
// Class angles come one class at a time: of 1,000 classes a picture shows twelve.
import { createPairData } from "./parallel_data.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./columns_hub.js").Column} Column */
/** @typedef {[number, number]} Pair */
/** @typedef {{pair: Pair, set: string, data: import("./parallel_data.js").PairData}} Loaded */
/** @typedef {{reference: Loaded|null, compared: Loaded|null,
 *   waiting: {arrived: number, of: number, first: Pair}|null, error: string}} Progress */
/** @typedef {{classes: number[], ranking: string|null}} Needs `ranking` the key of a column by
 *   which the classes are ordered */

const VARIABLES = /** @type {const} */ (["prediction", "length", "margin", "probability"]);
const OF_ANGLES = /** @type {const} */ (["angle", "nearest", "extent"]);

/** @param {ColumnsHub} columns
 * @param {{kept: () => number[], needs: (reference: Loaded, compared: Loaded|null) => Needs,
 *   changed: (progress: Progress) => void}} options `kept` classes whose angles the store keeps;
 *   `needs` what the picture of such pairs needs, asked again once the ranking is there */
export function createLoader(columns, { kept, needs, changed }) {
  /** @type {Progress} */
  let progress = { reference: null, compared: null, waiting: null, error: "" };
  let request = 0;

  /** @param {Partial<Progress>} update */
  function tell(update) {
    progress = { ...progress, ...update };
    changed(progress);
  }

  /** @param {Pair} pair */
  const setOf = (pair) => columns.directory().benchmarks[pair[1]].set;

  /** @param {Pair} pair */
  function keysOf(pair) {
    const names = [...VARIABLES, ...(kept().length ? OF_ANGLES : [])];
    return [`labels/${setOf(pair)}`, ...names.map((name) => `${name}/${pair.join("/")}`)];
  }

  /** The pair's data out of its columns, or the data there is of the same pair.
   * @param {Pair} pair @param {any[]} values @returns {Loaded} */
  function assemble(pair, [labels, prediction, length, margin, probability, ...ofAngles]) {
    const known = [progress.reference, progress.compared].find(
      (one) => one?.pair.join() === pair.join() && one.data.probability === probability,
    );
    if (known) return known;
    const [angle, nearest, extent] = ofAngles;
    const values = { labels, prediction, length, margin, probability, angle, nearest, extent };
    return { pair, set: setOf(pair), data: createPairData(values, kept()) };
  }

  /** @param {number} mine @param {unknown} error */
  function fail(mine, error) {
    if (mine !== request) return;
    tell({ waiting: null, error: error instanceof Error ? error.message : String(error) });
  }

  /** Goes on with the columns: at once where all are here, else when they have arrived.
   * @param {number} mine @param {Pair} first @param {string[]} keys
   * @param {(values: Column[]) => void} next */
  function collect(mine, first, keys, next) {
    const there = keys.map((key) => columns.peek(key));
    if (there.every((column) => column !== undefined)) {
      next(/** @type {Column[]} */ (there));
      return;
    }
    let arrived = 0;
    const of = keys.length;
    tell({ waiting: { arrived, of, first }, error: "" });
    const get = async (/** @type {string} */ key) => {
      const column = await columns.get(key);
      arrived++;
      if (mine === request) tell({ waiting: { arrived, of, first } });
      return column;
    };
    Promise.all(keys.map(get))
      .then((values) => mine === request && next(values))
      .catch((error) => fail(mine, error));
  }

  /** Load; the picture before stays until the new one is there.
   * @param {Pair} reference @param {Pair|null} compared */
  function load(reference, compared) {
    const mine = ++request;
    const pairs = compared ? [reference, compared] : [reference];
    const keys = pairs.map(keysOf);
    const get = collect.bind(null, mine, reference);
    try {
      get(keys.flat(), (values) => {
        const a = assemble(reference, values.slice(0, keys[0].length));
        const b = compared ? assemble(compared, values.slice(keys[0].length)) : null;
        const { ranking } = needs(a, b);
        get(ranking ? [ranking] : [], () => {
          const wanted = (b ? [a, b] : [a]).flatMap((one) => {
            const { classes } = needs(a, b);
            return one.data.missing(classes).map((c) => ({ one, c }));
          });
          const angles = wanted.map(({ one, c }) => `angles/${one.pair.join("/")}/${c}`);
          get(angles, (found) => {
            wanted.forEach(({ one, c }, k) => {
              one.data.put(c, /** @type {Float32Array} */ (found[k]));
            });
            for (const one of b ? [a, b] : [a]) one.data.trim(needs(a, b).classes);
            tell({ reference: a, compared: b, waiting: null, error: "" });
          });
        });
      });
    } catch (error) {
      fail(mine, error);
    }
  }

  /** Whether the picture of the pairs that are here needs columns that are not. */
  function lacks() {
    const { reference, compared } = progress;
    if (!reference) return false;
    const { classes, ranking } = needs(reference, compared);
    const both = compared ? [reference, compared] : [reference];
    if (ranking && !columns.peek(ranking)) return true;
    return both.some((one) => one.data.missing(classes).length > 0);
  }

  return { load, lacks, progress: () => progress };
}

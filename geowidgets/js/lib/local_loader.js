// Brings the columns of one pair, or of two to compare, together; says how far it is.
import { reactionMasks } from "./local_reactions.js";
import { groupByClass } from "./scatter_data.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./scatter_data.js").ScatterData} ScatterData */
/** @typedef {[number, number]} Pair */
/** @typedef {{pair: Pair, data: ScatterData, values: Record<string, Float32Array>}} One */
/** @typedef {One & {set: string, other: One|null,
 *   masks: import("./local_reactions.js").ReactionMasks|null}} Loaded */
/** @typedef {{loaded: Loaded|null, waiting: {pair: Pair, arrived: number, of: number}|null,
 *   error: string}} Progress */
/** @typedef {{pair: Pair, compared: Pair|null, metrics: string[]}} Wanted */

/** @param {ColumnsHub} columns @param {{x: string, y: string}} axes
 * @param {(progress: Progress) => void} changed */
export function createLoader(columns, axes, changed) {
  /** @type {Progress} */
  let progress = { loaded: null, waiting: null, error: "" };
  let request = 0;

  /** @param {Partial<Progress>} update */
  function tell(update) {
    progress = { ...progress, ...update };
    changed(progress);
  }

  /** @param {Pair} pair @param {ArrayLike<number>} labels @param {Map<string, any>} got
   * @param {string[]} metrics @returns {One} */
  function one(pair, labels, got, metrics) {
    const of = pair.join("/");
    const values = Object.fromEntries(metrics.map((name) => [name, got.get(`${name}/${of}`)]));
    const [x, y] = [values[axes.x], values[axes.y]];
    const classes = columns.directory().classes.length;
    const prediction = got.get(`prediction/${of}`);
    return { pair, values, data: groupByClass({ labels, prediction, x, y, classes }) };
  }

  /** @param {Wanted} wanted @param {string} set @param {Map<string, any>} got */
  function assemble({ pair, compared, metrics }, set, got) {
    const labels = got.get(`labels/${set}`);
    const first = one(pair, labels, got, metrics);
    const other = compared ? one(compared, labels, got, metrics) : null;
    const { n, correct } = first.data;
    const masks = other ? reactionMasks(correct, other.data.correct, n) : null;
    tell({ loaded: { ...first, set, other, masks }, waiting: null, error: "" });
  }

  /** Load what is wanted; the picture before it stays until the new one is there.
   * @param {Wanted} wanted */
  async function load(wanted) {
    const mine = ++request;
    const { pair, compared, metrics } = wanted;
    const { set } = columns.directory().benchmarks[pair[1]];
    const pairs = compared ? [pair, compared] : [pair];
    const keys = pairs.flatMap((one) =>
      ["prediction", ...metrics].map((name) => `${name}/${one.join("/")}`),
    );
    keys.push(`labels/${set}`);
    /** @type {Map<string, any>} */
    const got = new Map(keys.map((key) => [key, columns.peek(key)]));
    if ([...got.values()].every((column) => column !== undefined)) {
      assemble(wanted, set, got);
      return;
    }
    let arrived = 0;
    tell({ waiting: { pair, arrived, of: keys.length }, error: "" });
    try {
      await Promise.all(
        keys.map(async (key) => {
          got.set(key, await columns.get(key));
          arrived++;
          if (mine === request) tell({ waiting: { pair, arrived, of: keys.length } });
        }),
      );
      if (mine === request) assemble(wanted, set, got);
    } catch (error) {
      if (mine !== request) return;
      const words = error instanceof Error ? error.message : String(error);
      tell({ waiting: null, error: words });
    }
  }

  return { load, progress: () => progress };
}

/** A column by the name that clauses use: a metric, or `delta/<metric>`, compared minus reference.
 * @param {Loaded} loaded @param {string} name @returns {Float32Array|undefined} */
export function columnOf({ values, other }, name) {
  if (!name.startsWith("delta/")) return values[name];
  const metric = name.slice("delta/".length);
  const [before, after] = [values[metric], other?.values[metric]];
  return before && after?.map((value, i) => value - before[i]);
}

// Brings one pair's columns together for the scatter, and says how far it is.
import { groupByClass } from "./scatter_data.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./scatter_data.js").ScatterData} ScatterData */
/** @typedef {[number, number]} Pair */
/** @typedef {{pair: Pair, set: string, data: ScatterData}} Loaded */
/** @typedef {{loaded: Loaded|null, waiting: {pair: Pair, arrived: number, of: number}|null,
 *   error: string}} Progress */

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

  /** @param {Pair} pair @param {string} set @param {ArrayLike<number>[]} values */
  function assemble(pair, set, [labels, prediction, x, y]) {
    const classes = columns.directory().classes.length;
    const as = /** @type {Float32Array[]} */ ([x, y]);
    const data = groupByClass({ labels, prediction, x: as[0], y: as[1], classes });
    tell({ loaded: { pair, set, data }, waiting: null, error: "" });
  }

  /** Load a pair; the picture before it stays until the new one is there.
   * @param {Pair} pair */
  async function load(pair) {
    const mine = ++request;
    const { benchmarks } = columns.directory();
    const { set } = benchmarks[pair[1]];
    const of = pair.join("/");
    const keys = [`labels/${set}`, `prediction/${of}`, `${axes.x}/${of}`, `${axes.y}/${of}`];
    const there = keys.map((key) => columns.peek(key));
    if (there.every((column) => column !== undefined)) {
      assemble(pair, set, /** @type {ArrayLike<number>[]} */ (there));
      return;
    }
    let arrived = 0;
    tell({ waiting: { pair, arrived, of: keys.length }, error: "" });
    try {
      const values = await Promise.all(
        keys.map(async (key) => {
          const column = await columns.get(key);
          arrived++;
          if (mine === request) tell({ waiting: { pair, arrived, of: keys.length } });
          return column;
        }),
      );
      if (mine === request) assemble(pair, set, values);
    } catch (error) {
      if (mine !== request) return;
      const words = error instanceof Error ? error.message : String(error);
      tell({ waiting: null, error: words });
    }
  }

  return { load, progress: () => progress };
}

// Which samples the grid can go to, and the columns that say which those are.
import * as bits from "./bits.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */

/** @param {ColumnsHub} columns @param {SelectionHub} selection @param {() => void} changed */
export function createSamples(columns, selection, changed) {
  /** @type {Set<string>} */
  const asked = new Set();
  /** @type {{mask: Uint32Array|null, classes: number[]|null, set: string, there: boolean,
   *   samples: ArrayLike<number>}|null} */
  let known = null;

  /** A column, or undefined while it is on its way or where there is none. @param {string} key */
  function column(key) {
    const there = columns.peek(key);
    if (!there && !asked.has(key)) {
      asked.add(key);
      columns.get(key).then(changed, (error) => console.debug("geowidgets:", error));
    }
    return there;
  }

  return {
    column,
    /** The samples of every clause and of the chosen classes, ascending; all where nothing is
     * selected. @param {string} set */
    list(set) {
      const mask = selection.mask(set);
      const { classes } = selection.state();
      const labels = column(`labels/${set}`);
      const there = labels !== undefined;
      if (
        known?.mask === mask &&
        known.classes === classes &&
        known.set === set &&
        known.there === there
      ) {
        return known.samples;
      }
      let chosen = mask;
      if (classes && labels) {
        const members = bits.fromClasses(labels, classes);
        chosen = chosen ? bits.and(chosen, members) : members;
      }
      const all = bits.full(selection.sizes().sets[set] ?? 0);
      const samples = bits.toIndices(chosen ?? all);
      known = { mask, classes, set, there, samples };
      return samples;
    },
    /** @param {string} set */
    isBrushed: (set) => selection.mask(set) !== null || selection.state().classes !== null,
  };
}

/** The sample `by` places further among `samples`, from `at` even where that is none of them;
 * −1 at the ends. @param {ArrayLike<number>} samples @param {number} at −1: none
 * @param {number} by ±1 */
export function next(samples, at, by) {
  if (!samples.length) return -1;
  if (at < 0) return by > 0 ? samples[0] : samples[samples.length - 1];
  for (let k = 0; k < samples.length; k++) {
    const i = by > 0 ? k : samples.length - 1 - k;
    if (by > 0 ? samples[i] > at : samples[i] < at) return samples[i];
  }
  return -1;
}

// What is known of single points: accuracy, real distance to the reference, linear CKA.
import { cursorWords, distanceWords, pointWords, rankIn } from "./map_words.js";

/** @typedef {import("./map_distances.js").Distances} Distances */
/** @typedef {[number, number]} Pair */

/** @param {number} value */
const ckaWords = (value) => (Number.isFinite(value) ? value.toFixed(3) : "one does not vary");

/** @param {{columns: import("./columns_hub.js").ColumnsHub, distances: () => Distances|null,
 *   pairOf: (i: number) => Pair, reference: () => number, compared: () => number,
 *   selected: (i: number) => boolean, count: () => number}} options */
export function createFacts(options) {
  const { columns, distances, pairOf, reference, compared } = options;
  const directory = () => columns.directory();

  /** Distances from the reference, or null. */
  function row() {
    const r = reference();
    return r >= 0 ? (distances()?.row(r) ?? null) : null;
  }

  /** As other views ask for it, where it has come. @param {Pair} pair */
  function accuracy([m, b]) {
    const { benchmarks } = directory();
    const set = benchmarks[b]?.set;
    const known = set === undefined ? undefined : columns.peek(`accuracy/${set}`);
    if (!known) return null;
    const own = benchmarks.flatMap((entry, k) => (entry.set === set ? [k] : []));
    const value = known[m * own.length + own.indexOf(b)];
    return Number.isFinite(value) ? value : null;
  }

  return {
    row,
    /** For the box under the pointer. @param {number} i */
    of(i) {
      const [r, far] = [reference(), row()];
      return pointWords(directory(), pairOf(i), {
        accuracy: accuracy(pairOf(i)),
        distance: far ? far[i] : null,
        rank: far ? rankIn(far, r, i) : 0,
        of: options.count() - 1,
        reference: i === r,
      });
    },
    /** For ears. @param {number} i */
    spoken(i) {
      const r = reference();
      const marks = [];
      if (i === r) marks.push("reference");
      if (i === compared()) marks.push("compared");
      if (options.selected(i)) marks.push("selected");
      const far = i === r ? null : row();
      return cursorWords(directory(), pairOf(i), marks, far ? far[i] : null);
    },
    /** Reference and compared. */
    pair() {
      const [a, b, real] = [reference(), compared(), distances()];
      if (a < 0 || b < 0 || a === b || !real) return [];
      const far = row();
      const cka = real.cka(a, b);
      const distance = far ? distanceWords(far[b]) : "…";
      const alike = typeof cka === "string" ? cka : cka === null ? "…" : ckaWords(cka);
      return [`Reference to compared: real distance ${distance}.`, `Linear CKA: ${alike}`];
    },
  };
}

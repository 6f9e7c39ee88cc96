// Which axes stand on the page, and which columns that takes. No DOM.
import { confusions, reactions } from "./class_rank.js";
import { axisOf, orderedAngles, pageOf } from "./parallel_axes.js";
import { meanMoves, movesKey } from "./parallel_rank.js";

/** @typedef {import("./parallel_loader.js").Loaded} Loaded */
/** @typedef {import("./parallel_loader.js").Needs} Needs */

export const FEW = 64; // kept classes up to which all their angles come at once

/** @param {{columns: {peek: (key: string) => ArrayLike<number>|undefined},
 *   display: () => import("./parallel_axes.js").Arrangement & {kept: number[]},
 *   names: () => string[], populationOf: (one: Loaded) => Uint32Array,
 *   filtered: () => boolean, brushed: () => string[]}} options `filtered` whether the population
 *   is less than all; `brushed` ids of the axes under this view's ranges */
export function createArrangement(options) {
  const { columns, display, names, populationOf } = options;
  let first = 0;

  /** Whether all angles are in the page. */
  const few = () => display().kept.length <= FEW;

  /** @param {Loaded} a @param {Loaded|null} b */
  function keyOf(a, b) {
    if (display().order !== "moved" || !b || b.set !== a.set || few()) return null;
    return movesKey(a, b, options.filtered() ? populationOf(a) : null);
  }

  /** By which the classes are ordered, or null. @param {Loaded} a @param {Loaded|null} b */
  function scoresOf(a, b) {
    const { order, kept } = display();
    const mask = populationOf(a);
    if (order === "confused") return confusions(a.data, mask, names().length);
    if (!b || b.set !== a.set) return null;
    if (order === "reacting") return reactions(a.data, b.data, mask, names().length);
    if (order !== "moved") return null;
    if (few()) return a.data.missing(kept).length ? null : meanMoves(a.data, b.data, mask, names());
    const moves = columns.peek(keyOf(a, b) ?? "");
    if (!moves) return null;
    const scores = new Float64Array(names().length).fill(Number.NaN);
    kept.forEach((c, k) => {
      scores[c] = moves[k];
    });
    return scores;
  }

  /** @param {Loaded} a @param {Loaded|null} b */
  function page(a, b) {
    const arrangement = display();
    const scores = scoresOf(a, b);
    const angles = orderedAngles({ names: names(), kept: arrangement.kept, arrangement, scores });
    return pageOf(angles, arrangement, first);
  }

  /** @param {Loaded} a @param {Loaded|null} b @returns {Needs} */
  function needs(a, b) {
    const ranking = keyOf(a, b);
    if (few()) return { classes: display().kept, ranking };
    const shown = page(a, b).shown.map((axis) => axis.class);
    const brushed = options.brushed().map((id) => axisOf(id, names())?.class ?? -1);
    return { classes: [...new Set([...shown, ...brushed])].filter((c) => c >= 0), ranking };
  }

  return {
    page,
    needs,
    /** @param {number} axis the first on the page */
    turnTo(axis) {
      first = Math.max(0, axis);
    },
  };
}

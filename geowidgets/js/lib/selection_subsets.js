// Named subsets of samples: kept for later, applied as the one clause. widgets/selection_subsets.py
// is the same; both run over tests/vectors/subsets.json.
import * as bits from "./bits.js";

/** @typedef {{set: string, n: number, mask: string|null}} Subset `mask` null where it is too long
 *   to travel with the names; the kernel keeps it */
/** @typedef {Record<string, Subset>} Subsets by name */
/** @typedef {import("./selection.js").Sizes} Sizes */

const NAME_CHARACTERS = 80;
const MASK_CHARACTERS = 4096; // 24,576 samples
const OWNER = "python"; // the view of what is selected by name or from Python

/** Whether masks of a set travel with the names. @param {string} mask */
export const travels = (mask) => mask.length <= MASK_CHARACTERS;

/** @param {any} name @returns {string} */
function checked(name) {
  const ok = typeof name === "string" && name.trim() !== "" && [...name].length <= NAME_CHARACTERS;
  if (ok) return name;
  const shown = (JSON.stringify(name) ?? "null").slice(0, 60);
  throw new RangeError(`save: expected a name of 1 to ${NAME_CHARACTERS} characters, got ${shown}`);
}

/** @param {Subsets} subsets @param {string} name */
function known(subsets, name) {
  if (Object.hasOwn(subsets, name)) return subsets[name];
  throw new RangeError(`samples: no saved subset ${JSON.stringify(name)}`);
}

/** The subsets after `{type: "save", name, set, mask}` (replaces one of that name) or
 * `{type: "forget", name}`; throws RangeError on anything else.
 * @param {Subsets} subsets @param {import("./selection.js").Action} action @param {Sizes} sizes
 * @returns {Subsets} */
export function reduceSubsets(subsets, { type, name, set, mask }, sizes) {
  if (type === "forget") {
    known(subsets, name);
    const { [name]: _, ...rest } = subsets;
    return rest;
  }
  if (type !== "save") throw new RangeError(`subsets: expected save or forget, got ${type}`);
  const key = checked(name);
  if (!Object.hasOwn(sizes.sets, set)) {
    const sets = Object.keys(sizes.sets).join(", ");
    throw new RangeError(`save: expected a set of ${sets}, got ${set}`);
  }
  const n = bits.count(bits.fromBase64(mask, sizes.sets[set], "save mask"));
  return { ...subsets, [key]: { set, n, mask: travels(mask) ? mask : null } };
}

/** The action that selects a subset alone; null where only the kernel has its mask.
 * @param {Subsets} subsets @param {string} name @param {string} set the reference's
 * @param {[number, number]|null} pair the reference
 * @returns {import("./selection.js").Action|null} */
export function subsetAction(subsets, name, set, pair) {
  const { set: of, n, mask } = known(subsets, name);
  if (of !== set) {
    throw new RangeError(
      `samples: ${JSON.stringify(name)} is a subset of ${of}, the reference is on ${set}`,
    );
  }
  if (mask === null) return null;
  return { type: "only", view: OWNER, set, pair, predicate: { kind: "samples", n, name }, mask };
}

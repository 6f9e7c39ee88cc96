// How a sample's prediction changes from the reference to the compared pair. No DOM.
import * as bits from "./bits.js";

/** @typedef {"right-wrong"|"wrong-right"|"right-right"|"wrong-wrong"} Reaction reference, compared */
/** @typedef {Record<Reaction, Uint32Array>} ReactionMasks */

export const REACTIONS = /** @type {Reaction[]} */ ([
  "right-wrong",
  "wrong-right",
  "right-right",
  "wrong-wrong",
]);
// Drawn from the bottom up: what changed lies above what did not.
const LAYERS = /** @type {Reaction[]} */ ([
  "right-right",
  "wrong-wrong",
  "wrong-right",
  "right-wrong",
]);
/** Pale and strong colour of each. @type {Record<Reaction, [string, string]>} */
export const COLORS = {
  "right-right": ["correct", "correct-strong"],
  "wrong-wrong": ["still-wrong", "still-wrong-strong"],
  "wrong-right": ["became-right", "became-right-strong"],
  "right-wrong": ["wrong", "wrong-strong"],
};

/** @param {Reaction} reaction */
export const reactionWords = (reaction) => reaction.replace("-", " → ");

/** The samples of each reaction; every sample is in exactly one.
 * @param {Uint32Array} before correct on the reference @param {Uint32Array} after @param {number} n
 * @returns {ReactionMasks} */
export function reactionMasks(before, after, n) {
  const all = bits.full(n);
  return {
    "right-wrong": bits.andNot(before, after),
    "wrong-right": bits.andNot(after, before),
    "right-right": bits.and(before, after),
    "wrong-wrong": bits.andNot(all, bits.or(before, after)),
  };
}

/** What dots are drawn as: by correctness, or by reaction where two pairs are compared.
 * @param {{n: number, correct: Uint32Array}} data @param {ReactionMasks|null} masks
 * @param {Reaction[]} shown @returns {import("./local_dots.js").Kinds} */
export function dotKinds({ n, correct }, masks, shown) {
  const of = new Uint8Array(n);
  if (!masks) {
    of.fill(1);
    bits.forEach(correct, (i) => {
      of[i] = 0;
    });
    const colors = /** @type {[string, string][]} */ ([
      ["correct", "correct-strong"],
      ["wrong", "wrong-strong"],
    ]);
    return { of, shown: [true, true], colors };
  }
  LAYERS.forEach((reaction, kind) => {
    bits.forEach(masks[reaction], (i) => {
      of[i] = kind;
    });
  });
  return {
    of,
    shown: LAYERS.map((reaction) => shown.includes(reaction)),
    colors: LAYERS.map((reaction) => COLORS[reaction]),
  };
}

/** The samples of some reactions. @param {ReactionMasks} masks @param {string[]} reactions
 * @param {number} n */
export function inReactions(masks, reactions, n) {
  return REACTIONS.filter((name) => reactions.includes(name))
    .map((name) => masks[name])
    .reduce(bits.or, bits.empty(n));
}

/** The reactions that a clause picks on these two pairs, else none.
 * @param {import("./selection.js").Clause|undefined} clause @returns {Reaction[]} */
export function reactionsOf(clause) {
  const { type, reactions } = clause?.predicate ?? {};
  return type === "reaction" && Array.isArray(reactions) ? reactions : [];
}

/** The action that makes some reactions this view's clause; none drop it.
 * @param {{view: string, set: string, pair: [number, number], compared: [number, number],
 *   reactions: Reaction[], masks: ReactionMasks, n: number}} options */
export function reactionAction({ view, set, pair, compared, reactions, masks, n }) {
  if (!reactions.length) return { type: "clear", view };
  const mask = bits.toBase64(inReactions(masks, reactions, n), n);
  const predicate = { type: "reaction", reactions, compared };
  return { type: "clause", view, set, pair, predicate, mask };
}

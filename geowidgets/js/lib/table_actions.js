// What a click, a key or a drag means: pure functions from the state to an action.

import {
  add as addBit,
  andNot,
  empty,
  equal,
  fromBase64,
  full,
  has,
  or,
  toBase64,
} from "./bits.js";

/**
 * @typedef {import("./selection.js").State} State
 * @typedef {import("./selection.js").Action} Action
 * @typedef {[number, number]} Pair
 */

/**
 * A bar was chosen: the reference, or with the modifier the compared pair (again: none).
 * @param {State} state
 * @param {Pair} pair
 * @param {boolean} compare
 * @returns {Action}
 */
export function choosePair(state, pair, compare) {
  if (!compare) return { type: "set", reference: pair };
  const [model, benchmark] = state.compared ?? [];
  const again = model === pair[0] && benchmark === pair[1];
  return { type: "set", compared: again ? null : pair };
}

/**
 * A heading was chosen: a clause on these alone (again: no clause); with the modifier they are
 * added to the clause, or taken out when all of them are in it.
 * @param {State} state
 * @param {"models" | "benchmarks"} field
 * @param {number[]} indices
 * @param {boolean} extend
 * @returns {Action}
 */
export function toggleClause(state, field, indices, extend) {
  const current = state[field];
  const wanted = new Set(indices);
  const inside = current !== null && indices.every((index) => current.includes(index));
  if (!extend || current === null) {
    const again = inside && current?.length === wanted.size;
    return { type: "set", [field]: again ? null : [...wanted] };
  }
  const rest = current.filter((index) => !wanted.has(index));
  const next = inside ? rest : [...rest, ...wanted];
  return { type: "set", [field]: next.length ? next : null };
}

/**
 * Pairs were picked: a clause on them alone (the same pairs again: none), added to the clause, or
 * taken out of it. Without a clause all pairs are in, so taking out leaves the others.
 * @param {State} state
 * @param {Pair[]} picked
 * @param {"replace" | "add" | "subtract"} op
 * @param {{ models: number, benchmarks: number }} sizes
 * @returns {Action}
 */
export function choosePairs(state, picked, op, sizes) {
  const total = sizes.models * sizes.benchmarks;
  const own = empty(total);
  for (const [model, benchmark] of picked) addBit(own, model * sizes.benchmarks + benchmark);
  const present = state.pairs === null ? null : fromBase64(state.pairs, total);
  if (op === "add") return pairsAction(present ? or(present, own) : own, total);
  if (op === "subtract") return pairsAction(andNot(present ?? full(total), own), total);
  return pairsAction(present && equal(present, own) ? null : own, total);
}

/** @param {Uint32Array | null} mask @param {number} total @returns {Action} */
function pairsAction(mask, total) {
  return { type: "set", pairs: mask && toBase64(mask, total) };
}

/**
 * Drops the clauses that the table makes; null when there is none.
 * @param {State} state
 * @returns {Action | null}
 */
export function clearOwn(state) {
  if (state.models === null && state.benchmarks === null && state.pairs === null) return null;
  return { type: "set", models: null, benchmarks: null, pairs: null };
}

/**
 * Tells which pairs the clauses on models, benchmarks and pairs leave.
 * @param {State} state
 * @param {Uint32Array | null} pairs
 * @param {number} benchmarks number of benchmarks in the store
 * @returns {(model: number, benchmark: number) => boolean}
 */
export function inFocus(state, pairs, benchmarks) {
  const models = state.models && new Set(state.models);
  const wanted = state.benchmarks && new Set(state.benchmarks);
  return (model, benchmark) =>
    (!models || models.has(model)) &&
    (!wanted || wanted.has(benchmark)) &&
    (!pairs || has(pairs, model * benchmarks + benchmark) === 1);
}

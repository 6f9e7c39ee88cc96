// Which points are there, which of them are selected, and the actions that select them. No DOM.
import * as bits from "./bits.js";
import { groupOf } from "./map_groups.js";

/** @typedef {import("./selection.js").State} State */
/** @typedef {import("./selection.js").Action} Action */
/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {import("./columns_hub.js").Directory} Directory */
/** @typedef {"replace"|"add"|"subtract"} Operation */
/** @typedef {{present: Uint32Array, there: Uint8Array, chosen: Uint8Array, some: boolean, focus: Uint32Array,
 *   narrowed: boolean}} Scene `present` points that are drawn, `there` 1 for them, `chosen` 1 for those that stand
 *   out, `some` whether pairs are selected, `focus` the present and chosen ones, `narrowed`
 *   whether any clause speaks of models, benchmarks or pairs */

/** @param {Points} points @param {Directory} directory @param {State} state
 * @param {Uint32Array|null} pairs bits, model-major @param {string[]} hidden group keys
 * @returns {Scene} */
export function sceneOf(points, directory, state, pairs, hidden) {
  const gone = hiddenPoints(points, directory, hidden);
  const models = state.models && new Set(state.models);
  const benchmarks = state.benchmarks && new Set(state.benchmarks);
  const columns = directory.benchmarks.length;
  const there = new Uint8Array(points.n);
  const chosen = new Uint8Array(points.n);
  const present = new Uint32Array(points.n);
  const focus = new Uint32Array(points.n);
  let [all, some] = [0, 0];
  for (let i = 0; i < points.n; i++) {
    const [m, b] = [points.model[i], points.benchmark[i]];
    if (gone.has(i) || (models && !models.has(m)) || (benchmarks && !benchmarks.has(b))) continue;
    present[all++] = i;
    there[i] = 1;
    if (pairs && !bits.has(pairs, m * columns + b)) continue;
    chosen[i] = 1;
    focus[some++] = i;
  }
  return {
    present: present.subarray(0, all),
    there,
    chosen,
    some: pairs !== null,
    focus: focus.subarray(0, some),
    narrowed: Boolean(models || benchmarks || pairs),
  };
}

/** @param {Points} points @param {Directory} directory @param {string[]} hidden */
function hiddenPoints(points, directory, hidden) {
  /** @type {Set<number>} */
  const gone = new Set();
  for (const key of hidden) {
    for (const i of groupOf(points, directory, key)?.points ?? []) gone.add(i);
  }
  return gone;
}

/** The pairs after a gesture over `inside`: one bit a pair, never a product. Nothing picked anew
 * drops the clause. @param {Points} points @param {number} columns benchmarks of the store
 * @param {number} total pairs of the store @param {Uint32Array|null} before
 * @param {Scene} scene @param {Iterable<number>} inside @param {Operation} op @returns {Action} */
export function pickAction(points, columns, total, before, scene, inside, op) {
  const mask = bits.empty(total);
  for (const i of inside) bits.add(mask, points.model[i] * columns + points.benchmark[i]);
  if (op === "replace") {
    return { type: "set", pairs: bits.count(mask) ? bits.toBase64(mask, total) : null };
  }
  const start = before ?? (op === "add" ? bits.empty(total) : allOf(points, columns, total, scene));
  const after = op === "add" ? bits.or(start, mask) : bits.andNot(start, mask);
  // Adding nothing to no clause must not select nothing at all.
  if (!before && op === "add" && !bits.count(mask)) return { type: "set", pairs: null };
  return { type: "set", pairs: bits.toBase64(after, total) };
}

/** @param {Points} points @param {number} columns @param {number} total @param {Scene} scene */
function allOf(points, columns, total, { present }) {
  const mask = bits.empty(total);
  for (const i of present) bits.add(mask, points.model[i] * columns + points.benchmark[i]);
  return mask;
}

/** One point in or out of the selection. @param {Points} points @param {number} columns
 * @param {number} total @param {Uint32Array|null} before @param {Scene} scene
 * @param {number} i @returns {Action} */
export function toggleAction(points, columns, total, before, scene, i) {
  const place = points.model[i] * columns + points.benchmark[i];
  const inside = before !== null && bits.has(before, place) === 1;
  const action = pickAction(
    points,
    columns,
    total,
    before,
    scene,
    [i],
    inside ? "subtract" : "add",
  );
  const left = bits.fromBase64(/** @type {any} */ (action).pairs, total);
  return bits.count(left) ? action : { type: "set", pairs: null };
}

/** What Escape drops: the pairs first, then what narrows the map; null where there is nothing.
 * @param {State} state @returns {Action|null} */
export function escapeAction(state) {
  if (state.pairs !== null) return { type: "set", pairs: null };
  if (state.models === null && state.benchmarks === null) return null;
  return { type: "set", models: null, benchmarks: null };
}

/** The groups whose trees are drawn. @param {string[]|"each"|null} trees null: in focus
 * @param {State} state @param {Directory} directory
 * @param {string[]} eachKeys one tree a colour @returns {string[]} */
export function treeKeys(trees, state, directory, eachKeys) {
  if (trees === "each") return eachKeys;
  if (trees !== null) return trees;
  const focus = state.benchmarks ?? [];
  if (!focus.length || focus.length > 2) return [];
  return focus.map((b) => `benchmark/${directory.benchmarks[b]?.name ?? "?"}`);
}

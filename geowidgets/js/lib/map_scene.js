// Which points are there, which of them are selected, and the actions that select them. No DOM.
import * as bits from "./bits.js";
import { groupOf } from "./map_groups.js";

/** @typedef {import("./selection.js").State} State */
/** @typedef {import("./selection.js").Action} Action */
/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {import("./columns_hub.js").Directory} Directory */
/** @typedef {"replace"|"add"|"subtract"} Operation */
/** @typedef {{present: Uint32Array, there: Uint8Array, narrowed: boolean}} Presence */
/** @typedef {{chosen: Uint8Array, count: number}} Chosen */
/** @typedef {Presence & Chosen & {some: boolean, focus: Uint32Array}} Scene `present` points that
 *   are drawn, `there` 1 for them, `chosen` 1 for those that stand out, `count` how many do, `some`
 *   whether pairs are selected, `focus` the present and chosen ones, `narrowed` whether any clause
 *   speaks of models, benchmarks or pairs; a scene never changes */

/** @param {Points} points @param {Directory} directory @param {State} state
 * @param {Uint32Array|null} pairs bits, model-major @param {string[]} hidden group keys
 * @returns {Scene} */
export function sceneOf(points, directory, state, pairs, hidden) {
  const presence = presenceOf(points, directory, state, hidden);
  return sceneFrom(presence, chosenOf(points, directory.benchmarks.length, presence, pairs), pairs);
}

/** `sceneOf` for one scene after the other: where nothing but the pairs has changed, as at every
 * move of a lasso, only the points of those that came or went are gone through.
 * @returns {typeof sceneOf} */
export function createScenes() {
  /** @type {{of: unknown[], presence: Presence, pairs: Uint32Array|null, chosen: Chosen}|null} */
  let known = null;
  return (points, directory, state, pairs, hidden) => {
    const { models, benchmarks } = state;
    const columns = directory.benchmarks.length;
    const of = [points, directory, models, benchmarks, hidden.join("\n")];
    const same = known?.of.every((one, k) => one === of[k]) ? known : null;
    const presence = same?.presence ?? presenceOf(points, directory, state, hidden);
    const chosen =
      same?.pairs && pairs
        ? chosenAfter(points, columns, presence, same.chosen, same.pairs, pairs)
        : chosenOf(points, columns, presence, pairs);
    known = { of, presence, pairs, chosen };
    return sceneFrom(presence, chosen, pairs);
  };
}

/** @param {Presence} presence @param {Chosen} chosen @param {Uint32Array|null} pairs
 * @returns {Scene} */
function sceneFrom({ present, there, narrowed }, { chosen, count }, pairs) {
  /** @type {Uint32Array|null} */
  let focus = null;
  return {
    present,
    there,
    chosen,
    count,
    some: pairs !== null,
    narrowed: narrowed || pairs !== null,
    // A drag does not ask for them.
    get focus() {
      focus ??= present.filter((i) => chosen[i] === 1);
      return focus;
    },
  };
}

/** @param {Points} points @param {Directory} directory @param {State} state
 * @param {string[]} hidden @returns {Presence} */
function presenceOf(points, directory, state, hidden) {
  const gone = hiddenPoints(points, directory, hidden);
  const models = state.models && new Set(state.models);
  const benchmarks = state.benchmarks && new Set(state.benchmarks);
  const there = new Uint8Array(points.n);
  const present = new Uint32Array(points.n);
  let all = 0;
  for (let i = 0; i < points.n; i++) {
    const [m, b] = [points.model[i], points.benchmark[i]];
    if (gone.has(i) || (models && !models.has(m)) || (benchmarks && !benchmarks.has(b))) continue;
    present[all++] = i;
    there[i] = 1;
  }
  const narrowed = Boolean(models || benchmarks);
  return { present: present.subarray(0, all), there, narrowed };
}

/** @param {Points} points @param {number} columns @param {Presence} presence
 * @param {Uint32Array|null} pairs @returns {Chosen} */
function chosenOf({ n, model, benchmark }, columns, { present, there }, pairs) {
  if (!pairs) return { chosen: there, count: present.length };
  const chosen = new Uint8Array(n);
  let count = 0;
  for (const i of present) {
    chosen[i] = bits.has(pairs, model[i] * columns + benchmark[i]);
    count += chosen[i];
  }
  return { chosen, count };
}

/** The same from what was chosen before. @param {Points} points @param {number} columns
 * @param {Presence} presence @param {Chosen} before @param {Uint32Array} old
 * @param {Uint32Array} pairs @returns {Chosen} */
function chosenAfter(points, columns, { there }, before, old, pairs) {
  const chosen = before.chosen.slice();
  let { count } = before;
  const become = (/** @type {0|1} */ value) => (/** @type {number} */ place) => {
    const i = points.at(Math.floor(place / columns), place % columns);
    if (i < 0 || !there[i]) return;
    chosen[i] = value;
    count += value === 1 ? 1 : -1;
  };
  bits.forEachChange(old, pairs, become(1), become(0));
  return { chosen, count };
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

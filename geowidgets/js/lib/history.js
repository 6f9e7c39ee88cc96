// Undo and redo: patches between selection states; widgets/selection_history.py is the same.
import { FIELDS, reduce, same } from "./selection.js";

/** @typedef {import("./selection.js").State} State */
/** @typedef {import("./selection.js").Clause} Clause */
/** @typedef {Record<string, any>} Patch fields, and clauses by view (null: removed) */
/** @typedef {{past: Patch[], future: Patch[]}} History */

const STEPS = 50;
const CHARACTERS = 256 * 1024;

/** @param {Clause[]} clauses */
const byView = (clauses) =>
  /** @type {Record<string, Clause|null>} */ (
    Object.fromEntries(clauses.map((clause) => [clause.view, clause]))
  );

/** What must change in `state` to make it `target`. The focus is left out: hovering is no step.
 * @param {State} target @param {State} state @returns {Patch} */
export function difference(target, state) {
  /** @type {Patch} */
  const patch = {};
  for (const name of FIELDS) {
    if (name !== "focus" && !same(target[name], state[name])) patch[name] = target[name];
  }
  const wanted = byView(target.clauses);
  const there = byView(state.clauses);
  /** @type {Record<string, Clause|null>} */
  const views = {};
  for (const view of Object.keys({ ...wanted, ...there }).sort()) {
    if (!same(wanted[view] ?? null, there[view] ?? null)) views[view] = wanted[view] ?? null;
  }
  if (Object.keys(views).length) patch.clauses = views;
  return patch;
}

/** `state` with a patch applied, one revision on.
 * @param {State} state @param {Patch} patch @returns {State} */
export function apply(state, patch) {
  const clauses = { ...byView(state.clauses), ...patch.clauses };
  const kept = Object.keys(clauses)
    .sort()
    .flatMap((view) => clauses[view] ?? []);
  return { ...state, ...patch, clauses: kept, revision: state.revision + 1 };
}

/** The newest steps that fit. @param {Patch[]} steps */
function trim(steps) {
  /** @type {Patch[]} */
  const kept = [];
  let characters = 0;
  for (const patch of steps.slice(-STEPS).reverse()) {
    characters += JSON.stringify(patch).length;
    if (characters > CHARACTERS / 2) break; // the other half is the future's
    kept.push(patch);
  }
  return kept.reverse();
}

/** @param {State} state @param {History} history @param {"past"|"future"} source
 * @returns {[State, History]} */
function step(state, history, source) {
  const patch = history[source].at(-1);
  if (!patch) return [state, history];
  const target = source === "past" ? "future" : "past";
  const after = apply(state, patch);
  const moved = { past: history.past, future: history.future };
  moved[source] = history[source].slice(0, -1);
  moved[target] = trim([...history[target], difference(state, after)]);
  return [after, moved];
}

/** The history after a step from `before` to `after`.
 * @param {History} history @param {State} before @param {State} after @returns {History} */
export function record(history, before, after) {
  const patch = difference(before, after);
  if (!Object.keys(patch).length) return history;
  return { past: trim([...history.past, patch]), future: [] };
}

/** State and history after `action`, which here may also be `undo` or `redo`. `before` is the
 * state to come back to: that before a drag began, whose moves are no steps.
 * @param {State} state @param {History} history @param {import("./selection.js").Action} action
 * @param {import("./selection.js").Sizes} sizes @param {State} [before]
 * @returns {[State, History]} */
export function commit(state, history, action, sizes, before = state) {
  if (action.type === "undo") return step(state, history, "past");
  if (action.type === "redo") return step(state, history, "future");
  const after = reduce(state, action, sizes);
  return [after, record(history, before, after)];
}

// This view's own clause: the steps that drew it, and the samples that they pick. No DOM.
import * as bits from "./bits.js";
import { inReactions, reactionsOf } from "./local_reactions.js";
import { forEachInside, rounded, thin } from "./shapes.js";

/** @typedef {import("./scatter_data.js").ScatterData} ScatterData */
/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {import("./selection.js").Clause} Clause */
/** @typedef {{op: string, class: number|null, shape: Shape, x?: string, y?: string,
 *   reactions?: string[]}} Step `x` and `y` where they are not the clause's, `reactions` where only
 *   some are meant or seen */
/** @typedef {{column: (name: string) => Float32Array|undefined,
 *   masks: import("./local_reactions.js").ReactionMasks|null}} More what steps may need beside
 *   angle and length */

const MAX_POINTS = 160;
const MAX_CHARACTERS = 48 * 1024; // the selection refuses predicates of 64 kB
export const COMPARES = "this brush compares two pairs: choose the compared one first";
/** @type {More} */
const NOTHING = { column: () => undefined, masks: null };

/** The samples of a class (null: of all) that lie in a shape.
 * @param {ScatterData} data @param {number|null} c @param {Shape} shape */
export function shapeMask(data, c, shape) {
  if (shape.kind === "every") return c === null ? bits.full(data.n) : data.groups[c].members;
  const mask = bits.empty(data.n);
  const groups = c === null ? data.groups : [data.groups[c]];
  for (const { drawn } of groups) forEachInside(shape, data, drawn, (i) => bits.add(mask, i));
  return mask;
}

/** The samples that one step picks. @param {ScatterData} data @param {Step} step
 * @param {More} [more] */
export function stepMask(data, step, more = NOTHING) {
  const mask =
    step.x && step.y ? onAxes(data, step, more) : shapeMask(data, step.class, step.shape);
  if (!step.reactions) return mask;
  if (!more.masks) throw new Error(COMPARES);
  return bits.and(mask, inReactions(more.masks, step.reactions, data.n));
}

/** @param {ScatterData} data @param {Step} step @param {More} more */
function onAxes({ n, labels }, step, more) {
  const [x, y] = [more.column(step.x ?? ""), more.column(step.y ?? "")];
  if (!x || !y) {
    throw new Error(
      compares({ ...step, reactions: undefined })
        ? COMPARES
        : `this brush is on ${step.x} and ${step.y}, which are still loading: try again`,
    );
  }
  const samples = [];
  for (let i = 0; i < n; i++) {
    const here = step.class === null || labels[i] === step.class;
    if (here && Number.isFinite(x[i]) && Number.isFinite(y[i])) samples.push(i);
  }
  const mask = bits.empty(n);
  forEachInside(step.shape, { x, y }, Uint32Array.from(samples), (i) => bits.add(mask, i));
  return mask;
}

/** @param {Uint32Array|null} before @param {Uint32Array} shape @param {string} op */
export function combine(before, shape, op) {
  if (op === "replace" || !before) return shape;
  return op === "add" ? bits.or(before, shape) : bits.andNot(before, shape);
}

/** The samples that steps pick on `data`. @param {ScatterData} data @param {Step[]} steps
 * @param {More} [more] */
export function stepsMask(data, steps, more = NOTHING) {
  /** @type {Uint32Array|null} */
  let mask = null;
  for (const step of steps) mask = combine(mask, stepMask(data, step, more), step.op);
  return mask ?? bits.empty(data.n);
}

/** Steps with one more; what is subtracted before anything was brushed is taken from everything.
 * @param {Step[]} steps @param {Step} step @returns {Step[]} */
export function withStep(steps, step) {
  if (step.op === "replace") return [step];
  if (steps.length) return [...steps, step];
  if (step.op === "add") return [{ ...step, op: "replace" }];
  return [{ op: "replace", class: null, shape: { kind: "all" } }, step];
}

/** A shape as it is saved. @param {Shape} shape @returns {Shape} */
export function compact(shape) {
  if (shape.kind !== "lasso") return shape;
  const points = thin(shape.points, MAX_POINTS);
  return {
    kind: "lasso",
    points: points.map(([x, y]) => [rounded(x), rounded(y)]),
  };
}

/** The steps of a clause that this view drew: none without one, null where only its mask tells.
 * @param {Clause|undefined} clause @returns {Step[]|null} */
export function stepsOf(clause) {
  if (!clause) return [];
  const { kind, steps } = clause.predicate;
  if (kind === "shapes" && Array.isArray(steps)) return steps;
  const reactions = reactionsOf(clause);
  return reactions.length ? [reactionStep(reactions, "replace")] : null;
}

/** Every sample of some reactions. @param {string[]} reactions @param {string} op
 * @returns {Step} */
export const reactionStep = (reactions, op) => ({
  op,
  class: null,
  shape: { kind: "every" },
  reactions,
});

/** The metrics on which steps were drawn. @param {Step[]} steps */
export const metricsOf = (steps) => [
  ...new Set(
    steps.flatMap(({ x, y }) => [x, y].flatMap((name) => name?.replace("delta/", "") ?? [])),
  ),
];

/** Whether a step speaks of the compared pair. @param {Step} step */
const compares = ({ x, y, reactions }) =>
  Boolean(reactions) || [x, y].some((name) => name?.startsWith("delta/"));

/** Whether a clause was drawn on these pairs. @param {Clause} clause @param {[number, number]} pair
 * @param {[number, number]|null} compared */
export function drawnOn(clause, pair, compared) {
  const other = clause.predicate.compared;
  if (clause.pair?.join() !== pair.join()) return false;
  return !Array.isArray(other) || other.join() === compared?.join();
}

/** The action that makes `mask` this view's clause.
 * @param {{view: string, set: string, pair: [number, number], axes: {x: string, y: string},
 *   steps: Step[]|null, mask: Uint32Array, n: number, compared?: [number, number]|null}} options
 *   `steps` null where they are not known */
export function clauseAction({ view, set, pair, axes, steps, mask, n, compared = null }) {
  const other = compared && steps?.some(compares) ? { compared } : {};
  const full = { kind: "shapes", ...axes, steps, ...other };
  const fits = steps !== null && JSON.stringify(full).length <= MAX_CHARACTERS;
  const predicate = fits ? full : { kind: "samples", n: bits.count(mask) };
  return { type: "clause", view, set, pair, predicate, mask: bits.toBase64(mask, n) };
}

// This view's own clause: the steps that drew it, and the samples that they pick. No DOM.
import * as bits from "./bits.js";
import { forEachInside, rounded, thin } from "./shapes.js";

/** @typedef {import("./scatter_data.js").ScatterData} ScatterData */
/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {import("./local_marks.js").Step} Step */
/** @typedef {import("./selection.js").Clause} Clause */

const MAX_POINTS = 160;
const MAX_CHARACTERS = 48 * 1024; // the selection refuses predicates of 64 kB

/** The samples of a class (null: of all) that lie in a shape.
 * @param {ScatterData} data @param {number|null} c @param {Shape} shape */
export function shapeMask(data, c, shape) {
  const mask = bits.empty(data.n);
  const groups = c === null ? data.groups : [data.groups[c]];
  for (const { drawn } of groups) forEachInside(shape, data, drawn, (i) => bits.add(mask, i));
  return mask;
}

/** @param {Uint32Array|null} before @param {Uint32Array} shape @param {string} op */
export function combine(before, shape, op) {
  if (op === "replace" || !before) return shape;
  return op === "add" ? bits.or(before, shape) : bits.andNot(before, shape);
}

/** The samples that steps pick on `data`. @param {ScatterData} data @param {Step[]} steps */
export function stepsMask(data, steps) {
  /** @type {Uint32Array|null} */
  let mask = null;
  for (const { op, class: c, shape } of steps) mask = combine(mask, shapeMask(data, c, shape), op);
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

/** The steps of a clause that this view drew, else none. @param {Clause|undefined} clause
 * @returns {Step[]} */
export function stepsOf(clause) {
  const { kind, steps } = clause?.predicate ?? {};
  return kind === "shapes" && Array.isArray(steps) ? steps : [];
}

/** The action that makes `mask` this view's clause.
 * @param {{view: string, set: string, pair: [number, number], axes: {x: string, y: string},
 *   steps: Step[], mask: Uint32Array, n: number}} options */
export function clauseAction({ view, set, pair, axes, steps, mask, n }) {
  const full = { kind: "shapes", ...axes, steps };
  const fits = JSON.stringify(full).length <= MAX_CHARACTERS;
  const predicate = fits ? full : { kind: "samples", n: bits.count(mask) };
  return { type: "clause", view, set, pair, predicate, mask: bits.toBase64(mask, n) };
}

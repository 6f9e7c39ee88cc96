// The selection in one line.

import { amount } from "./words.js";

/**
 * @typedef {import("./selection.js").State} State
 * @typedef {import("./columns_hub.js").Directory} Directory
 */

const NAMED = 3;

/**
 * Reference, compared pair and every clause, each in a few words.
 * @param {State} state
 * @param {Directory} directory
 * @param {(set: string) => number | null} selected samples that the clauses leave, or null
 */
export function selectionWords(state, directory, selected) {
  const pair = (/** @type {[number, number]} */ [model, benchmark]) =>
    `${directory.models[model]?.name} on ${directory.benchmarks[benchmark]?.name}`;
  const parts = [state.reference ? `Reference ${pair(state.reference)}` : "No reference"];
  if (state.compared) parts.push(`compared with ${pair(state.compared)}`);
  for (const { name, n } of directory.sets) {
    const count = selected(name);
    const where = directory.sets.length > 1 ? ` of ${name}` : "";
    if (count !== null) parts.push(`${amount(count)} of ${amount(n)} samples${where}`);
  }
  if (state.classes) parts.push(listed("class", state.classes, directory.classes));
  if (state.models) parts.push(listed("model", state.models, names(directory.models)));
  if (state.benchmarks) {
    parts.push(listed("benchmark", state.benchmarks, names(directory.benchmarks)));
  }
  if (state.pairs) parts.push("some pairs only");
  return `${parts.join("; ")}.`;
}

/** @param {{ name: string }[]} entries */
const names = (entries) => entries.map(({ name }) => name);

/** A few are named, many are counted. @param {string} what @param {number[]} indices
 * @param {string[]} known */
function listed(what, indices, known) {
  const plural = what === "class" ? "classes" : `${what}s`;
  if (indices.length === 0) return `no ${what}`;
  if (indices.length > NAMED) return `${indices.length} ${plural}`;
  return `${indices.length === 1 ? what : plural} ${indices.map((i) => known[i]).join(", ")}`;
}

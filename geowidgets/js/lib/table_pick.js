// The pairs between two places of the table: whole cells, or bars of one cell.

/**
 * @typedef {import("./table_grid.js").Place} Place
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {"replace" | "add" | "subtract"} Op
 */

/** @param {Place} a @param {Place | null} b */
export const apart = (a, b) => b !== null && (a.line !== b.line || a.column !== b.column);

/** What modifiers ask for. @param {{ shiftKey: boolean, altKey: boolean }} event @returns {Op} */
export function opOf({ shiftKey, altKey }) {
  if (altKey) return "subtract";
  return shiftKey ? "add" : "replace";
}

/**
 * `(model, benchmark)` of all cells between two corners; inside of one cell, of its bars between.
 * @param {Layout} layout
 * @param {Place} a
 * @param {Place} b
 * @param {boolean} [whole] whole cells in any case
 * @returns {[number, number][]}
 */
export function pairsBetween({ lines, columns }, a, b, whole = false) {
  const rows = slice(lines, a.line, b.line);
  const across = slice(columns, a.column, b.column);
  const some = !whole && !apart(a, b);
  const models = rows.flatMap((line) => {
    if (line.kind === "group") return [];
    return some ? slice(line.bars, a.bar, b.bar).flat() : line.models;
  });
  const benchmarks = across.flatMap((column) => column.benchmarks);
  return models.flatMap((model) =>
    benchmarks.map((benchmark) => /** @type {[number, number]} */ ([model, benchmark])),
  );
}

/** @template T @param {T[]} items @param {number} p @param {number} q */
const slice = (items, p, q) => items.slice(Math.min(p, q), Math.max(p, q) + 1);

// The selection as plain data, and the only function that changes it. `reduce` exists twice, here
// and in widgets/selection_state.py; both run over tests/vectors/selection.json.
// null means no clause (all), [] means nothing.
import { fromBase64 } from "./bits.js";

/** @typedef {[number, number]} Pair model and benchmark, as positions in the store */
/** @typedef {{view: string, set: string, pair: Pair|null, predicate: Record<string, any>,
 *   mask: string}} Clause */
/** @typedef {{set: string, sample: number}} Focus */
/** @typedef {{revision: number, models: number[]|null, benchmarks: number[]|null,
 *   pairs: string|null, classes: number[]|null, clauses: Clause[], reference: Pair|null,
 *   compared: Pair|null, focus: Focus|null}} State */
/** @typedef {{models: number, benchmarks: number, classes: number, sets: Record<string, number>,
 *   benchmark_sets: string[]}} Sizes */
/** @typedef {{type: string, [key: string]: any}} Action */
/** @typedef {(value: any, sizes: Sizes, what: string) => any} Check */

export const FIELDS = Object.freeze(
  /** @type {const} */ ([
    "models",
    "benchmarks",
    "pairs",
    "classes",
    "reference",
    "compared",
    "focus",
  ]),
);
const CLEARED = ["models", "benchmarks", "pairs", "classes", "clauses"];
const PREDICATE_CHARACTERS = 64 * 1024;
const VIEW = /^[A-Za-z0-9_.:-]{1,64}$/;

/** @param {string} text @returns {never} */
function refuse(text) {
  throw new RangeError(text);
}

/** JSON's word for a value's type, so that both reducers say the same. @param {any} value */
function kind(value) {
  if (value === null || value === undefined) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}

/** @param {any} value @param {number} length */
const quote = (value, length) => (JSON.stringify(value) ?? "null").slice(0, length);

/** @param {any} value @param {number} n @param {string} what @returns {number} */
function index(value, n, what) {
  if (!Number.isInteger(value) || value < 0 || value >= n) {
    const expected = n ? `an index in 0..${n - 1}` : "no index (there is none)";
    refuse(`${what}: expected ${expected}, got ${quote(value, 40)}`);
  }
  return value;
}

/** @param {any} value @param {number} n @param {string} what @returns {number[]|null} */
function indices(value, n, what) {
  if (value === null) return null;
  if (!Array.isArray(value)) {
    refuse(`${what}: expected a list of indices or null, got ${kind(value)}`);
  }
  const unique = new Set(value.map((item) => index(item, n, what)));
  return [...unique].sort((a, b) => a - b);
}

/** @type {Check} */
function pair(value, sizes, what) {
  if (value === null) return null;
  if (!Array.isArray(value) || value.length !== 2) {
    refuse(`${what}: expected [model, benchmark] or null, got ${kind(value)}`);
  }
  const model = index(value[0], sizes.models, `${what} model`);
  return [model, index(value[1], sizes.benchmarks, `${what} benchmark`)];
}

/** @type {Check} */
function reference(value, sizes, what) {
  if (value === null && sizes.models && sizes.benchmarks) {
    refuse(`${what}: expected [model, benchmark], got null`);
  }
  return pair(value, sizes, what);
}

/** @param {any} value @param {number} n @param {string} what */
function bits(value, n, what) {
  if (value === null) return null;
  if (typeof value !== "string") refuse(`${what}: expected base64 text, got ${kind(value)}`);
  fromBase64(value, n, what);
  return value;
}

/** @type {Check} */
function set(value, sizes, what) {
  if (typeof value !== "string" || !Object.hasOwn(sizes.sets, value)) {
    const names = Object.keys(sizes.sets).join(", ");
    refuse(`${what}: expected one of ${names}, got ${quote(value, 40)}`);
  }
  return value;
}

/** @param {any} value @param {readonly string[]} expected @param {string} what */
function keys(value, expected, what) {
  if (kind(value) !== "object") refuse(`${what}: expected an object, got ${kind(value)}`);
  const there = Object.keys(value);
  const odd = [
    ...there.filter((key) => !expected.includes(key)),
    ...expected.filter((key) => !there.includes(key)),
  ].sort();
  if (odd.length) {
    refuse(
      `${what}: expected the keys ${expected.join(", ")}; missing or unknown: ${quote(odd[0], 40).slice(1, -1)}`,
    );
  }
}

/** @type {Check} */
function focus(value, sizes, what) {
  if (value === null) return null;
  keys(value, ["set", "sample"], what);
  const name = set(value.set, sizes, `${what} set`);
  return { set: name, sample: index(value.sample, sizes.sets[name], `${what} sample`) };
}

/** @param {any} value @param {string} what @returns {string} */
function view(value, what) {
  if (typeof value !== "string" || !VIEW.test(value)) {
    refuse(`${what}: expected 1 to 64 letters, digits or _.:-, got ${quote(value, 80)}`);
  }
  return value;
}

/** @param {any} value @param {Sizes} sizes @returns {Clause} */
function clause(value, sizes) {
  keys(value, ["view", "set", "pair", "predicate", "mask"], "clause");
  view(value.view, "clause view");
  const name = set(value.set, sizes, "clause set");
  const drawn = pair(value.pair, sizes, "clause pair");
  if (drawn && sizes.benchmark_sets[drawn[1]] !== name) {
    const other = sizes.benchmark_sets[drawn[1]];
    refuse(`clause pair: benchmark ${drawn[1]} is of the set ${other}, not of ${name}`);
  }
  if (kind(value.predicate) !== "object") {
    refuse(`clause predicate: expected an object, got ${kind(value.predicate)}`);
  }
  if (JSON.stringify(value.predicate).length > PREDICATE_CHARACTERS) {
    refuse(`clause predicate: more than ${PREDICATE_CHARACTERS} characters`);
  }
  if (typeof value.mask !== "string") {
    refuse(`clause mask: expected base64 text, got ${kind(value.mask)}`);
  }
  bits(value.mask, sizes.sets[name], "clause mask");
  return { ...value, pair: drawn };
}

/** @param {Clause} a @param {Clause} b */
const byView = (a, b) => (a.view < b.view ? -1 : Number(a.view > b.view));

/** @type {Check} */
function clauses(value, sizes, what) {
  if (!Array.isArray(value)) refuse(`${what}: expected a list, got ${kind(value)}`);
  /** @type {Clause[]} */
  const sorted = value.map((one) => clause(one, sizes)).sort(byView);
  for (let k = 1; k < sorted.length; k++) {
    if (sorted[k].view === sorted[k - 1].view) {
      refuse(`${what}: view ${sorted[k].view} owns two clauses, expected one`);
    }
  }
  return sorted;
}

/** @type {Record<string, Check>} */
const CHECKS = {
  models: (value, sizes, what) => indices(value, sizes.models, what),
  benchmarks: (value, sizes, what) => indices(value, sizes.benchmarks, what),
  pairs: (value, sizes, what) => bits(value, sizes.models * sizes.benchmarks, what),
  classes: (value, sizes, what) => indices(value, sizes.classes, what),
  reference,
  compared: pair,
  focus,
  clauses,
};

/** A whole state in canonical form; throws on anything odd in it.
 * @param {any} state @param {Sizes} sizes @returns {State} */
export function validate(state, sizes) {
  keys(state, ["revision", ...FIELDS, "clauses"], "state");
  if (!Number.isSafeInteger(state.revision) || state.revision < 0) {
    refuse(`revision: expected an integer in 0..2^53-1, got ${quote(state.revision, 40)}`);
  }
  const checked = Object.entries(CHECKS).map(([name, check]) => [
    name,
    check(state[name], sizes, name),
  ]);
  return { revision: state.revision, ...Object.fromEntries(checked) };
}

/** @param {Clause[]} all @param {Clause|null} own @param {string} id */
function withClause(all, own, id) {
  const others = all.filter((other) => other.view !== id);
  return own ? [...others, own].sort(byView) : others;
}

/** The fields that `action` asks to be changed, checked.
 * @param {State} state @param {Action} action @param {Sizes} sizes
 * @returns {Record<string, any>} */
function changesOf(state, { type, ...rest }, sizes) {
  if (type === "set") {
    for (const name of Object.keys(rest)) {
      if (!FIELDS.includes(/** @type {any} */ (name))) {
        refuse(`set: expected fields of ${FIELDS.join(", ")}, got ${name}`);
      }
    }
    return Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [name, CHECKS[name](value, sizes, name)]),
    );
  }
  if (type === "clause") {
    const own = clause(rest, sizes);
    return { clauses: withClause(state.clauses, own, own.view) };
  }
  if (type === "only") return { clauses: [clause(rest, sizes)] };
  if (type === "clear" && "view" in rest) {
    return { clauses: withClause(state.clauses, null, view(rest.view, "clear view")) };
  }
  if (type === "clear") {
    return Object.fromEntries(CLEARED.map((name) => [name, name === "clauses" ? [] : null]));
  }
  if (type === "restore") {
    const { revision: _, ...values } = validate(rest.state ?? null, sizes);
    return values;
  }
  return refuse(
    `action: expected set, clause, only, clear, restore, undo or redo, got ${quote(type, 40)}`,
  );
}

/** Whether two JSON values are the same. @param {any} a @param {any} b @returns {boolean} */
export function same(a, b) {
  if (a === b) return true;
  if (kind(a) !== kind(b) || typeof a !== "object" || a === null || b === null) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  );
}

/** The state after `action`; the same object when nothing changes. Actions:
 * `{type: "set", <field>: value, …}`, `{type: "clause", view, set, pair, predicate, mask}`
 * (replaces that view's own clause), `{type: "only", …}` (the same, and drops every other one),
 * `{type: "clear"}` (every clause), `{type: "clear", view}`
 * (that view's), `{type: "restore", state}`. Throws RangeError on anything else.
 * @param {State} state @param {Action} action @param {Sizes} sizes @returns {State} */
export function reduce(state, action, sizes) {
  const changes = changesOf(state, action, sizes);
  const current = /** @type {Record<string, any>} */ (state);
  if (Object.entries(changes).every(([name, value]) => same(current[name], value))) return state;
  return { ...state, ...changes, revision: state.revision + 1 };
}

// Points that share a method, an architecture, a benchmark, …: what legend entries and trees are
// about. No DOM.

/** @typedef {import("./columns_hub.js").Directory} Directory */
/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {{key: string, label: string, value: number, points: number[]}} Group `key` is
 *   `attribute/value`, `value` the number behind a ratio, else NaN */
/** @typedef {{groups: Group[], of: Int16Array}} Grouping `of` each point's group */

export const ATTRIBUTES = /** @type {const} */ ([
  "benchmark",
  "family",
  "architecture",
  "method",
  "ratio",
]);
const MANY = 12; // ratios beyond which they are told apart in tenths alone

/** @param {Directory} directory @param {string} attribute @param {number} m @param {number} b */
function nameOf({ models, benchmarks }, attribute, m, b) {
  if (attribute === "benchmark") return benchmarks[b]?.name ?? "?";
  if (attribute === "family") return benchmarks[b]?.family ?? "?";
  return String(models[m]?.[/** @type {"architecture"|"method"} */ (attribute)] ?? "?");
}

/** Digits with which ratios are told apart. @param {Directory} directory */
function ratioDigits({ models }) {
  return new Set(models.map(({ ratio }) => (ratio ?? 0).toFixed(2))).size > MANY ? 1 : 2;
}

/** @type {WeakMap<Points, Map<string, Grouping>>} */
const known = new WeakMap();

/** The points' groups; made once for a state of the store.
 * @param {Points} points @param {Directory} directory @param {string} attribute
 * @returns {Grouping} */
export function groupBy(points, directory, attribute) {
  const own = known.get(points) ?? new Map();
  known.set(points, own);
  const key = `${attribute}/${directory.revision}`;
  const grouping = own.get(key) ?? grouped(points, directory, attribute);
  own.set(key, grouping);
  return grouping;
}

/** @param {Points} points @param {Directory} directory @param {string} attribute
 * @returns {Grouping} */
function grouped(points, directory, attribute) {
  const digits = ratioDigits(directory);
  /** @type {Map<string, Group>} */
  const found = new Map();
  const keys = Array.from({ length: points.n }, (_, i) => {
    const [m, b] = [points.model[i], points.benchmark[i]];
    const ratio = directory.models[m]?.ratio ?? 0;
    const own = attribute === "ratio" ? ratio.toFixed(digits) : nameOf(directory, attribute, m, b);
    const key = `${attribute}/${own}`;
    const group = found.get(key) ?? {
      key,
      label: labelOf(attribute, own),
      value: attribute === "ratio" ? Number(own) : Number.NaN,
      points: [],
    };
    group.points.push(i);
    found.set(key, group);
    return key;
  });
  const groups = ordered([...found.values()], directory, points, attribute);
  const places = new Map(groups.map(({ key }, k) => [key, k]));
  return { groups, of: Int16Array.from(keys, (key) => places.get(key) ?? 0) };
}

/** In the order of the store, ratios ascending. @param {Group[]} groups
 * @param {Directory} directory @param {Points} points @param {string} attribute */
function ordered(groups, directory, points, attribute) {
  if (attribute === "ratio") return groups.sort((a, b) => a.value - b.value);
  const ofBenchmark = attribute === "benchmark" || attribute === "family";
  const list = ofBenchmark ? directory.benchmarks : directory.models;
  const place = (/** @type {Group} */ group) => {
    const first = group.points[0];
    const own = ofBenchmark ? points.benchmark[first] : points.model[first];
    const name = group.key.slice(attribute.length + 1);
    if (attribute === "benchmark") return own;
    const same = list.findIndex(
      (entry) => String(/** @type {Record<string, any>} */ (entry)[attribute]) === name,
    );
    return same < 0 ? own : same;
  };
  return groups.sort((a, b) => place(a) - place(b));
}

/** @param {string} attribute @param {string} value */
function labelOf(attribute, value) {
  if (attribute === "ratio") return `${Math.round(100 * Number(value))} % removed`;
  if (!value || value === "null") return attribute === "family" ? "no corruption" : "none";
  return value.replaceAll("_", " ");
}

/** The group behind a key, or null. @param {Points} points @param {Directory} directory
 * @param {string} key */
export function groupOf(points, directory, key) {
  const attribute = key.slice(0, key.indexOf("/"));
  if (!(/** @type {readonly string[]} */ (ATTRIBUTES).includes(attribute))) return null;
  return groupBy(points, directory, attribute).groups.find((group) => group.key === key) ?? null;
}

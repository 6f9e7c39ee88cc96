// Numbers as they are read by people.

/** A share in per cent with one decimal; "–" of nothing. @param {number} part @param {number} whole */
export const share = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)} %` : "–");

/** A number of things, in groups of three digits. @param {number} n */
export const amount = (n) => GROUPED.format(n);
const GROUPED = new Intl.NumberFormat("en-US"); // making one costs a hundred times its use

const METRICS = {
  angle: { name: "angle", title: "angle to true class [°]", unit: "°", digits: 1 },
  length: { name: "length", title: "length", unit: "", digits: 2 },
  margin: { name: "margin", title: "margin", unit: "", digits: 2 },
  probability: { name: "probability", title: "probability", unit: "", digits: 3 },
};

/** @typedef {keyof typeof METRICS} Metric */

/** Names, axis titles and units. @param {string} metric */
export const metricInfo = (metric) => METRICS[/** @type {Metric} */ (metric)];

export const METRIC_NAMES = /** @type {Metric[]} */ (Object.keys(METRICS));

/** @param {string} metric @param {number} value */
export function metricValue(metric, value) {
  const { digits, unit } = metricInfo(metric);
  return Number.isFinite(value) ? `${value.toFixed(digits).replace("-", "−")}${unit}` : "no value";
}

const NAME = 32; // characters of a name in a sentence; the whole stands in titles and lists

/** A name as a sentence can bear it. @param {string} name */
export const brief = (name) =>
  name.length <= NAME ? name : `${name.slice(0, NAME - 1).trimEnd()}…`;

/** @param {import("./columns_hub.js").Directory} directory @param {[number, number]} pair */
export function briefPair({ models, benchmarks }, [m, b]) {
  return `${brief(models[m]?.name ?? "?")} / ${brief(benchmarks[b]?.name ?? "?")}`;
}

/** @param {import("./columns_hub.js").Directory} directory @param {[number, number]} pair */
export function pairName({ models, benchmarks }, [m, b]) {
  return `${models[m]?.name ?? "?"} / ${benchmarks[b]?.name ?? "?"}`;
}

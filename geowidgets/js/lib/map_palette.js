// Colours of groups and of numbers. Groups differ in lightness as well as in hue.

/** @typedef {import("./theme.js").Rgba} Rgba */
/** @typedef {import("./columns_hub.js").BenchmarkInfo} BenchmarkInfo */

const LIGHT = "#2f6fae #d9730d #12826a #b23a7a #6d55bb #8a6a12 #2a97ad #a8352a #56646f #77941b";
const DARK = "#7db8f0 #f59a3f #3fc4a4 #f083b8 #ad98f2 #d8b64a #63d0e6 #f27a68 #a9b6c2 #b9d456";
/** @type {[Rgba, Rgba]} from low to high */
const RAMP_LIGHT = [
  [125, 186, 224, 1],
  [10, 42, 94, 1],
];
/** @type {[Rgba, Rgba]} */
const RAMP_DARK = [
  [48, 88, 140, 1],
  [226, 240, 253, 1],
];

/** @param {string} hex @returns {Rgba} */
function rgba(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255, 1];
}

/** @param {Rgba} a @param {Rgba} b @param {number} share @returns {Rgba} */
export function mixed(a, b, share) {
  const at = (/** @type {0|1|2} */ k) => Math.round(a[k] + (b[k] - a[k]) * share);
  return [at(0), at(1), at(2), 1];
}

/** A colour a group: ten hues, then the same again nearer to the text's colour.
 * @param {number} count @param {boolean} dark @returns {Rgba[]} */
export function groupColors(count, dark) {
  const base = (dark ? DARK : LIGHT).split(" ").map(rgba);
  return Array.from({ length: count }, (_, k) => {
    const round = Math.floor(k / base.length) % 3;
    const other = dark ? rgba("#ffffff") : rgba("#101418");
    return mixed(base[k % base.length], other, round * 0.32);
  });
}

/** A colour a benchmark: the hue tells its family, the lightness which one of it.
 * @param {(BenchmarkInfo|undefined)[]} benchmarks @param {boolean} dark @returns {Rgba[]} */
export function benchmarkColors(benchmarks, dark) {
  const families = [...new Set(benchmarks.map((entry) => entry?.family ?? ""))];
  const hues = groupColors(families.length, dark);
  const members = families.map((family) =>
    benchmarks.flatMap((entry, k) => ((entry?.family ?? "") === family ? [k] : [])),
  );
  const pale = dark ? rgba("#ffffff") : rgba("#f4f7fa");
  const deep = dark ? rgba("#1d242c") : rgba("#0c1117");
  return benchmarks.map((entry, k) => {
    const f = families.indexOf(entry?.family ?? "");
    const own = members[f];
    const place = own.length > 1 ? own.indexOf(k) / (own.length - 1) : 0.5;
    return place < 0.5
      ? mixed(hues[f], pale, (0.5 - place) * 1.0)
      : mixed(hues[f], deep, (place - 0.5) * 0.95);
  });
}

/** The colour of a number in 0..1. @param {number} share @param {boolean} dark */
export function rampColor(share, dark) {
  const [low, high] = dark ? RAMP_DARK : RAMP_LIGHT;
  return mixed(low, high, Math.min(1, Math.max(0, share)));
}

/** Paler where more weights are removed. @param {Rgba} color @param {number} ratio 0..1
 * @param {boolean} dark */
export const lightened = (color, ratio, dark) =>
  mixed(color, dark ? [30, 36, 43, 1] : [255, 255, 255, 1], 0.72 * Math.min(1, Math.max(0, ratio)));

/** @param {Rgba} color */
export const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

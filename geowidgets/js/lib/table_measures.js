// What a cell may show besides accuracy: names, units, scales, and what counts as better.

import { nice } from "d3-array";

/**
 * @typedef {{ name: string, title: string, unit: string, digits: number, percent: boolean,
 *   better: -1 | 0 | 1, fixed: [number, number] | null }} Measure
 *   `percent`: a fraction, written in per cent; `better`: 1 where more is better, −1 where less is,
 *   0 where neither is; `fixed`: the scale, where it does not follow the numbers
 * @typedef {{ name: string, unit: string, better: -1 | 0 | 1, percent: boolean, models: string[],
 *   benchmarks: string[], values: DataView }} GivenTable the user's own numbers, model-major float32
 */

/** @type {Measure} */
export const ACCURACY = measure("accuracy", "accuracy", { percent: true, better: 1, digits: 1 });
/** @type {Measure} */
export const MCE = { ...measure("mce", "mCE", { percent: true, better: -1 }), fixed: null };
/** @type {Measure} */
export const POTENTIAL = measure("potential", "prune potential", { percent: true, better: 1 });

/** @type {Measure[]} */
export const MEASURES = [
  ACCURACY,
  { ...measure("angle", "mean angle", { unit: "°", better: -1 }), fixed: null },
  { ...measure("length", "mean length", { digits: 2, better: 0 }), fixed: null },
  { ...measure("margin", "mean margin", { digits: 2, better: 1 }), fixed: null },
  measure("probability", "mean probability", { digits: 3, better: 1 }),
  { ...measure("ece", "calibration error", { percent: true, better: -1 }), fixed: null },
];

/**
 * @param {string} name
 * @param {string} title
 * @param {Partial<Measure>} rest
 * @returns {Measure}
 */
function measure(name, title, rest) {
  const plain = { unit: "", digits: 1, percent: false, better: /** @type {1} */ (1) };
  return { ...plain, ...rest, name, title, fixed: [0, 1] };
}

/**
 * @param {string} name
 * @param {GivenTable | null} given
 * @returns {Measure}
 */
export function measureOf(name, given) {
  if (name === "table" && given) {
    const { unit, better, percent } = given;
    return { name, title: given.name, unit, better, percent, digits: percent ? 1 : 3, fixed: null };
  }
  return MEASURES.find((one) => one.name === name) ?? ACCURACY;
}

/**
 * The shared scale of all cells: the fixed one, or round numbers that hold 0 and all values.
 * @param {Measure} measure
 * @param {Iterable<number>} values
 * @returns {[number, number]}
 */
export function measureScale({ fixed }, values) {
  if (fixed) return fixed;
  let [low, high] = [0, 0];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low === high) return [0, 1];
  return nice(low, high, 5);
}

const MINUS = "\u2212";

/** @param {string} text */
const signed = (text) => text.replace("-", MINUS);

/** A value without its unit, as it stands in a cell. @param {Measure} measure @param {number} value */
export function valueText({ percent, digits }, value) {
  return signed(percent ? (100 * value).toFixed(1) : value.toFixed(digits));
}

/** A value with one more digit and its unit, as hovering shows it.
 * @param {Measure} measure @param {number} value */
export function exactText({ percent, digits, unit }, value) {
  if (percent) return `${signed((100 * value).toFixed(2))} %`;
  const space = unit && unit !== "°" ? " " : "";
  return `${signed(value.toFixed(digits + 1))}${space}${unit}`;
}

/** A difference with its sign, in the unit of `differenceUnit`: `+1.2`, `−0.3`.
 * @param {Measure} measure @param {number} difference */
export function differenceText({ percent, digits }, difference) {
  const size = Math.abs(percent ? 100 * difference : difference);
  const text = size.toFixed(percent ? 1 : digits);
  if (Number(text) === 0) return text;
  return `${difference < 0 ? MINUS : "+"}${text}`;
}

/** @param {Measure} measure */
export const differenceUnit = ({ percent, unit }) => (percent ? "points" : unit);

/** The unit in words for a legend: ` in %`, ` in °` or nothing. @param {Measure} measure */
export const inUnit = ({ percent, unit }) => (percent ? " in %" : unit ? ` in ${unit}` : "");

/**
 * Whether a difference is an improvement; where neither way is, upwards counts as one.
 * @param {Measure} measure
 * @param {number} difference
 */
export const isGain = ({ better }, difference) => difference * (better || 1) >= 0;

/** Words for the two ways. @param {Measure} measure @returns {[string, string]} */
export const wayWords = ({ better }) => (better === 0 ? ["higher", "lower"] : ["better", "worse"]);

const STEPS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1];

/**
 * The scale of differences: the smallest of a few round numbers that holds them all, so that it
 * seldom changes while a brush moves.
 * @param {Measure} measure
 * @param {number} largest largest absolute difference
 */
export function differenceScale({ percent }, largest) {
  if (percent) return STEPS.find((step) => largest <= step) ?? Math.ceil(largest);
  if (!(largest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  // Powers of ten below 1 are not exact, and a scale a hair below the largest would cut it.
  return power * ([1, 2, 5, 10].find((step) => largest <= step * power * (1 + 1e-12)) ?? 10);
}

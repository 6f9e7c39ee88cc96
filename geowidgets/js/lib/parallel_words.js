// The view's numbers and sentences. No DOM.
import * as bits from "./bits.js";
import { amount, brief, share } from "./words.js";

/** @typedef {import("./parallel_axes.js").Axis} Axis */
/** @typedef {import("./parallel_loader.js").Loaded} Loaded */

/** @param {Axis} axis @param {number} value */
export function axisValue({ digits, unit }, value) {
  if (!Number.isFinite(value)) return "no value";
  return `${value.toFixed(digits).replace("-", "−")}${unit}`;
}

/** @param {Axis} axis @param {[number, number]} range */
export const rangeWords = (axis, [low, high]) =>
  `${axisValue(axis, low)} to ${axisValue(axis, high)}`;

/** The axis as it is spoken of. @param {Axis} axis */
export const axisTitle = ({ kind, name }) => (kind === "angle" ? `angle to ${name}` : name);

/** @param {Axis} axis @param {number} k @param {number} of @param {[number, number]|undefined} range
 * @param {boolean} inverted */
export function spokenAxis(axis, k, of, range, inverted) {
  const parts = [axisTitle(axis), `axis ${amount(k + 1)} of ${amount(of)}`];
  parts.push(range ? `range ${rangeWords(axis, range)}` : "no range");
  if (inverted) parts.push("low values at the top");
  return parts.join(", ");
}

/** @param {Uint32Array} mask @param {Loaded} loaded */
const accuracy = (mask, { data }) => share(bits.countAnd(mask, data.correct), bits.count(mask));

/** The line under the controls.
 * @param {{reference: Loaded, compared: Loaded|null, population: Uint32Array,
 *   mask: Uint32Array|null, classes: string, pairs: string[], missing: number,
 *   drawn: number}} options `pairs` their names, `missing` samples without a value on some axis */
export function summary({ reference, compared, population, mask, classes, pairs, missing, drawn }) {
  const of = bits.count(population);
  const what = classes ? ` of ${classes}` : "";
  const chosen = mask ?? population;
  const n = bits.count(chosen);
  const first = mask ? `${amount(n)} of ${samples(of)}${what} selected` : `${samples(of)}${what}`;
  const rest = n ? [`${pairs[0]}: ${accuracy(chosen, reference)} correct`] : [pairs[0]];
  if (compared && compared.set === reference.set && n) {
    rest.push(`${pairs[1]}: ${accuracy(chosen, compared)} correct`);
  } else if (compared && compared.set !== reference.set) {
    rest.push(`${pairs[1]} holds other samples (set ${compared.set})`);
  }
  if (missing) {
    const one = missing === 1;
    rest.push(`${amount(missing)} ${one ? "has" : "have"} no value on some axis`);
  }
  if (mask && !n && drawn) rest.push("no sample satisfies every clause");
  return { first, rest: rest.join(" · ") };
}

/** @param {number} n */
const samples = (n) => `${amount(n)} ${n === 1 ? "sample" : "samples"}`;

/** A few classes by name, many by number. @param {number[]|null} classes @param {string[]} names */
export function classWords(classes, names) {
  if (!classes) return "";
  if (!classes.length) return "no class";
  if (classes.length > 3) return `${amount(classes.length)} classes`;
  return `${classes.length > 1 ? "classes" : "class"} ${classes.map((c) => brief(names[c])).join(", ")}`;
}

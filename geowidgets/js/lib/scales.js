// Linear scales and ticks whose labels do not touch. No DOM.
import { nice, tickStep, ticks } from "d3-array";

/** @typedef {[number, number]} Domain */
/** @typedef {{value: number, at: number, label: string}} Tick */

/** The least and greatest finite value of `values` at `samples`, or null.
 * @param {ArrayLike<number>} values @param {ArrayLike<number>} samples @returns {Domain|null} */
export function extent(values, samples) {
  let low = Infinity;
  let high = -Infinity;
  for (let k = 0; k < samples.length; k++) {
    const value = values[samples[k]];
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** The smallest domain around both. @param {Domain|null} a @param {Domain|null} b */
export function union(a, b) {
  if (!a || !b) return a ?? b;
  return /** @type {Domain} */ ([Math.min(a[0], b[0]), Math.max(a[1], b[1])]);
}

/** A domain with round ends and room around its outermost points; never of width 0.
 * @param {Domain|null} domain @returns {Domain} */
export function roomy(domain) {
  if (!domain) return [0, 1];
  const [low, high] = domain;
  const span = high - low || Math.abs(high) * 0.1 || 1;
  const room = span * (high > low ? 0.03 : 0.5);
  // Metrics that cannot be negative must not seem so.
  const start = low >= 0 ? Math.max(0, low - room) : low - room;
  const [a, b] = nice(start, high + room, 5);
  return [a, b];
}

/** Position of a value, `range[0]` at the domain's start. @param {Domain} domain @param {Domain} range
 * @returns {(value: number) => number} */
export function linear([d0, d1], [r0, r1]) {
  const slope = (r1 - r0) / (d1 - d0);
  return (value) => r0 + (value - d0) * slope;
}

/** The value at a position. @param {Domain} domain @param {Domain} range */
export const inverse = (domain, range) => linear(range, domain);

/** @param {number} value @param {number} step */
function label(value, step) {
  const place = Math.floor(Math.log10(step) + 1e-9);
  if (value && (Math.abs(value) >= 1e6 || place < -6)) {
    const digits = Math.floor(Math.log10(Math.abs(value)) + 1e-9) - place;
    return minus(value.toExponential(Math.max(0, digits)).replace("e+", "e"));
  }
  return minus(value.toFixed(Math.max(0, Math.min(6, -place))));
}

/** A hyphen is shorter than a minus, and reads as a range. @param {string} number */
const minus = (number) => number.replaceAll("-", "−");

/** As many ticks as fit without their labels touching, at least the two ends' worth of one step.
 * @param {Domain} domain @param {Domain} range pixels
 * @param {(label: string) => number} size a label's extent along the axis, pixels
 * @param {number} [gap] least room between labels
 * @returns {Tick[]} */
export function fittingTicks(domain, range, size, gap = 10) {
  const position = linear(domain, range);
  for (let count = 8; count >= 1; count--) {
    const step = tickStep(domain[0], domain[1], count);
    const found = ticks(domain[0], domain[1], count).map((value) => {
      return { value, at: position(value), label: label(value, step) };
    });
    if (found.every((tick, k) => k === 0 || apart(found[k - 1], tick, size) >= gap)) return found;
  }
  return [];
}

/** @param {Tick} a @param {Tick} b @param {(label: string) => number} size */
function apart(a, b, size) {
  return Math.abs(b.at - a.at) - (size(a.label) + size(b.label)) / 2;
}

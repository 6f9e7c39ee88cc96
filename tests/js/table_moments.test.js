import assert from "node:assert/strict";
import { test } from "node:test";
import { fromIndices } from "../../geowidgets/js/lib/bits.js";
import { Z } from "../../geowidgets/js/lib/table_intervals.js";
import { maskedMoments, meanDifference, meanInterval } from "../../geowidgets/js/lib/table_moments.js";

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b)), `${a} ≠ ${b}`);
const VALUES = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];

/** Samples, mean and variance, read aloud. */
function moments(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [values.length, mean, square / (values.length - 1)];
}

test("moments on a mask, pair by pair, without the values that are missing", () => {
  // Catches: pairs that run into each other; NaN in a sum; sample 0 left out.
  const values = Float32Array.from([...VALUES, ...VALUES.map((value) => -value)]);
  values[13] = Number.NaN;
  const found = maskedMoments(values, 12, fromIndices([0, 1, 5, 11], 12));
  const wanted = [...moments([3, 1, 9, 8]), ...moments([-3, -9, -8])];
  found.forEach((value, k) => near(value, wanted[k]));
  const none = maskedMoments(values, 12, fromIndices([], 12));
  assert.deepEqual([none[0], Number.isNaN(none[1])], [0, true]);
});

test("the interval of a subset's difference is that against the rest, scaled", () => {
  // Catches: the whole set taken for the rest; the rest's variance not corrected for its mean.
  const [part, rest] = [VALUES.slice(0, 5), VALUES.slice(5)];
  const { difference, low, high } = meanDifference(moments(part), moments(VALUES));
  const [n, mean, variance] = moments(part);
  const [m, other, spread] = moments(rest);
  near(difference, mean - moments(VALUES)[1]);
  near(difference, (m / 12) * (mean - other));
  near(high - difference, Z * (m / 12) * Math.sqrt(variance / n + spread / m));
  near(difference - low, high - difference);
});

test("edges: no sample, one sample, all samples", () => {
  const whole = moments(VALUES);
  assert.ok(Number.isNaN(meanDifference([0, Number.NaN, Number.NaN], whole).difference));
  assert.deepEqual(meanDifference(whole, whole), { difference: 0, low: 0, high: 0 });
  const one = meanDifference([1, 9, Number.NaN], whole);
  near(one.difference, 9 - whole[1]);
  assert.ok(Number.isNaN(one.low));
  assert.ok(Number.isNaN(meanInterval(1, 9, Number.NaN)[0]));
});

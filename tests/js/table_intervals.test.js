import assert from "node:assert/strict";
import { test } from "node:test";
import { subsetDifference, wilson, Z } from "../../geowidgets/js/lib/table_intervals.js";

const near = (a, b, tolerance = 1e-9) => assert.ok(Math.abs(a - b) < tolerance, `${a} ≠ ${b}`);

test("Wilson's bounds solve the score equation they come from", () => {
  // Catches: a wrong factor in the formula; p̂ − p = ±z √(p(1−p)/n) at both ends.
  for (const [k, n] of [
    [1, 7],
    [0, 9],
    [9, 9],
    [813, 1000],
    [9000, 10000],
  ]) {
    const [low, high] = wilson(k, n);
    for (const bound of [low, high]) {
      if (bound === 0 || bound === 1) continue;
      near(Math.abs(k / n - bound), Z * Math.sqrt((bound * (1 - bound)) / n));
    }
    assert.ok(low <= k / n && k / n <= high && low >= 0 && high <= 1);
  }
});

test("Wilson's interval of 81 in 263 as printed by Newcombe (1998)", () => {
  const [low, high] = wilson(81, 263);
  near(low, 0.2553, 5e-5);
  near(high, 0.3662, 5e-5);
});

test("no sample gives no number", () => {
  assert.deepEqual(wilson(0, 0), [Number.NaN, Number.NaN]);
  assert.ok(Number.isNaN(subsetDifference(0, 0, 5, 9).difference));
});

test("a subset's difference is its accuracy minus the whole's", () => {
  // Catches: the scaling of subset against rest left out.
  const { difference, low, high } = subsetDifference(20, 40, 820, 1000);
  near(difference, 20 / 40 - 0.82);
  assert.ok(low < difference && difference < high && high < 0);
});

test("Newcombe's interval of 56/70 − 48/80, scaled by the rest's share", () => {
  // Table II (a), method 10 of Newcombe (1998): 0.0524 to 0.3339.
  const share = 80 / 150;
  const { low, high } = subsetDifference(56, 70, 104, 150);
  near(low / share, 0.0524, 5e-5);
  near(high / share, 0.3339, 5e-5);
});

test("the whole set differs from itself by exactly 0", () => {
  assert.deepEqual(subsetDifference(9, 12, 9, 12), { difference: 0, low: 0, high: 0 });
});

test("the interval covers what resampling finds", () => {
  // Catches: an interval of the wrong width; 400 draws of a subset without replacement.
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const [wholeN, n, p] = [400, 60, 0.7];
  let covered = 0;
  for (let draw = 0; draw < 400; draw += 1) {
    const right = Array.from({ length: wholeN }, () => (next() < p ? 1 : 0));
    const k = right.slice(0, n).reduce((a, b) => a + b, 0);
    const whole = right.reduce((a, b) => a + b, 0);
    const { low, high } = subsetDifference(k, n, whole, wholeN);
    if (low <= 0 && high >= 0) covered += 1;
  }
  assert.ok(covered >= 368 && covered <= 394, `${covered} of 400`);
});

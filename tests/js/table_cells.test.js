import assert from "node:assert/strict";
import { test } from "node:test";
import { cell as cellOf, finiteMean } from "../../geowidgets/js/lib/table_cells.js";

/** A cell of one model. */
const cell = (numbers, model, benchmarks, filtered) =>
  cellOf(numbers, [model], benchmarks, filtered);
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} ≠ ${b}`);
/** Two models × two benchmarks (global indices 3 and 5) on 40 samples; one pair is missing. */
const numbers = (subset = null, counts = null) => ({
  n: 40,
  accuracy: [0.5, 0.75, Number.NaN, 0.25],
  benchmarks: [3, 5],
  subset,
  counts,
});

test("a cell of the whole set gives exact counts and Wilson's interval", () => {
  const value = cell(numbers(), 0, [5], false);
  assert.equal(value.state, "whole");
  assert.deepEqual([value.correct, value.n, value.value], [30, 40, 0.75]);
  assert.ok(value.low < 0.75 && value.high > 0.75);
});

test("a float32 accuracy still gives the integer it came from", () => {
  const accuracy = Float32Array.from([7 / 9999]);
  const value = cell(
    { n: 9999, accuracy, benchmarks: [0], subset: null, counts: null },
    0,
    [0],
    false,
  );
  assert.equal(value.correct, 7);
});

test("a subset is compared with the whole set", () => {
  const value = cell(numbers(10, [10, 9, 0, 2]), 0, [5], true);
  assert.equal(value.state, "subset");
  assert.deepEqual([value.subsetCorrect, value.subsetN], [9, 10]);
  near(value.difference, 0.9 - 0.75);
  assert.equal(value.clear, false);
  assert.equal(cell(numbers(10, [10, 9, 0, 0]), 1, [5], true).clear, true);
});

test("severities add up and a missing one is left out, said by `benchmarks`", () => {
  // Catches: NaN of one severity blanking the mean, or counted as 0.
  const both = cell(numbers(10, [5, 9, 0, 2]), 0, [3, 5], true);
  assert.deepEqual([both.benchmarks, both.correct, both.n], [2, 50, 80]);
  near(both.difference, 0.7 - 0.625);
  const one = cell(numbers(), 1, [3, 5], false);
  assert.deepEqual([one.benchmarks, one.correct, one.n], [1, 10, 40]);
});

test("averaging severities does not make the interval narrower than one of them", () => {
  // Catches: the same images counted as independent samples.
  const same = { n: 40, accuracy: [0.5, 0.5], benchmarks: [0, 1], subset: null, counts: null };
  const width = ({ low, high }) => high - low;
  near(width(cell(same, 0, [0, 1], false)), width(cell(same, 0, [0], false)));
});

test("states: missing, elsewhere, empty subset", () => {
  assert.equal(cell(numbers(), 1, [3], false).state, "missing");
  assert.equal(cell(numbers(), 0, [3], true).state, "elsewhere");
  const empty = cell(numbers(0, [0, 0, 0, 0]), 0, [3], true);
  assert.equal(empty.state, "subset");
  assert.ok(Number.isNaN(empty.difference) && !empty.clear);
});

test("repeats: mean of all, std over the repeats, intervals of one net's samples", () => {
  // Catches: std over severities instead of repeats; n of one repeat; a missing repeat taken for 0.
  const both = { ...numbers(), accuracy: [0.5, 0.75, 0.25, 0.75, 1, Number.NaN] };
  const value = cellOf(both, [0, 1], [3, 5], false);
  assert.deepEqual([value.repeats, value.benchmarks, value.n, value.correct], [2, 2, 160, 90]);
  near(value.value, 90 / 160);
  near(value.std, Math.hypot(0.0625, 0.0625));
  const one = cellOf(both, [1, 2], [5], false);
  assert.deepEqual([one.repeats, one.correct, one.n], [1, 30, 40]);
  assert.ok(Number.isNaN(one.std));
});

test("a metric's mean, and its difference on a subset, per pair and averaged", () => {
  // Catches: the triple's fields exchanged; waiting taken for a number; given numbers for a subset.
  const whole = [40, 2, 1, 40, 4, 4, 40, Number.NaN, Number.NaN, 40, 8, 1];
  const base = { ...numbers(10), whole, part: null };
  assert.equal(cellOf(base, [0], [5], true).state, "waiting");
  assert.equal(cellOf({ ...base, fixed: true }, [0], [5], true).state, "fixed");
  assert.equal(cellOf(base, [1], [3], true).state, "missing");
  const part = [10, 3, 1, 10, 7, 1, 10, 0, 0, 10, 8, 1];
  const value = cellOf({ ...base, part }, [0], [3, 5], true);
  assert.deepEqual([value.state, value.value, value.subsetValue], ["subset", 3, 5]);
  assert.deepEqual([value.difference, value.clear, value.subsetN], [2, true, 20]);
  const same = cellOf({ ...base, part }, [1], [5], true);
  assert.deepEqual([same.difference, same.clear], [0, false]);
});

test("a metric without a variance has no interval, and every difference counts", () => {
  const whole = [40, 0.2, Number.NaN];
  const part = [10, 0.3, Number.NaN];
  const base = { n: 40, accuracy: [0.5], benchmarks: [0], subset: 10, counts: null, whole, part };
  const value = cellOf(base, [0], [0], true);
  assert.ok(Number.isNaN(value.low) && value.clear);
});

test("mean of finite numbers", () => {
  near(finiteMean([1, Number.NaN, 3]), 2);
  assert.ok(Number.isNaN(finiteMean([])));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, finiteMean, isClear } from "../../geowidgets/js/lib/table_cells.js";

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
  assert.deepEqual([value.correct, value.n, value.accuracy], [30, 40, 0.75]);
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
  assert.equal(isClear(value), false);
  assert.equal(isClear(cell(numbers(10, [10, 9, 0, 0]), 1, [5], true)), true);
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
  assert.ok(Number.isNaN(empty.difference) && !isClear(empty));
});

test("mean of finite numbers", () => {
  near(finiteMean([1, Number.NaN, 3]), 2);
  assert.ok(Number.isNaN(finiteMean([])));
});

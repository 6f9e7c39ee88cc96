import assert from "node:assert/strict";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import { confusions, reactions } from "../../geowidgets/js/lib/class_rank.js";
import { createBrush } from "../../geowidgets/js/lib/parallel_brush.js";
import { countMissing, createPairData, population } from "../../geowidgets/js/lib/parallel_data.js";
import { linePath, nearestLine } from "../../geowidgets/js/lib/parallel_nearest.js";
import { meanMoves, movesKey } from "../../geowidgets/js/lib/parallel_rank.js";
import {
  clauseAction,
  moved,
  reasonsMask,
  reasonsOf,
  widened,
} from "../../geowidgets/js/lib/parallel_ranges.js";
import { METRIC_AXES, angleAxes } from "../../geowidgets/js/lib/parallel_axes.js";
import { openSelection } from "./open_selection.js";

const names = ["cat", "dog", "length"]; // a class may be called like a metric
// (sample, class), 5 × 3
const angles = Float32Array.from(
  [
    [10, 15, 80],
    [60, 20, 90],
    [70, 70, 30],
    [12, 40, Number.NaN],
    [11, 12, 50],
  ].flat(),
);
const labels = Int16Array.of(0, 1, 2, 0, 0);
const columns = {
  labels,
  prediction: Int16Array.of(0, 1, 2, 0, 1),
  length: Float32Array.of(1, 2, 3, 4, 5),
  margin: Float32Array.of(-1, 0, 1, 2, Number.NaN),
  probability: Float32Array.of(0.95, 0.99, 0.5, 0.92, 0.97),
};

/** A pair's data with its matrix (sample, kept class) taken apart as the kernel does. */
function pairOf(given, kept, matrix) {
  const n = given.labels.length;
  const width = kept.length;
  const at = (i, c) => matrix[i * width + kept.indexOf(c)];
  const nearest = Float32Array.from({ length: n }, (_, i) => {
    const others = kept.filter((c) => c !== given.labels[i]).map((c) => at(i, c));
    const there = others.filter(Number.isFinite);
    return there.length ? Math.min(...there) : Number.NaN;
  });
  const angle = Float32Array.from(given.labels, (c, i) => at(i, c) ?? Number.NaN);
  const finite = [...matrix].filter(Number.isFinite);
  const extent = Float32Array.of(Math.min(...finite), Math.max(...finite));
  const made = createPairData({ ...given, angle, nearest, extent }, kept);
  for (const c of kept) {
    made.put(
      c,
      Float32Array.from({ length: n }, (_, i) => at(i, c)),
    );
  }
  return made;
}
const data = pairOf(columns, [0, 1, 2], angles);
const chosen = (axes, confusable = null) => [
  ...bits.toIndices(reasonsMask(data, { axes, confusable }, names)),
];

test("every range holds (AND), both ends included, and a missing value lies in none", () => {
  assert.deepEqual(chosen({ "angle/cat": [10, 12] }), [0, 3, 4]);
  assert.deepEqual(chosen({ "angle/cat": [10, 12], length: [4, 5] }), [3, 4]);
  assert.deepEqual(chosen({ margin: [-1e30, 1e30] }), [0, 1, 2, 3]);
  assert.deepEqual(chosen({ "angle/length": [0, 60] }), [2, 4]);
  assert.deepEqual(chosen({}), [0, 1, 2, 3, 4]);
});

test("right, confident, but close to another class: each of the three conditions counts", () => {
  const question = (probability, degrees) => chosen({}, { probability, degrees });
  assert.deepEqual(question(0.9, 5), [0]); // 4 is wrong, 1 is far from others, 2 not confident
  assert.deepEqual(question(0.9, 40), [0, 1, 3]);
  assert.deepEqual(question(0, 40), [0, 1, 2, 3]);
  assert.deepEqual(question(0.96, 40), [1]);
  assert.deepEqual(chosen({ length: [2, 9] }, { probability: 0.9, degrees: 40 }), [1, 3]);
});

test("a mask crosses words of 32 samples, and its spare bits stay 0", () => {
  const n = 71;
  const many = pairOf(
    {
      labels: new Int16Array(n),
      prediction: new Int16Array(n),
      length: new Float32Array(n),
      margin: new Float32Array(n),
      probability: new Float32Array(n),
    },
    [0],
    Float32Array.from({ length: n }, (_, i) => i),
  );
  const mask = reasonsMask(many, { axes: { "angle/cat": [30, 70] }, confusable: null }, names);
  assert.deepEqual(
    [...bits.toIndices(mask)],
    Array.from({ length: 41 }, (_, k) => 30 + k),
  );
  const none = { axes: { "angle/cat": [200, 300] }, confusable: null };
  assert.equal(bits.count(reasonsMask(many, none, names)), 0);
});

test("classes whose angles are not kept have no values, those on their way are never read", () => {
  const few = createPairData(columns, [1, 2]);
  const [cat, dog, ship] = angleAxes(names, [0, 1, 2]);
  assert.ok(few.values(cat).every(Number.isNaN));
  assert.throws(() => few.values(dog), /the angles to dog have not arrived yet/);
  assert.deepEqual(few.missing([0, 1, 2]), [1, 2]);
  few.put(1, Float32Array.of(1, 2, 3, 4, 5));
  assert.deepEqual([...few.values(dog)], [1, 2, 3, 4, 5]);
  assert.deepEqual(few.missing([0, 1, 2]), [2]);
  few.put(2, Float32Array.of(1, 2, 3, 4, 5));
  few.trim([2]);
  assert.deepEqual(few.missing([1, 2]), [1], "of 1,000 classes only those shown are held");
  assert.ok(few.whole(ship));
  assert.equal(few.angleExtent(), null);
});

test("samples without a value are counted once, and only among those shown", () => {
  const axes = [...angleAxes(names, [0, 2]), ...METRIC_AXES];
  assert.equal(countMissing(data, axes, population(data, null)), 2);
  assert.equal(countMissing(data, axes, population(data, [1])), 0);
  assert.equal(bits.count(population(data, [])), 0, "[] is nothing, not everything");
});

test("a clause without reasons is none; one of another view says nothing here", () => {
  const options = { view: "v", set: "test", pair: [0, 0], data, names };
  const nothing = { axes: {}, confusable: null };
  assert.deepEqual(clauseAction({ ...options, reasons: nothing }), { type: "clear", view: "v" });
  assert.deepEqual(reasonsOf({ predicate: { kind: "shapes", axes: { x: 1 } } }), nothing);
  const reasons = { axes: { "angle/cat": [10, 12] }, confusable: null };
  const { mask, predicate } = clauseAction({ ...options, reasons });
  assert.equal(mask, bits.toBase64(bits.fromIndices([0, 3, 4], 5), 5));
  assert.deepEqual(predicate, { type: "ranges", axes: { "angle/cat": [10, 12] } });
});

test("ranges move and widen within their axis and never turn inside out", () => {
  assert.deepEqual(moved([10, 20], 5, [0, 22]), [12, 22]);
  assert.deepEqual(moved([10, 20], -50, [0, 22]), [0, 10]);
  assert.deepEqual(moved([0, 1e30], 5, [0, 22]), [0, 1e30]);
  assert.deepEqual(widened([10, 20], 15, [0, 22]), [0, 22]);
  assert.deepEqual(widened([10, 20], -8, [0, 22]), [15, 15]);
});

test("a drag that Escape ends leaves the clause as it was, and undo skips the moves", () => {
  const sizes = {
    models: 1,
    benchmarks: 1,
    classes: 3,
    sets: { test: 5 },
    benchmark_sets: ["test"],
  };
  const { hub: selection } = openSelection({ sizes });
  const loaded = () => ({ pair: [0, 0], set: "test", data });
  const brush = createBrush({ selection, viewId: "v", names: () => names, loaded });
  brush.setRange("angle/cat", [10, 12]);
  brush.drag("length", [1, 2], false);
  brush.drag("length", [1, 4], false);
  assert.equal(bits.count(selection.mask("test")), 2);
  brush.cancel();
  assert.deepEqual(brush.reasons().axes, { "angle/cat": [10, 12] });
  brush.drag("length", [1, 2], false);
  brush.drag("length", [4, 5], true);
  assert.deepEqual([...bits.toIndices(selection.mask("test"))], [3, 4]);
  selection.dispatch({ type: "undo" });
  assert.deepEqual(brush.reasons().axes, { "angle/cat": [10, 12] });
  brush.setRange("angle/cat", null);
  assert.equal(selection.clause("v"), undefined);
});

test("classes are ranked by the mean of |angle − angle′| over the shown samples", () => {
  const moved = angles.map((v, k) => v + (k % 3) - 1);
  const other = pairOf(columns, [0, 1, 2], moved);
  const moves = meanMoves(data, other, population(data, null), [...names, "nobody"]);
  assert.deepEqual([...moves].slice(0, 3), [1, 0, 1]); // one NaN is left out of class 2's mean
  assert.ok(Number.isNaN(moves[3]));
});

test("the kernel's ranking is asked for by pairs and samples, in a key without a slash", () => {
  const one = (pair) => ({ pair, set: "test", data });
  assert.equal(movesKey(one([0, 2]), one([1, 3]), null), "moves/0/2/1/3/all");
  const mask = bits.full(5);
  assert.equal(movesKey(one([0, 2]), one([1, 3]), mask), "moves/0/2/1/3/Hw==");
});

test("classes are ranked by errors on both sides, and by samples that became right or wrong", () => {
  const all = population(data, null);
  assert.deepEqual([...confusions(data, all, 4)], [1, 1, 0, 0], "0 was taken for 1 once");
  assert.deepEqual([...confusions(data, population(data, [1, 2]), 4)], [0, 0, 0, 0]);
  const after = { ...columns, prediction: Int16Array.of(0, 0, 2, 0, 0) };
  const other = pairOf(after, [0, 1, 2], angles);
  assert.deepEqual([...reactions(data, other, all, 3)], [1, 1, 0]);
  assert.deepEqual([...reactions(data, other, population(data, [1]), 3)], [0, 1, 0]);
});

test("the line under the pointer, also the first sample's; none between the groups", () => {
  const rows = [Uint16Array.of(0, 50), Uint16Array.of(100, 50)];
  const spans = [{ x0: 0, x1: 100, left: 0, right: 1 }];
  const both = Uint32Array.of(0, 1);
  assert.equal(nearestLine(spans, rows, both, 10, 12, 5), 0);
  assert.equal(nearestLine(spans, rows, both, 90, 52, 5), 1);
  assert.equal(nearestLine(spans, rows, both, 10, 30, 5), -1);
  assert.equal(nearestLine(spans, rows, both, 120, 50, 5), -1);
  assert.equal(linePath(spans, rows, 0, 10, 1), "M0 10.5L100 110.5");
});

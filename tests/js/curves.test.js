import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { curveOf, familiesOf, potentialOf } from "../../geowidgets/js/lib/curves_data.js";
import { excessPoints, quantile, slopeOf } from "../../geowidgets/js/lib/curves_excess.js";
import { emptyMarks, rangeOf } from "../../geowidgets/js/lib/curves_marks.js";
import { hitAt, placeOf, towards } from "../../geowidgets/js/lib/curves_pointer.js";
import { sceneOf } from "../../geowidgets/js/lib/curves_scene.js";
import { denseParents } from "../../geowidgets/js/lib/table_potential.js";

const vectors = JSON.parse(readFileSync(new URL("../vectors/curves.json", import.meta.url), "utf8"));
const { models, errors, n, expected } = vectors;
const families = familiesOf(models);
const [ft, rand] = families;
const count = (model, benchmark) => ({ errors: errors[model][benchmark], n });
const near = (found, wanted) => {
  assert.equal(found.length, wanted.length);
  found.forEach((value, k) => {
    assert.ok(Math.abs(value - wanted[k]) < 1e-12, `${found} ≠ ${wanted}`);
  });
};

test("curves are those of Python", () => {
  // Catches: repeats of nearly one ratio apart, the store's order taken for that of the ratios.
  assert.deepEqual(
    families.map(({ name }) => name),
    expected.families,
  );
  vectors.benchmarks.forEach((name, benchmark) => {
    const curve = curveOf(ft, benchmark, count, false);
    near(
      curve.map(({ ratio }) => ratio),
      expected.ft.ratio,
    );
    near(
      curve.map(({ mean }) => mean),
      expected.ft[name].mean,
    );
    near(
      curve.map(({ std }) => std),
      expected.ft[name].std,
    );
    near(
      curveOf(ft, benchmark, count, true).map(({ mean }) => mean),
      expected.ft[name].difference,
    );
  });
  const single = curveOf(rand, 1, count, false);
  near(
    single.map(({ mean }) => mean),
    expected.rand["fog-3"].mean,
  );
  assert.ok(single.every(({ std }) => Number.isNaN(std)));
});

test("potentials are those of Python, over repeats", () => {
  // Catches: the first ratio that fails taken for the last, the potential of the mean curve.
  const parents = denseParents(models);
  for (const [delta, wanted] of Object.entries(expected.potential)) {
    for (const benchmark of [0, 1]) {
      const found = potentialOf(models, parents, ft, benchmark, count, Number(delta));
      const each = Object.values(wanted.ft).map((values) => values[benchmark]);
      near([found.mean], [(each[0] + each[1]) / 2]);
      assert.equal(found.count, 2);
      assert.equal(potentialOf(models, parents, rand, benchmark, count, Number(delta)).mean, 0);
    }
  }
});

test("excess errors and their slope are those of Python", () => {
  // Catches: another repeat's parent, a slope with an intercept, a band without the slope in it.
  const points = excessPoints(ft, [0], [1], count);
  near(
    points.map(({ ratio }) => ratio),
    expected.excess.ratios,
  );
  const { slope, low, high } = slopeOf(points);
  near([slope], [expected.excess.slope]);
  assert.ok(low < slope && slope < high);
  const alone = slopeOf([points[0]]);
  near([alone.low, alone.high], [alone.slope, alone.slope]);
  assert.ok(Number.isNaN(slopeOf([]).slope));
  near([quantile([1, 2, 4], 0.25)], [1.5]);
});

const colors = { family: (name) => name, fg: "black", soft: "grey", compared: "y", separate: "s" };
const accuracy = Float32Array.from(errors.flat().map((value) => 1 - value / n));
const info = (name) => ({
  name,
  corruption: name === "clean" ? "" : "fog",
  severity: 3,
  family: name === "clean" ? "clean" : "weather",
  set: "test",
});
const directory = {
  classes: ["a", "b"],
  sets: [{ name: "test", n, image: null }],
  models,
  benchmarks: vectors.benchmarks.map(info),
  done: "",
  revision: 0,
};
const numbers = { n, accuracy, benchmarks: [0, 1], counts: null, subset: null };
const data = { sets: new Map([["test", numbers]]), filtered: false };
const display = { benchmarks: null, delta: 0, value: "accuracy", hidden: [], height: 300 };
const state = { models: null, benchmarks: null, reference: [2, 1], compared: null };
const excess = { nominal: [0], shifted: [1], slopes: { "net / ft": [1, 0, 2] }, message: "" };
const scene = (more = {}) =>
  sceneOf({ directory, data, display, state, excess, lines: null, colors, ...more });

test("clean and the reference's benchmark are shown, and its curve stands out", () => {
  // Catches: the benchmark of the selection forgotten, a hidden family drawn or its row lost.
  const { accuracy: figure, shown, rows } = scene();
  assert.deepEqual(shown, [0, 1]);
  const { solid, dashed, chosen, potentials, spreads } = figure.marks;
  assert.deepEqual([solid.values.x.length, dashed.values.x.length], [2, 2]);
  assert.equal(dashed.values.opacities[0], 1); // ft on fog holds the reference
  assert.ok(solid.values.opacities[0] < 1);
  near([chosen.values.x[0], chosen.values.y[0]], [60, 81]);
  near(potentials.values.x, [(60 + 30.2) / 2, 0]);
  near(potentials.values.y, [75, 80]); // the dense parents' means, δ = 0
  assert.equal(spreads.values.x.length, 1); // one repeat of `rand` has no spread
  assert.deepEqual(rows[0].slope, { slope: 1, low: 0, high: 2 }); // Python's, on the whole set
  const hidden = scene({ display: { ...display, hidden: ["net / ft"] } });
  assert.equal(hidden.accuracy.marks.dashed.values.x.length, 1);
  assert.equal(hidden.rows.length, 2);
});

test("benchmarks in focus, or the view's own, are shown instead", () => {
  const focused = scene({ state: { ...state, benchmarks: [1] } });
  assert.deepEqual(focused.shown, [1]);
  assert.deepEqual(scene({ display: { ...display, benchmarks: [0] } }).shown, [0]);
  assert.deepEqual(scene({ state: { ...state, benchmarks: [] } }).accuracy.hits, []);
});

test("on selected samples everything is counted on them", () => {
  // Catches: whole-set potentials, or Python's slope, beside a subset's curves.
  const counts = Uint32Array.from(errors.flat().map((value) => 200 - 2 * value));
  const part = { ...numbers, counts, subset: 200 };
  const found = scene({ data: { sets: new Map([["test", part]]), filtered: true } });
  assert.equal(found.count(2, 1).n, 200);
  near([found.rows[0].slope.slope], [expected.excess.slope]);
});

test("pointing finds the nearest point, arrows go along a curve and between curves", () => {
  // Catches: an axis upside down, the first point taken for "none", an arrow that leaves the curve.
  const { accuracy: figure } = scene();
  const plot = { left: 50, top: 10, width: 200, height: 100 };
  figure.hits.forEach((hit) => {
    const at = placeOf(figure, plot, hit);
    const found = figure.hits[hitAt(figure, plot, at.left, at.top)];
    near([found.x, found.y], [hit.x, hit.y]);
  });
  assert.equal(hitAt(figure, plot, 1e4, 1e4), -1);
  const first = towards(figure.hits, -1, "ArrowRight");
  assert.equal(first, 0);
  const along = figure.hits[towards(figure.hits, first, "End")];
  assert.equal(along.curve, figure.hits[0].curve);
  assert.equal(along.x, 90);
  const other = figure.hits[towards(figure.hits, first, "ArrowDown")];
  assert.notEqual(other.curve, figure.hits[0].curve);
  assert.equal(towards([], -1, "ArrowDown"), -1);
});

test("ranges are round, hold everything and stay within what is possible", () => {
  const marks = emptyMarks();
  assert.deepEqual(rangeOf(marks, []), [0, 1]);
  marks.points.dot({ x: 0, y: 99.5 }, "c", 1);
  marks.solid.line([0, 1], [Number.NaN, 42], "c", 1);
  const [low, high] = rangeOf(marks, [], [0, 100]);
  assert.ok(low <= 42 && high === 100);
});

import assert from "node:assert/strict";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import {
  clauseAction,
  combine,
  compact,
  shapeMask,
  stepsMask,
  stepsOf,
  withStep,
} from "../../geowidgets/js/lib/local_clause.js";
import { countClass, highlighted, summary } from "../../geowidgets/js/lib/local_summary.js";
import { groupByClass, ranked } from "../../geowidgets/js/lib/scatter_data.js";
import { bounds, inPolygon, thin } from "../../geowidgets/js/lib/shapes.js";

// Two classes that are not of one size, a NaN, a class without samples.
const data = groupByClass({
  labels: Int16Array.of(0, 1, 0, 1, 0, 1, 0),
  prediction: Int16Array.of(0, 1, 1, 1, 0, -1, 2),
  x: Float32Array.of(10, 20, 30, 40, 50, Number.NaN, 12),
  y: Float32Array.of(1, 2, 3, 4, 5, 6, 9),
  classes: 3,
});
const list = (mask) => [...bits.toIndices(mask)];
const box = (x, y) => ({ kind: "box", x, y });

test("groups: every sample is drawn or counted as without a value", () => {
  assert.deepEqual(
    data.groups.map((group) => [...group.drawn]),
    [[0, 2, 4, 6], [1, 3], []],
  );
  assert.deepEqual(
    data.groups.map((group) => group.missing),
    [0, 1, 0],
  );
  const drawn = data.groups.reduce((n, group) => n + group.drawn.length + group.missing, 0);
  assert.equal(drawn, data.n);
  assert.deepEqual(list(data.correct), [0, 1, 3, 4]);
  assert.deepEqual(data.domain, { x: [10, 50], y: [1, 9] });
  assert.equal(data.groups[2].domain.x, null);
});

test("a box takes its own class alone, edges included, either way round", () => {
  assert.deepEqual(list(shapeMask(data, 0, box([10, 30], [1, 3]))), [0, 2]);
  assert.deepEqual(list(shapeMask(data, 0, box([30, 10], [3, 1]))), [0, 2]);
  assert.deepEqual(list(shapeMask(data, null, box([0, 45], [0, 10]))), [0, 1, 2, 3, 6]);
});

test("a lasso follows its outline, not its bounding box; concave too", () => {
  const points = [
    [0, 0],
    [60, 0],
    [60, 10],
    [30, 1.5],
    [0, 10],
  ];
  const lasso = { kind: "lasso", points };
  assert.deepEqual(bounds(lasso), [0, 60, 0, 10]);
  assert.deepEqual(list(shapeMask(data, 0, lasso)), [0, 4]);
});

test("inPolygon agrees with crossing counts on a star", () => {
  const star = Array.from({ length: 10 }, (_, k) => {
    const r = k % 2 ? 4 : 10;
    return [r * Math.cos((k * Math.PI) / 5), r * Math.sin((k * Math.PI) / 5)];
  });
  const [px, py] = [star.map((p) => p[0]), star.map((p) => p[1])];
  const crossings = (x, y) => {
    let n = 0;
    for (let k = 0; k < star.length; k++) {
      const [[ax, ay], [bx, by]] = [star[k], star[(k + 1) % star.length]];
      if (Math.min(ay, by) <= y && y < Math.max(ay, by)) {
        if (ax + ((y - ay) / (by - ay)) * (bx - ax) > x) n++;
      }
    }
    return n % 2 === 1;
  };
  for (let x = -11; x <= 11; x += 0.71) {
    for (let y = -11; y <= 11; y += 0.73) assert.equal(inPolygon(x, y, px, py), crossings(x, y));
  }
});

test("NaN lies in no shape, not even in everything", () => {
  assert.deepEqual(list(shapeMask(data, 1, { kind: "all" })), [1, 3]);
  assert.deepEqual(list(shapeMask(data, 1, box([-1e30, 1e30], [-1e30, 1e30]))), [1, 3]);
});

test("a clicked sample is picked in its own panel only", () => {
  assert.deepEqual(list(shapeMask(data, 0, { kind: "sample", sample: 0 })), [0]);
  assert.deepEqual(list(shapeMask(data, 1, { kind: "sample", sample: 0 })), []);
});

test("steps: replace, add, subtract; one by one equals all at once", () => {
  const steps = [
    { op: "replace", class: 0, shape: box([0, 60], [0, 4]) },
    { op: "add", class: 1, shape: box([0, 60], [0, 10]) },
    { op: "subtract", class: null, shape: box([25, 35], [0, 10]) },
  ];
  let all = [];
  let mask = null;
  for (const step of steps) {
    all = withStep(all, step);
    mask = combine(mask, shapeMask(data, step.class, step.shape), step.op);
  }
  assert.deepEqual(all, steps);
  assert.deepEqual(list(mask), [0, 1, 3]);
  assert.deepEqual(list(stepsMask(data, steps)), [0, 1, 3]);
  assert.deepEqual(withStep(all, steps[0]), [steps[0]]);
});

test("adding to nothing selects; subtracting from nothing leaves the rest of everything", () => {
  const step = { class: 0, shape: box([0, 11], [0, 10]) };
  assert.equal(withStep([], { ...step, op: "add" })[0].op, "replace");
  const rest = stepsMask(data, withStep([], { ...step, op: "subtract" }));
  assert.deepEqual(list(rest), [1, 2, 3, 4, 6]);
});

test("what is saved is short, and no longer than the selection takes", () => {
  const points = Array.from({ length: 4000 }, (_, k) => [k / 3, k / 7]);
  const saved = compact({ kind: "lasso", points });
  assert.equal(saved.points.length, 160);
  assert.deepEqual(saved.points[0], [0, 0]);
  assert.equal(thin(points.slice(0, 3), 160).length, 3);
  const steps = Array.from({ length: 60 }, () => ({ op: "add", class: 0, shape: saved }));
  const options = { view: "v", set: "test", pair: [0, 0], axes: { x: "angle", y: "length" } };
  const mask = bits.full(7);
  const action = clauseAction({ ...options, steps, mask, n: 7 });
  assert.deepEqual(action.predicate, { kind: "samples", n: 7 });
  assert.equal(stepsOf(action), null, "only the mask tells");
  const short = clauseAction({ ...options, steps: steps.slice(0, 1), mask, n: 7 });
  assert.deepEqual(stepsOf(short), steps.slice(0, 1));
  assert.equal(short.mask, "fw==");
});

test("what stands out: clauses and chosen classes together; null is all, [] is nothing", () => {
  const mask = bits.fromIndices([0, 1, 2], 7);
  assert.equal(highlighted(null, null, data), null);
  assert.equal(highlighted(mask, null, data), mask);
  assert.deepEqual(list(highlighted(mask, [0], data)), [0, 2]);
  assert.deepEqual(list(highlighted(null, [1], data)), [1, 3, 5]);
  assert.deepEqual(list(highlighted(null, [], data)), []);
});

test("counts: without a value is still a sample, and is wrong", () => {
  const mask = bits.fromIndices([1, 5], 7);
  assert.deepEqual(countClass(data, 1, mask), {
    n: 3,
    correct: 2,
    missing: 1,
    chosen: 2,
    chosenCorrect: 1,
  });
  assert.equal(countClass(data, 2, null).n, 0);
  const words = summary({ data, mask, pair: "dense / clean", beyond: 2, others: 1 });
  assert.equal(words.first, "2 of 7 selected, accuracy 50.0 %");
  assert.match(words.rest, /all: 57\.1 % correct · dense \/ clean · with 1 clause from elsewhere · 1 sample/);
  assert.match(words.rest, /2 beyond the axes/);
  const none = summary({ data, mask: bits.empty(7), pair: "p", beyond: 0, others: 0 });
  assert.equal(none.first, "0 of 7 selected");
});

test("ranking: by the metric, either way, those without a value last, ties by position", () => {
  const mask = bits.full(7);
  assert.deepEqual([...ranked(mask, data.x, false)], [0, 6, 1, 2, 3, 4, 5]);
  assert.deepEqual([...ranked(mask, data.x, true)], [4, 3, 2, 1, 6, 0, 5]);
  const ties = new Float32Array(7);
  assert.deepEqual([...ranked(mask, ties, true)], [0, 1, 2, 3, 4, 5, 6]);
});

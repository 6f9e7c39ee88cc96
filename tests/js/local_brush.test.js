import assert from "node:assert/strict";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import { createLocalBrush } from "../../geowidgets/js/lib/local_brush.js";
import { reactionMasks } from "../../geowidgets/js/lib/local_reactions.js";
import { groupByClass } from "../../geowidgets/js/lib/scatter_data.js";
import { FRESH, openSelection } from "./open_selection.js";

// Reactions from the reference to the compared pair: 0, 3 right-wrong; 2 wrong-right; 1, 4
// right-right; 5 wrong-wrong. Sample 5 has no angle.
const labels = [0, 1, 0, 1, 0, 1];
const n = labels.length;
const before = [0, 1, 1, 1, 0, 0];
const after = [1, 1, 0, 0, 0, 0];
const column = (values) => Float32Array.from(values, (v) => v ?? Number.NaN);
const one = (pair, prediction, x) => {
  const values = {
    angle: column(x),
    length: column([1, 2, 3, 4, 5, 6]),
    margin: column([0, 1, 0, 1, 0, 1]),
  };
  const data = groupByClass({ labels, prediction, x: values.angle, y: values.length, classes: 2 });
  return { pair, values, data };
};
const first = one([0, 0], before, [10, 20, 30, 40, 50, null]);
const second = one([1, 0], after, [50, 40, 30, 20, 10, null]);
const both = (a, b) => ({
  ...a,
  set: "test",
  other: b,
  masks: b ? reactionMasks(a.data.correct, b.data.correct, n) : null,
});

function open(start = both(first, second)) {
  let here = start;
  const sizes = {
    models: 2,
    benchmarks: 1,
    classes: 2,
    sets: { test: n },
    benchmark_sets: ["test"],
  };
  const state = { ...FRESH, compared: [1, 0] };
  const { hub: selection } = openSelection({ state, sizes });
  let visible = null;
  const brush = createLocalBrush({
    selection,
    viewId: "v",
    axes: { x: "angle", y: "length" },
    loaded: () => here,
    visible: () => visible,
  });
  return {
    brush,
    selection,
    show: (next) => {
      here = next;
    },
    hide: (reactions) => {
      visible = reactions;
    },
    samples: () => [...bits.toIndices(selection.mask("test") ?? bits.full(n))],
    predicate: () => selection.clause("v")?.predicate,
  };
}
const box = (op, x0, x1, more = {}) => ({
  op,
  class: null,
  shape: { kind: "box", x: [x0, x1], y: [0, 9] },
  ...more,
});

test("a brush joins the view's reactions, and a reaction the view's brush", () => {
  const { brush, samples, predicate } = open();
  brush.pickReaction("right-wrong", "replace");
  brush.apply(box("add", 15, 25));
  assert.deepEqual(samples(), [0, 1, 3]);
  assert.equal(predicate().steps.length, 2);
  assert.deepEqual(predicate().compared, [1, 0]);
  brush.apply(box("subtract", 5, 15));
  assert.deepEqual(samples(), [1, 3]);
  brush.pickReaction("wrong-wrong", "add");
  assert.deepEqual(samples(), [1, 3, 5], "also the one that has no angle");
  brush.pickReaction("right-wrong", "subtract");
  assert.deepEqual(samples(), [1, 5]);
});

test("reactions alone stay reactions: added, taken away, dropped by a second click", () => {
  const { brush, samples, predicate, selection } = open();
  brush.pickReaction("right-wrong", "add");
  brush.pickReaction("wrong-right", "add");
  assert.deepEqual(predicate().reactions, ["right-wrong", "wrong-right"]);
  brush.pickReaction("right-wrong", "subtract");
  assert.deepEqual(samples(), [2]);
  brush.pickReaction("right-right", "subtract");
  assert.deepEqual(samples(), [2]);
  brush.pickReaction("wrong-right", "replace");
  assert.equal(selection.clause("v"), undefined);
  brush.pickReaction("right-right", "subtract");
  assert.deepEqual(samples(), [0, 2, 3, 5], "taken away from everything");
});

test("reactions drawn on another pair are a ghost, and are drawn again here", () => {
  const { brush, samples, show, predicate } = open();
  brush.pickReaction("right-wrong", "replace");
  show(both(second, first));
  assert.deepEqual(samples(), [0, 3], "a clause stays when the pair changes");
  assert.equal(brush.outline().ghost, true);
  assert.deepEqual(brush.outline().reactions, []);
  assert.throws(() => brush.apply(box("add", 0, 100)), /drawn on another pair: re-apply it here/);
  assert.deepEqual(samples(), [0, 3], "nothing half done");
  brush.reapply();
  assert.deepEqual(samples(), [2]);
  assert.deepEqual(predicate().compared, [0, 0]);
  show(both(first, null));
  assert.throws(() => brush.reapply(), /compares two pairs: choose the compared one first/);
});

test("a matrix brush, also one of differences, is drawn again on another pair", () => {
  const { brush, samples, show } = open();
  brush.apply(box("replace", -15, 25, { x: "delta/angle", y: "length" }));
  assert.deepEqual(samples(), [1, 2], "Δ of samples 0 to 4 is 40, 20, 0, −20, −40");
  brush.apply({
    op: "replace",
    class: 1,
    x: "length",
    y: "margin",
    shape: { kind: "box", x: [3, 7], y: [0.5, 2] },
  });
  assert.deepEqual(samples(), [3, 5]);
  brush.apply(box("subtract", 35, 45, { x: "delta/angle", y: "length" }));
  show(both(second, first));
  brush.reapply();
  assert.deepEqual(samples(), [3, 5]);
  brush.apply(box("replace", 15, 45, { x: "delta/angle", y: "length" }));
  assert.deepEqual(samples(), [3, 4]);
  show(both(first, null));
  assert.throws(() => brush.reapply(), /compares two pairs/);
});

test("a brush too long to be told step by step still adds and subtracts by its samples", () => {
  const { brush, samples, predicate } = open();
  const points = Array.from({ length: 150 }, (_, k) => [k / 7, k % 2]);
  for (let k = 0; k < 30; k++) {
    brush.apply({ op: "add", class: null, shape: { kind: "lasso", points } });
  }
  assert.equal(predicate().kind, "samples");
  brush.apply(box("add", 15, 25));
  assert.deepEqual(samples(), [1]);
  assert.equal(brush.outline().applicable, false);
});

test("what is hidden is not added; a drag that is refused leaves everything as it was", () => {
  const { brush, samples, hide, show, selection } = open();
  hide(["right-wrong"]);
  brush.drag(box("replace", 0, 35), false);
  brush.drag(box("replace", 0, 45), true);
  assert.deepEqual(samples(), [0, 3]);
  show(both(second, first));
  assert.throws(() => brush.drag(box("add", 0, 45), true), /another pair/);
  brush.drag(box("replace", 0, 15), false);
  assert.deepEqual(selection.clause("v").pair, [1, 0]);
  brush.cancel();
  assert.deepEqual(selection.clause("v").pair, [0, 0]);
});

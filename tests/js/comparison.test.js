import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import { clauseAction, drawnOn, stepsMask } from "../../geowidgets/js/lib/local_clause.js";
import { binCount, histogram, outline } from "../../geowidgets/js/lib/local_distributions.js";
import { columnOf } from "../../geowidgets/js/lib/local_loader.js";
import { axisTitle, matrixAxes, placeMatrix } from "../../geowidgets/js/lib/local_matrix.js";
import { placePanels } from "../../geowidgets/js/lib/local_panels.js";
import {
  dotKinds,
  inReactions,
  REACTIONS,
  reactionAction,
  reactionMasks,
  reactionsOf,
} from "../../geowidgets/js/lib/local_reactions.js";
import { groupByClass } from "../../geowidgets/js/lib/scatter_data.js";

const file = new URL("../vectors/predicates.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8"));
const floats = (name) => Float32Array.from(vectors.columns[name], (v) => v ?? Number.NaN);
const { labels } = vectors.columns;
const n = labels.length;
const group = (prediction) =>
  groupByClass({ labels, prediction, x: floats("angle"), y: floats("length"), classes: 2 });
const data = group(vectors.columns.prediction);
const after = group(vectors.columns["compared/prediction"]);
const masks = reactionMasks(data.correct, after.correct, n);
const list = (mask) => [...bits.toIndices(mask)];
const more = { column: (name) => (name in vectors.columns ? floats(name) : undefined), masks };

for (const { name, steps, expect } of vectors.shapes) {
  test(`shapes, as in Python: ${name}`, () => {
    assert.deepEqual(list(stepsMask(data, steps, more)), expect);
  });
}

for (const { name, reactions, expect } of vectors.reactions) {
  test(`reactions, as in Python: ${name}`, () => {
    assert.deepEqual(list(inReactions(masks, reactions, n)), expect);
  });
}

test("every sample reacts in exactly one way", () => {
  const total = REACTIONS.reduce((sum, name) => sum + bits.count(masks[name]), 0);
  assert.equal(total, n);
  assert.equal(bits.count(inReactions(masks, REACTIONS, n)), n);
});

test("dots: two kinds alone, four when compared, hidden ones are known as such", () => {
  assert.deepEqual([...dotKinds(data, null, []).of], [0, 0, 1, 0, 0, 1, 1]);
  const kinds = dotKinds(data, masks, ["right-wrong"]);
  assert.deepEqual([...kinds.of], [3, 0, 2, 3, 0, 2, 1]);
  assert.deepEqual(kinds.shown, [false, false, false, true]);
});

test("a hidden reaction is not picked by a brush", () => {
  const shape = { kind: "all" };
  const step = { op: "replace", class: null, shape, reactions: ["right-wrong", "wrong-wrong"] };
  assert.deepEqual(list(stepsMask(data, [step], more)), [0, 3, 6]);
  assert.throws(() => stepsMask(data, [step]), /compares two pairs/);
});

test("a reaction's clause names both pairs, and none drops it", () => {
  const options = { view: "v", set: "test", pair: [0, 0], compared: [1, 0], masks, n };
  const action = reactionAction({ ...options, reactions: ["right-wrong"] });
  assert.deepEqual(action.predicate, {
    type: "reaction",
    reactions: ["right-wrong"],
    compared: [1, 0],
  });
  assert.deepEqual(reactionsOf(action), ["right-wrong"]);
  assert.ok(drawnOn(action, [0, 0], [1, 0]));
  assert.ok(!drawnOn(action, [0, 0], [2, 0]));
  assert.ok(!drawnOn(action, [0, 0], null));
  assert.deepEqual(reactionAction({ ...options, reactions: [] }), { type: "clear", view: "v" });
});

test("the compared pair stands in a clause only where its steps speak of it", () => {
  const options = { view: "v", set: "test", pair: [0, 0], axes: { x: "angle", y: "length" } };
  const compared = [1, 0];
  const step = { op: "replace", class: 0, shape: { kind: "all" } };
  const action = (steps) => clauseAction({ ...options, steps, mask: bits.full(n), n, compared });
  assert.ok(!("compared" in action([step]).predicate));
  assert.deepEqual(action([{ ...step, x: "delta/angle", y: "margin" }]).predicate.compared, [1, 0]);
  assert.deepEqual(action([{ ...step, reactions: [] }]).predicate.compared, [1, 0]);
});

test("histogram: each value once, the last edge inside, no value in no bin", () => {
  const values = Float32Array.of(0, 0.5, 1, 2, Number.NaN, 5);
  assert.deepEqual([...histogram(values, [0, 1, 2, 3, 4, 5], [0, 2], 2)], [2, 3]);
  assert.deepEqual([...histogram(values, [0], [0, 2], 2)], [1, 0]);
  assert.equal(outline(Float64Array.of(1, 2), 2, 10, 4), "M0.0 4.0L0.0 2.0L5.0 2.0L5.0 0.0L10.0 0.0L10.0 4.0Z");
  assert.equal(outline(Float64Array.of(0), 0, 10, 4), "M0.0 4.0L0.0 4.0L10.0 4.0L10.0 4.0Z");
  assert.ok(binCount(1, 200) >= 6 && binCount(1e6, 200) <= 50);
});

test("panels of two pairs: axes hold both, plots leave room for distributions", () => {
  const far = groupByClass({
    labels,
    prediction: labels,
    x: floats("angle").map((v) => v + 60),
    y: floats("length"),
    classes: 2,
  });
  const options = { classes: [0, 1], axes: "shared", held: null, width: 600, height: null };
  const alone = placePanels({ ...options, data });
  const both = placePanels({ ...options, data, other: far });
  assert.ok(both.panels[0].x[1] >= 110 && alone.panels[0].x[1] < 110);
  assert.ok(both.panels[0].place.width < alone.panels[0].place.width);
  assert.deepEqual(both.panels[0].frame, alone.panels[0].place);
});

const values = {
  angle: floats("angle"),
  length: floats("length"),
  margin: floats("margin"),
  probability: floats("margin").map((v) => 1 / (1 + Math.exp(-v))),
};
const other = {
  pair: [1, 0],
  data: after,
  values: Object.fromEntries(Object.entries(values).map(([k, v]) => [k, v.map((x) => x + 1)])),
};
const loaded = { pair: [0, 0], set: "test", data, values, other, masks };

test("differences are compared minus reference", () => {
  assert.deepEqual([...columnOf(loaded, "delta/length")], new Array(n).fill(1));
  assert.equal(columnOf({ ...loaded, other: null }, "delta/length"), undefined);
  assert.deepEqual(matrixAxes(true)[3], "delta/probability");
  assert.equal(axisTitle("delta/angle"), "Δ angle [°]");
});

for (const delta of [false, true]) {
  test(`matrix, ${delta ? "differences" : "values"}: twelve cells apart, four histograms, one class`, () => {
    const matrix = placeMatrix({ loaded, c: 1, delta, width: 700, height: null });
    assert.equal(matrix.panels.length, 12);
    assert.equal(matrix.diagonal.length, 4);
    assert.deepEqual([...matrix.panels[0].samples], [1, 3]);
    assert.equal(matrix.missing, 1);
    const all = [...matrix.panels, ...matrix.diagonal].map(({ place }) => place);
    all.forEach((a, k) => {
      assert.ok(a.left > 18 && a.left + a.width <= 700);
      assert.ok(a.top + a.height < matrix.layout.height);
      for (const b of all.slice(k + 1)) {
        const across = a.left + a.width <= b.left || b.left + b.width <= a.left;
        assert.ok(across || a.top + a.height <= b.top || b.top + b.height <= a.top);
      }
    });
    matrix.panels.forEach(({ axes }, k) => {
      assert.notEqual(axes.x, axes.y);
      assert.deepEqual([...matrix.planes[k].y], [...columnOf(loaded, axes.y)]);
    });
  });
}

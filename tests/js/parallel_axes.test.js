import assert from "node:assert/strict";
import test from "node:test";
import {
  axisOf,
  moveAxis,
  orderedAngles,
  PAGE,
  pageOf,
  toggled,
} from "../../geowidgets/js/lib/parallel_axes.js";
import { gapsOf, layoutAxes } from "../../geowidgets/js/lib/parallel_layout.js";
import { domainsOf, extentsOf } from "../../geowidgets/js/lib/parallel_scene.js";
import { classWords, summary } from "../../geowidgets/js/lib/parallel_words.js";
import * as bits from "../../geowidgets/js/lib/bits.js";

const names = ["cat", "dog", "length", "ship"];
const plain = { axes: null, order: "class", sequence: [], hidden: [], inverted: [] };
const ids = (axes) => axes.map((axis) => axis.id);
const ordered = (arrangement, scores = null, kept = [0, 1, 2, 3]) =>
  ids(orderedAngles({ names, kept, arrangement: { ...plain, ...arrangement }, scores }));

test("chosen classes keep the order in which they were named, class 0 among them", () => {
  assert.deepEqual(ordered({ axes: [3, 0] }), ["angle/ship", "angle/cat"]);
  assert.deepEqual(ordered({ axes: [3, 0] }, null, [0, 1]), ["angle/cat"]);
  assert.deepEqual(ordered({ axes: [] }), [], "[] is none, not all");
});

test("most moved first, ties and classes without a value in the store's order", () => {
  const moved = Float64Array.of(1, 5, Number.NaN, 5);
  const expected = ["angle/dog", "angle/ship", "angle/cat", "angle/length"];
  assert.deepEqual(ordered({ order: "moved" }, moved), expected);
  assert.equal(ordered({ order: "moved" }, null)[0], "angle/cat", "nothing is compared");
});

test("a dragged axis goes where it was dropped, and never among axes of another unit", () => {
  const all = pageOf(
    orderedAngles({ names, kept: [0, 1, 2], arrangement: plain, scores: null }),
    plain,
    0,
  ).all;
  const first = moveAxis(all, "angle/length", "angle/cat", false);
  assert.deepEqual(first.slice(0, 3), ["angle/length", "angle/cat", "angle/dog"]);
  const behind = moveAxis(all, "angle/cat", "angle/dog", true);
  assert.deepEqual(behind.slice(0, 3), ["angle/dog", "angle/cat", "angle/length"]);
  assert.deepEqual(moveAxis(all, "angle/cat", "margin", true), ids(all));
  assert.deepEqual(ordered({ sequence: first }).slice(0, 2), ["angle/length", "angle/cat"]);
});

test("a class called length is not the metric", () => {
  assert.equal(axisOf("length", names).kind, "metric");
  assert.equal(axisOf("angle/length", names).class, 2);
  assert.equal(axisOf("angle/nobody", names), undefined);
});

test("1,000 classes: at most 12 angles a page, every one on some page, none twice", () => {
  const many = Array.from({ length: 1000 }, (_, k) => `class ${k}`);
  const kept = many.map((_, k) => k);
  const angles = orderedAngles({ names: many, kept, arrangement: plain, scores: null });
  const seen = [];
  for (let first = 0; first < 1000; first += PAGE) {
    const { shown } = pageOf(angles, plain, first);
    assert.ok(shown.length <= PAGE + 3);
    seen.push(...shown.filter((axis) => axis.kind === "angle").map((axis) => axis.class));
  }
  assert.deepEqual(seen, kept);
  assert.equal(pageOf(angles, plain, 5000).first, 996, "a page beyond the last");
  assert.equal(pageOf(angles, { ...plain, hidden: ids(angles) }, 24).shown.length, 3);
});

test("hidden axes are gone, and come back", () => {
  const hidden = toggled([], "margin");
  assert.deepEqual(ids(pageOf([], { ...plain, hidden }, 0).shown), ["length", "probability"]);
  assert.deepEqual(toggled(hidden, "margin"), []);
});

test("axes keep inside of their width, apart by kind; lines never cross between kinds", () => {
  const { shown } = pageOf(
    orderedAngles({ names, kept: [0, 1, 2, 3], arrangement: plain, scores: null }),
    plain,
    0,
  );
  for (const width of [240, 480, 800, 1600]) {
    const layout = layoutAxes({ width, height: null, axes: shown, measure: (t) => 7 * t.length });
    const xs = layout.axes.map((place) => place.x);
    assert.ok(xs.every((x, k) => k === 0 || x > xs[k - 1]));
    assert.ok(xs[xs.length - 1] + layout.axes[0].band <= width, `${width}: the last is outside`);
    assert.ok(xs[4] - xs[3] > xs[3] - xs[2], "no gap between angles and metrics");
    const gaps = gapsOf(shown, layout.axes, xs[0], 1);
    assert.deepEqual(
      gaps.map((gap) => gap.left),
      [0, 1, 2, 4, 5],
    );
  }
});

test("names of 80 characters are given no more room than lies between two axes", () => {
  const axes = orderedAngles({
    names: ["x".repeat(80), "y".repeat(80), "z".repeat(80)],
    kept: [0, 1, 2],
    arrangement: plain,
    scores: null,
  });
  const measure = (text) => 7 * text.length;
  for (const width of [300, 900]) {
    const { axes: places, slanted, titleRoom } = layoutAxes({ width, height: null, axes, measure });
    const step = places[1].x - places[0].x;
    if (!slanted.angle) assert.ok(titleRoom.level < step);
    // Slanted names lie apart by the step's share across them.
    else assert.ok(step * Math.sin(Math.PI / 5) > 12);
  }
});

test("locked views share the union of their scales; probability is always 0 to 1", () => {
  const a = { angle: [60, 80], length: [1, 2], margin: null, probability: [0.9, 1] };
  const b = { angle: [30, 70], length: null, margin: null, probability: null };
  const { angle, margin, probability } = domainsOf([a, b]);
  assert.ok(angle[0] <= 30 && angle[1] >= 80);
  assert.deepEqual(probability, [0, 1]);
  assert.ok(margin[1] > margin[0], "an axis without a value has width all the same");
  assert.deepEqual(extentsOf([], []), { angle: null });
});

test("words: counts of what is shown, both accuracies, what has no value", () => {
  const loaded = (correct) => ({ set: "test", pair: [0, 0], data: { correct } });
  const said = summary({
    reference: loaded(bits.fromIndices([0, 1, 2], 5)),
    compared: loaded(bits.fromIndices([0], 5)),
    population: bits.full(5),
    mask: bits.fromIndices([0, 1], 5),
    classes: classWords([0], names),
    pairs: ["dense / clean", "dense / fog"],
    missing: 1,
    drawn: 5,
  });
  assert.equal(said.first, "2 of 5 samples of class cat selected");
  const expected =
    "dense / clean: 100.0 % correct · dense / fog: 50.0 % correct · 1 has no value on some axis";
  assert.equal(said.rest, expected);
  assert.equal(classWords([], names), "no class");
  assert.equal(classWords([0, 1, 2, 3], names), "4 classes");
});

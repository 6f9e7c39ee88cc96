import assert from "node:assert/strict";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import { groupBy, groupOf } from "../../geowidgets/js/lib/map_groups.js";
import { lookOf } from "../../geowidgets/js/lib/map_look.js";
import { createPoints } from "../../geowidgets/js/lib/map_points.js";
import {
  escapeAction,
  pickAction,
  sceneOf,
  toggleAction,
  treeKeys,
} from "../../geowidgets/js/lib/map_scene.js";

// Three models × four benchmarks of which one is on no map; the order is not that of the store.
const directory = {
  revision: 1,
  models: [
    { name: "dense", architecture: "A", method: "dense", ratio: 0 },
    { name: "cut", architecture: "A", method: "magnitude", ratio: 0.6003 },
    { name: "small", architecture: "B", method: "magnitude", ratio: 0.3 },
  ],
  benchmarks: [
    { name: "clean", family: "", severity: 0, set: "test" },
    { name: "fog", family: "weather", severity: 3, set: "test" },
    { name: "same", family: "digital", severity: 3, set: "test" },
    { name: "snow", family: "weather", severity: 3, set: "test" },
  ],
};
const pairs = [2, 1, 0].flatMap((m) => [0, 1, 3].map((b) => [m, b]));
const points = createPoints(
  Int32Array.from(pairs, ([m]) => m),
  Int32Array.from(pairs, ([, b]) => b),
  Float32Array.from(pairs.flatMap(([m, b]) => [m, b])),
);
const free = { models: null, benchmarks: null, pairs: null };
const TOTAL = 12;
const mask = (...list) => bits.fromIndices(list, TOTAL);
const chosen = ({ pairs: text }) => [...bits.toIndices(bits.fromBase64(text, TOTAL))];

test("points know their pair, and pairs their point", () => {
  assert.equal(points.at(2, 0), 0);
  assert.equal(points.at(0, 3), 8);
  assert.equal(points.at(0, 2), -1);
  assert.equal(points.at(1, 9), -1);
});

test("models and benchmarks in focus leave only their points", () => {
  const scene = sceneOf(points, directory, { ...free, benchmarks: [1], models: [0, 2] }, null, []);
  assert.deepEqual([...scene.present], [1, 7]);
  assert.deepEqual([...scene.focus], [1, 7]);
  assert.equal(scene.some, false);
  assert.equal(scene.narrowed, true);
  const none = sceneOf(points, directory, { ...free, models: [] }, null, []);
  assert.equal(none.present.length, 0);
});

test("selected pairs stand out and the others stay", () => {
  const scene = sceneOf(points, directory, free, mask(0, 2, 4), []);
  assert.equal(scene.present.length, 9);
  assert.deepEqual([...scene.focus], [3, 6]);
  assert.deepEqual([...scene.chosen], [0, 0, 0, 1, 0, 0, 1, 0, 0]);
});

test("groups that the legend hides are gone", () => {
  const hidden = ["method/magnitude", "family/weather"];
  assert.deepEqual([...sceneOf(points, directory, free, null, hidden).present], [6]);
});

test("a lasso is one bit a pair, never a product", () => {
  const scene = sceneOf(points, directory, free, null, []);
  const action = pickAction(points, 4, TOTAL, null, scene, [0, 8], "replace");
  assert.deepEqual(chosen(action), [3, 8]);
  assert.equal(pickAction(points, 4, TOTAL, mask(1), scene, [], "replace").pairs, null);
});

test("lassos add and take away", () => {
  const scene = sceneOf(points, directory, free, null, []);
  const on = (before, inside, op) => pickAction(points, 4, TOTAL, before, scene, inside, op);
  assert.deepEqual(chosen(on(mask(3), [0], "add")), [3, 8]);
  assert.deepEqual(chosen(on(mask(3, 8), [0], "subtract")), [3]);
  // Taking away from no clause leaves the other points of the map.
  assert.deepEqual(chosen(on(null, [0, 1, 2], "subtract")), [0, 1, 3, 4, 5, 7]);
  assert.equal(on(null, [], "add").pairs, null);
  assert.deepEqual(chosen(on(mask(3), [8], "subtract")), []);
});

test("one point in and out", () => {
  const scene = sceneOf(points, directory, free, null, []);
  const on = (before, i) => toggleAction(points, 4, TOTAL, before, scene, i);
  assert.deepEqual(chosen(on(null, 6)), [0]);
  assert.deepEqual(chosen(on(mask(0), 8)), [0, 3]);
  assert.equal(on(mask(0), 6).pairs, null);
});

test("Escape drops the pairs first, then what narrows the map", () => {
  const state = { ...free, pairs: "AAA=", models: [0] };
  assert.deepEqual(escapeAction(state), { type: "set", pairs: null });
  assert.deepEqual(escapeAction({ ...state, pairs: null }), {
    type: "set",
    models: null,
    benchmarks: null,
  });
  assert.equal(escapeAction(free), null);
});

test("trees: those asked for, else of one or two benchmarks in focus", () => {
  const focus = (benchmarks) => treeKeys(null, { ...free, benchmarks }, directory, []);
  assert.deepEqual(focus([0, 3]), ["benchmark/clean", "benchmark/snow"]);
  assert.deepEqual(focus([0, 1, 3]), []);
  assert.deepEqual(focus(null), []);
  assert.deepEqual(treeKeys([], { ...free, benchmarks: [0] }, directory, []), []);
  assert.deepEqual(treeKeys("each", free, directory, ["method/a"]), ["method/a"]);
});

test("groups: in the store's order, ratios ascending and rounded", () => {
  const labels = (attribute) => groupBy(points, directory, attribute).groups.map((g) => g.label);
  assert.deepEqual(labels("benchmark"), ["clean", "fog", "snow"]);
  assert.deepEqual(labels("method"), ["dense", "magnitude"]);
  assert.deepEqual(labels("ratio"), ["0 % removed", "30 % removed", "60 % removed"]);
  assert.deepEqual(labels("family"), ["no corruption", "weather"]);
  const { groups, of } = groupBy(points, directory, "architecture");
  assert.deepEqual(groups[0].points, [3, 4, 5, 6, 7, 8]);
  assert.deepEqual([...of], [1, 1, 1, 0, 0, 0, 0, 0, 0]);
  assert.equal(groupOf(points, directory, "benchmark/same"), null);
  assert.equal(groupOf(points, directory, "selected"), null);
});

test("look: groups differ in colour, marks in shape, sizes in weights left", () => {
  const options = { color: "method", shape: "architecture", ratio: "size", dark: false, row: null };
  const look = lookOf(points, directory, options);
  assert.notDeepEqual(look.color[6], look.color[3]);
  assert.deepEqual(look.color[0], look.color[3]);
  assert.notEqual(look.shape[0], look.shape[3]);
  assert.ok(look.radius[6] > look.radius[0] && look.radius[0] > look.radius[3]);
  assert.deepEqual(
    look.sections.map(({ title }) => title),
    ["Method", "Architecture"],
  );
  const same = lookOf(points, directory, { ...options, shape: "none", ratio: "none" });
  assert.equal(new Set(same.radius).size, 1);
  assert.equal(new Set(same.shape).size, 1);
  const row = Float32Array.from({ length: 9 }, (_, i) => i);
  const far = lookOf(points, directory, { ...options, color: "distance", row });
  assert.notDeepEqual(far.color[0], far.color[8]);
  assert.equal(far.ramp.high, "8.00");
});

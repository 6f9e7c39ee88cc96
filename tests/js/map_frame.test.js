import assert from "node:assert/strict";
import test from "node:test";
import { openChannel } from "../../geowidgets/js/lib/map_channel.js";
import { fit, panned, project, toLayout, zoomAt } from "../../geowidgets/js/lib/map_frame.js";
import { placeLabels } from "../../geowidgets/js/lib/map_labels.js";
import { groupColors } from "../../geowidgets/js/lib/map_palette.js";
import { nearestPoint, pointTowards } from "../../geowidgets/js/lib/map_pick.js";
import {
  caption,
  distanceWords,
  insteadWords,
  ordinal,
  pointWords,
  rankIn,
  summary,
} from "../../geowidgets/js/lib/map_words.js";
import { setDown } from "../../geowidgets/js/lib/map_stamps.js";
import { contrast } from "../../geowidgets/js/lib/theme.js";
import { createModel } from "./model.js";

const points = { n: 3, x: Float32Array.of(0, 10, 4), y: Float32Array.of(-2, 2, 0) };
const size = { width: 400, height: 300 };
const screen = (frame) => {
  const at = { x: new Float32Array(3), y: new Float32Array(3) };
  project(points, frame, at);
  return at;
};

test("everything fits, both axes on one scale", () => {
  const frame = fit(points, [0, 1, 2], size);
  const at = screen(frame);
  assert.ok(Math.min(...at.x) >= 20 && Math.max(...at.x) <= 380);
  assert.ok(Math.min(...at.y) >= 20 && Math.max(...at.y) <= 280);
  assert.ok(Math.abs((at.x[1] - at.x[0]) / 10 - (at.y[1] - at.y[0]) / 4) < 1e-4);
});

test("one point, or none, stands in the middle", () => {
  const one = fit(points, [1], size);
  const at = screen(one);
  assert.deepEqual([at.x[1], at.y[1]], [200, 150]);
  assert.ok(Number.isFinite(fit(points, [], size).left));
});

test("zoom keeps what lies under the pointer, and has ends", () => {
  const frame = fit(points, [0, 1, 2], size);
  const before = toLayout(frame, [120, 80]);
  const near = zoomAt(frame, 3, 120, 80, frame.scale);
  const after = toLayout(near, [120, 80]);
  assert.ok(Math.hypot(before[0] - after[0], before[1] - after[1]) < 1e-6);
  assert.equal(zoomAt(frame, 1e9, 0, 0, frame.scale).scale, 60 * frame.scale);
  assert.equal(panned(frame, 5, -7).left, frame.left + 5);
});

test("the point under the pointer, and none beyond reach", () => {
  const at = { x: [10, 30, 30], y: [10, 10, 10] };
  assert.equal(nearestPoint(at, [0, 1, 2], 12, 10, 12), 0);
  assert.equal(nearestPoint(at, [0, 1, 2], 29, 12, 12), 2);
  assert.equal(nearestPoint(at, [1, 2], 10, 10, 12), -1);
});

test("arrow keys reach every point, those at one place too", () => {
  const at = { x: [0, 10, 10, 12, 0], y: [0, 0, 0, -30, 20] };
  const all = [0, 1, 2, 3, 4];
  assert.equal(pointTowards(at, all, 0, [1, 0]), 1);
  assert.equal(pointTowards(at, all, 1, [1, 0]), 2);
  assert.equal(pointTowards(at, all, 2, [-1, 0]), 1);
  assert.equal(pointTowards(at, all, 2, [0, -1]), 1);
  assert.equal(pointTowards(at, all, 1, [0, -1]), 3);
  assert.equal(pointTowards(at, all, 0, [0, 1]), 4);
  assert.equal(pointTowards(at, all, 4, [0, 1]), -1);
});

test("numbers do not cover each other and stay inside", () => {
  const at = { x: [50, 52, 51, 399], y: [50, 51, 50, 299] };
  const labels = placeLabels(at, [3, 0, 1, 2], size);
  assert.deepEqual(
    labels.map(({ point, text }) => [point, text]),
    [
      [3, "1"],
      [0, "2"],
      [1, "3"],
      [2, "4"],
    ],
  );
  for (const a of labels) {
    assert.ok(a.x > 0 && a.x < 400 && a.y > 0 && a.y < 300);
    for (const b of labels) {
      if (a !== b) assert.ok(Math.abs(a.x - b.x) > 5 || Math.abs(a.y - b.y) >= 13);
    }
  }
  const crowd = { x: new Array(60).fill(50), y: new Array(60).fill(50) };
  const shown = placeLabels(crowd, [...crowd.x.keys()], size);
  assert.ok(shown.length < 60 && shown[0].text === "1");
});

test("colours of groups read on their background and differ", () => {
  for (const [dark, background] of [
    [false, [255, 255, 255, 1]],
    [true, [17, 20, 23, 1]],
  ]) {
    const colors = groupColors(20, dark);
    assert.equal(new Set(colors.map(String)).size, 20);
    for (const color of colors) assert.ok(contrast(color, background) >= 2.5, `${color} ${dark}`);
  }
});

test("words: counts, ranks, distances", () => {
  const what = { points: 646, present: 646, chosen: null, reference: "a / b", compared: "" };
  assert.equal(summary(what).first, "646 pairs of a model and a benchmark");
  assert.equal(summary({ ...what, points: 1, present: 1 }).first, "1 pair of a model and a benchmark");
  const some = summary({ ...what, present: 68, chosen: 0 });
  assert.equal(some.first, "0 of 68 pairs selected");
  assert.match(some.rest, /68 of 646 shown · reference a \/ b/);
  assert.deepEqual([1, 2, 3, 4, 11, 12, 21, 113, 1001].map(ordinal), [
    "1st",
    "2nd",
    "3rd",
    "4th",
    "11th",
    "12th",
    "21st",
    "113th",
    "1,001st",
  ]);
  assert.equal(rankIn([0, 4, 2, 3], 0, 2), 1);
  assert.equal(rankIn([0, 4, 2, 3], 0, 1), 3);
  assert.equal(distanceWords(0), "0");
  assert.equal(distanceWords(19.847), "19.8");
});

test("the caption says what the map is not, PCA, approximate and what is left out", () => {
  const info = { method: "umap", points: 5, neighbors: 15, seed: 3, scale: "rms", degenerate: [] };
  assert.match(caption(info), /not a metric.*UMAP, 4 neighbours, seed 3.*divided by its RMS/);
  const odd = { ...info, method: "pca", approximate: true, degenerate: ["saturate-3"] };
  assert.match(caption(odd), /PCA.*Approximate.*saturate-3/);
});

test("a point without distances or accuracy says only what is known", () => {
  const directory = {
    models: [{ name: "net", architecture: "A", method: "dense", ratio: 0 }],
    benchmarks: [{ name: "fog" }],
  };
  const known = { accuracy: null, distance: null, rank: 0, of: 0, reference: false };
  assert.deepEqual(
    pointWords(directory, [0, 0], known).lines.map(([name]) => name),
    ["benchmark", "architecture", "method"],
  );
  assert.match(insteadWords({ name: "empty", message: "" }, false), /GeometryStore.compute/);
  assert.equal(insteadWords({ name: "failed", message: "x" }, true), "");
});

test("answers find their question; without a kernel a question is refused in words", async () => {
  const model = createModel({});
  const closed = new AbortController();
  const channel = openChannel(model, closed.signal);
  const [first, second] = [channel.ask({ type: "row", point: 0 }), channel.ask({ type: "row" })];
  const [a, b] = model.sent.map(({ id }) => id);
  model.message({ type: "error", id: b, message: "no such point" }, []);
  model.message({ type: "row", id: a }, [1]);
  assert.deepEqual((await first).buffers, [1]);
  await assert.rejects(second, /no such point/);
  model.send = () => {
    throw new Error("closed");
  };
  await assert.rejects(channel.ask({ type: "row" }), /no kernel is attached/);
  assert.throws(() => channel.command("compute"), /run the cell again/);
  closed.abort();
  assert.equal(model.listenerCount(), 0);
});

test("stamps: cut at the edge, over what is there, palely", () => {
  const page = { width: 3, height: 2, data: new Uint8ClampedArray(24) };
  const red = { width: 2, height: 2, data: Uint8ClampedArray.from([1, 2, 3, 4].flatMap(() => [255, 0, 0, 255])) };
  const blue = { width: 1, height: 1, data: Uint8ClampedArray.of(0, 0, 255, 255) };
  setDown(page, red, 0, 1, 1);
  assert.deepEqual([...page.data.slice(0, 8)], [255, 0, 0, 255, 0, 0, 0, 0]);
  setDown(page, blue, 0.5, 0.5, 0.2);
  assert.deepEqual([...page.data.slice(0, 4)], [204, 0, 51, 255]);
  setDown(page, blue, 2.5, 1.5, 0.2);
  assert.deepEqual([...page.data.slice(20)], [0, 0, 255, 51]);
  setDown(page, red, 40, -40, 1);
  assert.equal(page.data[15], 255);
});

import assert from "node:assert/strict";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import { createPoints } from "../../geowidgets/js/lib/map_points.js";
import { createRaster } from "../../geowidgets/js/lib/map_raster.js";
import { createScenes, sceneOf } from "../../geowidgets/js/lib/map_scene.js";
import { setDown } from "../../geowidgets/js/lib/map_stamps.js";
import { forEachInside, inPolygon, polygonTest } from "../../geowidgets/js/lib/shapes.js";

/** Numbers in [0, 1), the same in every run. */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

const page = (width, height) => ({
  width,
  height,
  data: new Uint8ClampedArray(4 * width * height),
});

/** Round marks of odd and even size with soft edges, so that the order of points shows. */
function makeStamp(random, size) {
  const stamp = page(size, size);
  for (let k = 0; k < stamp.data.length; k++) stamp.data[k] = Math.floor(256 * random());
  for (let k = 3; k < stamp.data.length; k += 8) stamp.data[k] = 255;
  return stamp;
}

/** What `createRaster` promises, without any memory. */
function plainPicture({ points, at, stamps, ratio, paleness }, front, target) {
  const put = (i, strength) =>
    setDown(target, stamps[i], at.x[i] * ratio, at.y[i] * ratio, strength);
  for (const i of points) put(i, paleness);
  for (const i of points) if (front[i]) put(i, 1);
  return target;
}

test("a raster's tiles are the picture drawn anew, whatever came and went", () => {
  // Catches a tile that forgets a point of its neighbour, an order lost, an edge of the page.
  const random = createRandom(1);
  const [width, height, n] = [101, 67, 900];
  const kinds = [1, 2, 3, 4, 7].map((size) => makeStamp(random, size));
  const at = {
    x: Float32Array.from({ length: n }, () => 120 * random() - 10),
    y: Float32Array.from({ length: n }, () => 80 * random() - 8),
  };
  const points = Uint32Array.from({ length: n }, (_, i) => i).filter((i) => i % 11 !== 5);
  const stamps = Array.from({ length: n }, (_, i) => kinds[i % kinds.length]);
  for (const ratio of [1, 1.25]) {
    const marks = { points, at, stamps, ratio, paleness: 0.16 };
    const own = page(width, height);
    const raster = createRaster(own, marks);
    let front = Uint8Array.from({ length: n }, (_, i) => (i % 11 !== 5 && random() < 0.5 ? 1 : 0));
    let [whole, parts, none] = [0, 0, 0];
    for (let move = 0; move < 60; move++) {
      const before = own.data.slice();
      const area = raster.draw(front);
      assert.deepEqual(own.data, plainPicture(marks, front, page(width, height)).data);
      if (!area) none += 1;
      else if (area.right - area.left === width && area.bottom === height) whole += 1;
      else parts += 1;
      // What the area leaves out is as it was: only the area reaches the screen.
      for (let k = 0; k < before.length; k++) {
        const [x, y] = [(k >> 2) % width, Math.floor((k >> 2) / width)];
        const inside = area && x >= area.left && x < area.right && y >= area.top && y < area.bottom;
        if (!inside) assert.equal(own.data[k], before[k]);
      }
      const change = move % 7 === 6 ? 0.9 : move % 5 === 4 ? 0 : 0.004;
      front = front.map((one, i) => (i % 11 !== 5 && random() < change ? 1 - one : one));
      if (move === 30) {
        own.data.fill(9);
        raster.forget();
      }
    }
    assert.ok(whole > 3 && parts > 20 && none > 3, `${whole} ${parts} ${none}`);
  }
});

test("bands of a polygon find what going through all of its edges finds", () => {
  // Catches an edge missing from a band: corners on points, level edges, knots, a long path.
  const random = createRandom(2);
  const grid = () => Math.floor(12 * random());
  for (const corners of [3, 9, 12, 60, 400]) {
    for (let round = 0; round < 20; round++) {
      const draw = round % 2 ? grid : () => 12 * random();
      const px = Float64Array.from({ length: corners }, draw);
      const py = Float64Array.from({ length: corners }, draw);
      const inside = polygonTest(px, py);
      for (let k = 0; k < 400; k++) {
        const [x, y] = k % 2 ? [grid(), grid()] : [14 * random() - 1, 14 * random() - 1];
        assert.equal(inside(x, y), inPolygon(x, y, px, py), `${corners} corners, ${x}, ${y}`);
      }
      assert.equal(inside(Number.NaN, 3), false);
      assert.equal(inside(3, Number.NaN), false);
    }
  }
  const flat = polygonTest(new Float64Array(20), new Float64Array(20).fill(4));
  assert.equal(flat(0, 4), false);
});

test("a lasso's points are those that its polygon holds", () => {
  const random = createRandom(3);
  const x = Float32Array.from({ length: 3000 }, random);
  const y = Float32Array.from({ length: 3000 }, random);
  x[7] = Number.NaN;
  const corners = Array.from({ length: 90 }, (_, k) => {
    const far = 0.2 + 0.25 * random();
    return [0.5 + far * Math.cos(k / 14), 0.5 + far * Math.sin(k / 14)];
  });
  const [px, py] = [corners.map((p) => p[0]), corners.map((p) => p[1])];
  const some = Uint32Array.from({ length: 2999 }, (_, k) => k + 1);
  const found = [];
  forEachInside({ kind: "lasso", points: corners }, { x, y }, some, (i) => found.push(i));
  assert.deepEqual(
    found,
    [...some].filter((i) => inPolygon(x[i], y[i], px, py)),
  );
  assert.ok(found.length > 300);
});

test("a scene that follows the last one is the scene made anew", () => {
  // Catches a point that keeps its state when pairs, focus, hidden groups or the map are others.
  const random = createRandom(4);
  const [models, benchmarks] = [9, 7]; // the map has no point of the last benchmark
  const directory = {
    revision: 1,
    models: Array.from({ length: models }, (_, m) => ({
      name: `m${m}`,
      architecture: "A",
      method: m % 2 ? "random" : "magnitude",
      ratio: m / 10,
    })),
    benchmarks: Array.from({ length: benchmarks }, (_, b) => ({
      name: `b${b}`,
      family: "",
      severity: 0,
      set: "test",
    })),
  };
  const total = models * benchmarks;
  const pairs = Array.from({ length: total }, (_, k) => [
    Math.floor(k / benchmarks),
    k % benchmarks,
  ])
    .filter(([m, b]) => b < 6 && (m + b) % 5 !== 0)
    .reverse();
  const made = () =>
    createPoints(
      Int32Array.from(pairs, ([m]) => m),
      Int32Array.from(pairs, ([, b]) => b),
      new Float32Array(2 * pairs.length),
    );
  let points = made();
  const scenes = createScenes();
  let state = { models: null, benchmarks: null };
  let hidden = [];
  let mask = null;
  const kept = [];
  for (let move = 0; move < 200; move++) {
    if (move % 17 === 16) state = { ...state, models: move % 2 ? null : [0, 2, 3, 8] };
    if (move % 23 === 22) state = { ...state, benchmarks: move % 2 ? null : [0, 5, 6] };
    if (move % 29 === 28) hidden = hidden.length ? [] : ["method/random"];
    if (move % 41 === 40) points = made();
    mask =
      move % 13 === 12
        ? null
        : bits.fromIndices(
            Array.from({ length: total }, (_, k) => k).filter(() => random() < 0.4),
            total,
          );
    const scene = scenes(points, directory, state, mask, [...hidden]);
    const plain = sceneOf(points, directory, state, mask, hidden);
    assert.deepEqual({ ...scene }, { ...plain });
    assert.equal(scene.count, scene.focus.length);
    kept.push([scene, structuredClone({ ...plain })]);
  }
  for (const [scene, then] of kept) assert.deepEqual({ ...scene }, then);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { createCursor } from "../../geowidgets/js/lib/graph_cursor.js";
import { floats, readData, readSaved } from "../../geowidgets/js/lib/graph_data.js";
import {
  componentCurve,
  componentsAt,
  edgesAbove,
  edgeWeight,
  innerProduct,
  pairPlace,
  rowAt,
  spanningForest,
} from "../../geowidgets/js/lib/graph_edges.js";
import { extentOf, fitting, nearer, unsuited } from "../../geowidgets/js/lib/graph_frame.js";
import { createLayout, DEFAULTS } from "../../geowidgets/js/lib/graph_layout.js";
import { createLinkForce } from "../../geowidgets/js/lib/graph_links.js";
import { createPlayer } from "../../geowidgets/js/lib/graph_player.js";
import {
  clipped,
  createEdgeRaster,
  edgeColors,
  FULL,
} from "../../geowidgets/js/lib/graph_raster.js";
import { roomFor } from "../../geowidgets/js/lib/graph_room.js";
import { nearestUnit, neighbours, sceneOf, selected } from "../../geowidgets/js/lib/graph_scene.js";
import { forceLink } from "../../geowidgets/js/node_modules/d3-force/dist/d3-force.mjs";

// The same numbers as tests/widgets/test_weight_graph.py: what Python's functions say of them.
const file = new URL("../vectors/weight_graph.json", import.meta.url);
const { units, cosines, norms, cases } = JSON.parse(readFileSync(file, "utf8"));
const epoch = {
  units,
  cosines: Float32Array.from(cosines, (value) => value ?? Number.NaN),
  visible: Uint8Array.from({ length: units }, (_, i) => (i === 4 ? 0 : 1)),
  floor: -1,
};
const forest = spanningForest(epoch);
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b)), `${a} ≠ ${b}`);

/** Numbers that are the same in every run. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Two clusters and loose units. */
function random(n, seed = 1) {
  const next = dice(seed);
  const group = Array.from({ length: n }, () => Math.floor(next() * 4));
  const values = new Float32Array((n * (n - 1)) / 2);
  for (let i = 0, p = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, p++) {
      values[p] = (group[i] === group[j] && group[i] < 2 ? 0.4 : 0) + (next() - 0.5) * 0.6;
    }
  }
  return { units: n, cosines: values, visible: new Uint8Array(n).fill(1), floor: -1 };
}

for (const one of cases) {
  test(`the graph is Python's: ${one.kernel}, cut-off ${one.cutoff.toPrecision(3)}`, () => {
    near(innerProduct(one.kernel, one.sigma, one.cutoff), one.inner_product);
    const found = edgesAbove(epoch, one.inner_product);
    assert.deepEqual(
      [...found.a].map((a, k) => [a, found.b[k]]),
      one.edges,
    );
    assert.equal(found.total, one.edges.length);
    one.weights.forEach((weight, k) => {
      near(edgeWeight(one.kernel, one.sigma, found.cosines[k]), weight);
    });
    const { labels, sizes } = componentsAt(forest, epoch.visible, one.inner_product);
    assert.deepEqual([...labels], one.labels);
    assert.equal(sizes.length, one.components);
    const curve = componentCurve(forest, epoch.visible, norms);
    const row = rowAt(curve, one.inner_product);
    assert.equal(curve.components[row], one.components);
    assert.equal(curve.largest[row], one.largest);
    near(curve.norm[row], one.norm);
  });
}

test("components equal a flood fill at every edge", () => {
  const here = random(40);
  const tree = spanningForest(here);
  const curve = componentCurve(tree, here.visible, new Float32Array(40).fill(1));
  for (const limit of [...here.cosines.slice(0, 60), 0.9, -1]) {
    const group = new Int32Array(40).fill(-1);
    let count = 0;
    for (let start = 0; start < 40; start++) {
      if (group[start] >= 0) continue;
      const open = [start];
      group[start] = count;
      while (open.length) {
        for (const j of neighbours(here, open.pop(), limit)) {
          if (group[j] < 0) {
            group[j] = count;
            open.push(j);
          }
        }
      }
      count++;
    }
    const { labels, sizes } = componentsAt(tree, here.visible, limit);
    assert.equal(sizes.length, count);
    assert.equal(curve.components[rowAt(curve, limit)], count);
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < i; j++) assert.equal(labels[i] === labels[j], group[i] === group[j]);
    }
  }
});

test("too many edges: the strongest, and those that hold components together", () => {
  const here = random(60);
  const tree = spanningForest(here);
  const all = edgesAbove(here, 0);
  const few = edgesAbove(here, 0, tree, 200);
  assert.equal(few.total, all.total);
  const keyed = (edges) => new Set([...edges.a].map((a, k) => pairPlace(a, edges.b[k], 60)));
  const kept = keyed(few);
  const sorted = [...all.cosines].sort((p, q) => q - p);
  for (const place of keyed(all)) {
    if (here.cosines[place] >= sorted[190]) assert.ok(kept.has(place));
  }
  assert.ok(few.a.length <= 200 + 59);
  // Joined as before.
  const part = { ...here, cosines: here.cosines.map((v, p) => (kept.has(p) ? v : Number.NaN)) };
  assert.deepEqual(
    [...componentsAt(spanningForest(part), here.visible, 0).labels],
    [...componentsAt(tree, here.visible, 0).labels],
  );
  // Equals are kept or left out together.
  const flat = { ...here, cosines: here.cosines.map(() => 1) };
  assert.equal(edgesAbove(flat, 0.5, spanningForest(flat), 100).a.length, 59);
});

test("no unit, one unit, none visible", () => {
  for (const [n, there] of [
    [1, 1],
    [3, 0],
  ]) {
    const here = {
      units: n,
      cosines: new Float32Array((n * (n - 1)) / 2).fill(Number.NaN),
      visible: new Uint8Array(n).fill(there),
      floor: -1,
    };
    const tree = spanningForest(here);
    assert.equal(tree.a.length, 0);
    assert.equal(componentsAt(tree, here.visible, 0.5).sizes.length, there);
    const curve = componentCurve(tree, here.visible, new Float32Array(n).fill(2));
    assert.deepEqual([curve.components[0], curve.norm[0]], [there, 2 * there]);
    assert.equal(edgesAbove(here, -1, tree, 5).a.length, 0);
    assert.equal(nearestUnit(here, 0), -1);
  }
});

test("the packed link force equals d3's", () => {
  const next = dice(5);
  const make = () =>
    Array.from({ length: 12 }, (_, index) => ({
      index,
      x: next() * 90,
      y: next() * 90,
      vx: 0,
      vy: 0,
    }));
  const one = make();
  const other = one.map((node) => ({ ...node }));
  const a = [0, 0, 3, 4, 5, 0, 9];
  const b = [1, 2, 4, 5, 6, 11, 10];
  const degree = new Uint32Array(12);
  for (const i of [...a, ...b]) degree[i]++;
  const weights = Float64Array.from(a, () => 0.2 + next());
  const theirs = forceLink(a.map((from, k) => ({ source: from, target: b[k], k })))
    .distance(25)
    .strength(({ k }) => weights[k] / Math.min(degree[a[k]], degree[b[k]]));
  theirs.initialize(one, next);
  const ours = createLinkForce(12);
  ours.bodies(other);
  ours.links({ a, b, weights });
  ours.distance(25);
  for (let step = 0; step < 5; step++) {
    theirs(0.7);
    ours.force(0.7);
  }
  one.forEach((node, i) => {
    near(other[i].vx, node.vx);
    near(other[i].vy, node.vy);
  });
});

test("a layout goes on from where it stands, and hidden units do not pull", () => {
  const layout = createLayout(20);
  layout.setForces(DEFAULTS);
  const all = new Uint8Array(20).fill(1);
  const edges = { a: [0, 1], b: [1, 2], weights: [1, 1] };
  layout.setGraph(edges, all);
  layout.warm(1);
  for (let k = 0; k < 40; k++) layout.step();
  const before = layout.nodes.map(({ x, y }) => [x, y]);
  const some = all.map((_, i) => (i === 7 ? 0 : 1));
  layout.setGraph({ a: [0], b: [3], weights: [1] }, some);
  assert.deepEqual(
    layout.nodes.map(({ x, y }) => [x, y]),
    before,
  );
  layout.step();
  assert.deepEqual([layout.nodes[7].x, layout.nodes[7].y], before[7]);
  assert.notDeepEqual([layout.nodes[0].x, layout.nodes[0].y], before[0]);
  layout.hold(5, [1000, 0]);
  layout.step();
  assert.equal(layout.nodes[5].x, 1000);
  layout.hold(5, null);
  layout.step();
  assert.notEqual(layout.nodes[5].x, 1000);
  // The same every time.
  const again = createLayout(20);
  again.setForces(DEFAULTS);
  again.setGraph(edges, all);
  again.warm(1);
  for (let k = 0; k < 40; k++) again.step();
  assert.deepEqual(
    again.nodes.map(({ x, y }) => [x, y]),
    before,
  );
});

test("every edge adds the same to each column that it crosses, whichever way it runs", () => {
  const raster = createEdgeRaster(60, 40);
  const at = { x: [5, 50, 12, 12, 3], y: [8, 20, 4, 33, 30] };
  for (const [a, b, columns] of [
    [0, 1, 46],
    [1, 0, 46],
    [2, 3, 30],
    [3, 2, 30],
  ]) {
    raster.clear();
    raster.add([a], [b], at, Uint8Array.of(16));
    assert.equal(
      raster.cover.reduce((sum, v) => sum + v, 0),
      columns * FULL,
    );
  }
  raster.clear();
  raster.add(
    [0, 1],
    [1, 4],
    { x: [-500, 560, 0, 0, 5], y: [-300, 340, 0, 0, 99] },
    Uint8Array.of(16, 4),
  );
  assert.ok(raster.cover.some((v) => v > 0));
  const pixels = new Uint32Array(60 * 40);
  raster.paint(pixels, edgeColors([1, 2, 3, 1], 0.5));
  assert.equal(pixels[raster.cover.indexOf(0)], 0);
  assert.equal(edgeColors([1, 2, 3, 1], 0.5)[FULL] >>> 24, 128);
  assert.equal(edgeColors([1, 2, 3, 1], 0.5)[2 * FULL] >>> 24, 191);
});

test("lines are cut at the edge", () => {
  assert.equal(clipped(-9, 5, -1, 9, 50, 50), null);
  assert.deepEqual(clipped(-9, 5, 11, 5, 50, 50), [1, 5, 11, 5]);
  assert.deepEqual(clipped(10, -20, 10, 80, 50, 50), [10, 1, 10, 50]);
  assert.equal(clipped(Number.NaN, 5, 3, 9, 50, 50), null);
});

test("the frame follows what leaves it, and is still otherwise", () => {
  const size = { width: 400, height: 300 };
  const visible = Uint8Array.of(1, 1, 0);
  const extent = extentOf([-100, 100, 9e9], [-50, 50, 0], visible);
  assert.deepEqual(extent, { x0: -100, x1: 100, y0: -50, y1: 50 });
  const frame = fitting(extent, size);
  assert.equal(unsuited(frame, extent, size), false);
  assert.equal(unsuited(frame, { ...extent, x1: 99 }, size), false);
  const wide = { ...extent, x1: 200 };
  assert.equal(unsuited(frame, wide, size), true);
  let now = frame;
  let steps = 0;
  for (let next = nearer(now, fitting(wide, size)); next; next = nearer(now, fitting(wide, size))) {
    now = next;
    steps++;
  }
  assert.ok(steps > 5 && steps < 60);
  assert.equal(unsuited(now, wide, size), false);
  assert.equal(fitting(extentOf([], [], new Uint8Array(0)), size).scale, 2.2);
});

test("the clock shows every epoch that has arrived, in its time, and ends", () => {
  const shown = [];
  let ended = 0;
  let late = true;
  let at = 0;
  const player = createPlayer({
    speed: () => 10,
    count: 5,
    ready: (k) => k < 3 || !late,
    show(k) {
      at = k;
      shown.push(k);
    },
    end: () => ended++,
  });
  for (let now = 0; now <= 400; now += 20) player.tick(now, at);
  assert.deepEqual(shown, [1, 2]);
  late = false;
  for (let now = 420; now <= 1000 && !ended; now += 20) player.tick(now, at);
  assert.deepEqual(shown, [1, 2, 3, 4]);
  assert.equal(ended, 1);
});

test("two layers: names, images, and what is joined to its image alone", () => {
  const layers = [
    { name: "first", units: 3 },
    { name: "second", units: 2 },
  ];
  const bytes = (values) => new DataView(Float32Array.from([0, ...values]).buffer, 4);
  const data = readData({
    layers,
    epochs: [0, 5],
    arrays: {
      norms: bytes([1, 2, 3, 4, 5, 1, 2, 3, 0, 9]),
      turns: bytes([1, 1, 1, 1, 1, 0.5, 0.4, 0.3, Number.NaN, 0.2]),
    },
  });
  assert.deepEqual([0, 1, 2, 3, 4].map(data.image), [3, 4, -1, 0, 1]);
  assert.equal(data.name(0), "unit 0 of first");
  assert.equal(data.name(4), "unit 1 of second");
  assert.deepEqual([...data.norms(1)], [1, 2, 3, 0, 9]);
  assert.equal(data.longest, 9);
  near(data.farthest, Math.fround(0.2));
  // 0–3 alone with each other; 1–4 and 1–2.
  const joined = { "0,3": 0.9, "1,4": 0.8, "1,2": 0.7 };
  const values = [];
  for (let i = 0; i < 5; i++) for (let j = i + 1; j < 5; j++) values.push(joined[`${i},${j}`] ?? 0);
  const here = {
    units: 5,
    cosines: Float32Array.from(values),
    visible: new Uint8Array(5).fill(1),
    floor: -1,
  };
  const scene = sceneOf({ epoch: here, forest: spanningForest(here) }, data, 0, {
    limit: 0.5,
    kernel: "tool",
    sigma: 0.5,
  });
  assert.deepEqual(scene.images, { pairs: 2, joined: 2, alone: 1 });
  assert.deepEqual([...scene.labels], [1, 0, 0, 1, 0]);
  assert.equal(readData({ layers, epochs: [0, 5], arrays: {} }), null);
});

test("a saved page's pairs stand where the kernel's would, and say what lacks", () => {
  const place = [0, 3, 4];
  const view = (array) => new DataView(array.buffer);
  const saved = readSaved(4, {
    places: view(Uint32Array.from(place)),
    cosines: view(Float32Array.of(0.5, 0.75, 0.25)),
    visible: view(Uint8Array.of(1, 1, 1, 1)),
    floor: 0.25,
  });
  assert.deepEqual([...edgesAbove(saved, 0.25).a], [0, 1, 1]);
  assert.deepEqual([...edgesAbove(saved, 0.25).b], [1, 2, 3]);
  assert.ok(Number.isNaN(saved.cosines[1]));
  assert.equal(floats(undefined), null);
});

test("gestures on the selected units", () => {
  assert.deepEqual(selected(null, [0, 2], "replace"), [0, 2]);
  assert.deepEqual(selected([5], [0, 2], "add"), [0, 2, 5]);
  assert.deepEqual(selected([0, 2], [2], "subtract"), [0]);
  assert.equal(selected([0], [], "replace"), null);
});

test("the charts stand beside the graph from 660 pixels on, and both fit", () => {
  // Charts that are cut off, or a graph of no width in a narrow cell.
  for (const width of [120, 659, 660, 800, 1600]) {
    const { beside, side, wide, high } = roomFor(width, null);
    assert.equal(beside, width >= 660);
    assert.ok(wide >= 1 && side >= 1 && (beside ? side + wide : Math.max(side, wide)) < width);
    assert.ok(high >= 470 && high <= 680);
  }
  assert.equal(roomFor(800, 250).high, 250);
});

test("the keys' cursor walks by norm over visible units and stays at the ends", () => {
  // A hidden unit under the cursor, or a walk that starts again at the top.
  const scene = { norms: [1, 5, 3, 4], visible: Uint8Array.of(1, 1, 1, 0) };
  const walked = [];
  const acted = [];
  const cursor = createCursor({
    scene: () => scene,
    data: () => null,
    display: () => ({ inner_product: 0, units: null }),
    moved: (i) => walked.push(i),
    say: () => assert.fail("there are no facts to tell yet"),
  });
  cursor.choose((i) => acted.push(i));
  for (const by of [1, 1, 1, 1, -1]) cursor.walk(by);
  cursor.choose((i) => acted.push(i));
  assert.deepEqual(walked, [1, 2, 0, 0, 2]);
  assert.deepEqual(acted, [2]);
});

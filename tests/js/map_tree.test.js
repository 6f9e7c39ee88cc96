import assert from "node:assert/strict";
import test from "node:test";
import { createDistances, triangleIndex } from "../../geowidgets/js/lib/map_distances.js";
import {
  commonShare,
  crossShare,
  spanningTree,
  sumOf,
  totalWeight,
} from "../../geowidgets/js/lib/map_tree.js";

const line = [0, 5, 1, 9, 5.5];
const apart = (a, b) => Math.abs(line[a] - line[b]);
const edgesOf = ({ edges }) => {
  const pairs = [];
  for (let k = 0; k < edges.length; k += 2) pairs.push([edges[k], edges[k + 1]].sort());
  return pairs.map(String).sort();
};

test("a tree joins neighbours on a line, and only the points asked for", () => {
  const all = spanningTree([0, 1, 2, 3, 4], apart);
  assert.deepEqual(edgesOf(all), ["0,2", "1,2", "1,4", "3,4"]);
  assert.equal(totalWeight(all), 9);
  const some = spanningTree([3, 0, 4], apart);
  assert.deepEqual(edgesOf(some), ["0,4", "3,4"]);
  assert.equal(totalWeight(some), 9);
});

test("a tree of duplicates, of one point and of none", () => {
  const same = spanningTree([0, 1, 2], () => 0);
  assert.equal(same.edges.length, 4);
  assert.equal(totalWeight(same), 0);
  assert.equal(spanningTree([7], apart).edges.length, 0);
  assert.equal(spanningTree([], apart).edges.length, 0);
});

test("cross edges: one joins groups apart, all join alternating ones", () => {
  const tree = spanningTree([0, 1, 2, 3, 4], apart);
  assert.equal(crossShare(tree, [0, 2]), 1 / 4);
  assert.equal(crossShare(tree, [2, 4]), 1);
  assert.ok(Number.isNaN(crossShare({ edges: new Int32Array(), weights: new Float32Array() }, [])));
});

test("histograms: sums over points, and what two have in common", () => {
  const counts = [1, 0, 2, 0, 4, 0, 3, 3, 0]; // 3 points × 3 bins
  assert.deepEqual([...sumOf(counts, 3, [0, 2])], [4, 3, 2]);
  assert.equal(commonShare([1, 1], [2, 2]), 1);
  assert.equal(commonShare([1, 0], [0, 9]), 0);
  assert.ok(Number.isNaN(commonShare([0, 0], [1, 1])));
});

test("the upper triangle: every pair has a place of its own, in rows", () => {
  const n = 5;
  const places = [];
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) places.push(triangleIndex(n, i, j));
  assert.deepEqual(places, [...places.keys()]);
});

const layout = { x: Float32Array.of(0, 3, 9), y: Float32Array.of(0, 4, 4) };
const settled = () => new Promise((done) => setImmediate(done));

test("distances that travelled need no kernel", () => {
  const here = createDistances({
    n: 3,
    triangle: [1, 2, 4],
    layout,
    ask: () => assert.fail("asked"),
    arrived: () => {},
    failed: assert.fail,
  });
  assert.deepEqual([...here.row(1)], [1, 0, 4]);
  assert.equal(totalWeight(here.tree([0, 1, 2], "distances")), 3);
  assert.equal(totalWeight(here.tree([0, 1, 2], "layout")), 11);
});

test("distances that did not travel are asked for once, and a refusal is said", async () => {
  const asked = [];
  const said = [];
  let arrived = 0;
  const answers = {
    row: [Float32Array.of(0, 1, 2)],
    tree: [Int32Array.of(0, 2), Float32Array.of(7)],
  };
  const here = createDistances({
    n: 3,
    triangle: null,
    layout,
    ask(question) {
      asked.push(question.type);
      if (question.type === "cka") return Promise.reject(new Error("no features"));
      const buffers = answers[question.type].map((array) => new DataView(array.buffer));
      return Promise.resolve({ content: {}, buffers });
    },
    arrived: () => arrived++,
    failed: (words) => said.push(words),
  });
  assert.equal(here.row(0), null);
  assert.equal(here.row(0), null);
  assert.equal(here.tree([0, 2], "distances"), null);
  assert.equal(here.cka(0, 1), null);
  await settled();
  assert.deepEqual([...here.row(0)], [0, 1, 2]);
  assert.equal(totalWeight(here.tree([0, 2], "distances")), 7);
  assert.equal(here.cka(1, 0), "no features");
  assert.deepEqual(asked, ["row", "tree", "cka"]);
  assert.equal(arrived, 3);
  assert.deepEqual(said, []);
});

test("a row without a kernel is said in the view", async () => {
  const said = [];
  const here = createDistances({
    n: 3,
    triangle: null,
    layout,
    ask: () => Promise.reject(new Error("no kernel")),
    arrived: () => {},
    failed: (words) => said.push(words),
  });
  here.row(2);
  here.row(2);
  await settled();
  assert.deepEqual(said, ["no kernel"]);
  assert.equal(here.row(2), null);
});

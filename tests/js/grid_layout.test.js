import assert from "node:assert/strict";
import test from "node:test";
import { crisp, layoutGrid } from "../../geowidgets/js/lib/grid_layout.js";
import { breakLines, shorten } from "../../geowidgets/js/lib/grid_marks.js";
import { placeAt } from "../../geowidgets/js/lib/grid_place.js";
import { next } from "../../geowidgets/js/lib/grid_samples.js";
import { stretch } from "../../geowidgets/js/lib/grid_strip.js";

const overlap = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const METHODS = ["occlusion", "gradient_x_input", "integrated_gradients"];

for (const width of [480, 800, 1100, 1600]) {
  for (const shape of [[28, 28], [32, 32], [224, 224], [12, 30], [40, 9]]) {
    for (const count of [1, 2, 3]) {
      test(`${width} px, ${shape.join(" × ")}, ${count} blocks: nothing overlaps or sticks out`, () => {
        const layout = layoutGrid({
          width,
          rows: 3,
          methods: METHODS.slice(0, count),
          shape,
          images: 2,
        });
        assert.equal(layout.cells.length, 3 * 4 * count);
        const boxes = [
          ...layout.cells.flatMap(({ box, caption }) => [box, caption]),
          ...layout.columns.map(({ box }) => box),
          ...layout.rows.map(({ box }) => box),
          ...layout.images,
        ];
        boxes.forEach((box, k) => {
          assert.ok(box.x >= 0 && box.x + box.width <= width + 1e-6, `box ${k} sticks out`);
          assert.ok(box.y + box.height <= layout.height + 1e-6, `box ${k} sticks out below`);
          for (const other of boxes.slice(k + 1)) assert.ok(!overlap(box, other), `box ${k}`);
        });
        const { box } = layout.cells[0];
        assert.ok(Math.abs(box.width / box.height - shape[1] / shape[0]) < 1e-9, "its aspect");
      });
    }
  }
}

test("every pixel takes a whole number of screen pixels where there is room", () => {
  assert.equal(crisp(200, 32), 192);
  assert.equal(crisp(200, 28), 196);
  assert.equal(crisp(200, 224), 200, "larger images are shrunk");
  assert.equal(crisp(3, 224), 24);
});

test("the pixel under the pointer, the same in every map and image", () => {
  const layout = layoutGrid({
    width: 1600,
    rows: 2,
    methods: ["occlusion"],
    shape: [12, 30],
    images: 1,
  });
  for (const { x, y, width, height } of [layout.images[0], ...layout.cells.map((c) => c.box)]) {
    const at = placeAt(layout, [12, 30], x + (7.5 / 30) * width, y + (0.5 / 12) * height);
    assert.deepEqual(at, { x: 7, y: 0 });
  }
  assert.equal(placeAt(layout, [12, 30], 1590, 3), null);
});

test("the next sample among those chosen, from one that is none of them too", () => {
  assert.equal(next([0, 4, 9], 4, 1), 9);
  assert.equal(next([0, 4, 9], 4, -1), 0);
  assert.equal(next([0, 4, 9], 5, -1), 4);
  assert.equal(next([0, 4, 9], 9, 1), -1);
  assert.equal(next([0, 4, 9], -1, 1), 0);
  assert.equal(next([0, 4, 9], -1, -1), 9);
  assert.equal(next([], 3, 1), -1);
});

test("the strip keeps the sample in its middle, and is full at its ends", () => {
  assert.deepEqual(stretch(0, 5, 20), { first: 0, last: 5 });
  assert.deepEqual(stretch(10, 5, 20), { first: 8, last: 13 });
  assert.deepEqual(stretch(19, 5, 20), { first: 15, last: 20 });
  assert.deepEqual(stretch(1, 5, 3), { first: 0, last: 3 });
});

test("long names keep their ends, and words stay whole", () => {
  const size = (text) => text.length;
  assert.equal(shorten("magnitude", 9, size), "magnitude");
  assert.equal(shorten("a very long name-60", 12, size), "a very…e-60");
  assert.deepEqual(breakLines("LeNet-5 retrained-90 again", 13, 2, size), [
    "LeNet-5",
    "retraine…gain",
  ]);
  assert.deepEqual(breakLines("one", 13, 2, size), ["one"]);
  assert.deepEqual(breakLines("", 13, 2, size), [""]);
});

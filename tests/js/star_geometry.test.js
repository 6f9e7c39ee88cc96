import assert from "node:assert/strict";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import { joined } from "../../geowidgets/js/lib/star_choice.js";
import { apart, classAt, measure, rayEnd } from "../../geowidgets/js/lib/star_geometry.js";
import { layOut, toPixels } from "../../geowidgets/js/lib/star_layout.js";

// Three classes: to the right, upwards, and down to the left.
const DIRECTIONS = [2, 0, 0, 2, -1, -1];
const BIAS = [0, 0, 0.5];

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("length, angle, margin and probability of one sample in closed form", () => {
  const at = { x: 3, y: 4 };
  const found = measure(at, 0, 1, DIRECTIONS, BIAS);
  near(found.length, 5);
  near(found.angle, (Math.atan2(4, 3) * 180) / Math.PI);
  // Scores 6, 8, −6.5; the plane between 1 and 0 is the diagonal, 1/√2 away, and on its wrong side.
  near(found.margin, -Math.SQRT1_2);
  near(found.foot.x, 3.5);
  near(found.foot.y, 3.5);
  assert.equal(found.rival, 0);
  near(found.probability, Math.exp(-2) / (1 + Math.exp(-2) + Math.exp(-14.5)));
  near(measure(at, 1, 1, DIRECTIONS, BIAS).margin, Math.SQRT1_2);
});

test("equal directions are no boundary, and a sample at the origin lies at 90°", () => {
  const found = measure({ x: 0, y: 0 }, 0, 0, [1, 0, 1, 0, 0, 1], [0, 0, 0]);
  assert.equal(found.angle, 90);
  assert.equal(found.rival, 2);
});

test("the class of a point is that of the largest score, biases included", () => {
  assert.equal(classAt({ x: 1, y: 0.5 }, DIRECTIONS, BIAS), 0);
  assert.equal(classAt({ x: 0.5, y: 1 }, DIRECTIONS, BIAS), 1);
  assert.equal(classAt({ x: 0, y: 0 }, DIRECTIONS, BIAS), 2);
  assert.equal(classAt({ x: 1, y: 1 }, DIRECTIONS, BIAS), 0, "of equal scores the first");
});

test("a ray ends at the frame, also of a plane that is not centred", () => {
  assert.deepEqual(rayEnd({ x: 1, y: 0 }, [-1, 4, -2, 2]), { x: 4, y: 0 });
  assert.deepEqual(rayEnd({ x: -1, y: -4 }, [-1, 4, -2, 2]), {
    x: (-1 / Math.sqrt(17)) * ((2 / 4) * Math.sqrt(17)),
    y: -2,
  });
  assert.equal(rayEnd({ x: 0, y: 0 }, [-1, 1, -1, 1]), null);
});

test("names keep their distance and their order, across the corner where the line closes", () => {
  const placed = apart([10, 12, 50, 99], 100, 10);
  const sorted = [...placed].sort((a, b) => a - b);
  sorted.forEach((place, k) => {
    const gap = k ? place - sorted[k - 1] : place + 100 - sorted[3];
    assert.ok(gap > 9.9, `${placed}`);
  });
  assert.equal(placed[2], 50);
  assert.deepEqual(apart([7], 100, 10), [7]);
});

test("squares stand side by side, and below each other where there is no room", () => {
  const wide = layOut(2, 1500, null);
  assert.equal(wide.places[0].top, wide.places[1].top);
  assert.ok(wide.places[1].left + wide.places[1].side < 1500);
  const narrow = layOut(2, 400, null);
  assert.ok(narrow.places[1].top > narrow.places[0].top + narrow.places[0].side);
  const { x, y, inverse } = toPixels(wide.places[1], [-1, 3, 0, 4]);
  assert.ok(y(4) < y(0), "y points upwards");
  const back = inverse(x(2), y(1));
  near(back.x, 2);
  near(back.y, 1);
});

test("adding, taking away and replacing", () => {
  const one = bits.fromIndices([0, 3], 5);
  const other = bits.fromIndices([3, 4], 5);
  const list = (/** @type {any} */ mask) => mask && [...bits.toIndices(mask)];
  assert.deepEqual(list(joined(one, other, "replace")), [3, 4]);
  assert.deepEqual(list(joined(one, other, "add")), [0, 3, 4]);
  assert.deepEqual(list(joined(one, other, "subtract")), [0]);
  assert.deepEqual(list(joined(null, other, "add")), [3, 4]);
  assert.deepEqual(list(joined(bits.full(5), other, "subtract")), [0, 1, 2]);
});

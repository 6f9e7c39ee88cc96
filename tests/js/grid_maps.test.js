import assert from "node:assert/strict";
import test from "node:test";
import {
  colorOf,
  paintPixels,
  paintPlane,
  paintUnder,
} from "../../geowidgets/js/lib/grid_palette.js";
import {
  asItIs,
  bound,
  change,
  digits,
  planeOf,
  valueAt,
} from "../../geowidgets/js/lib/grid_scale.js";
import { contrast, luminance } from "../../geowidgets/js/lib/theme.js";

// Two metrics on 2 rows × 3 columns: not square, so that transposition shows.
const map = {
  metrics: ["length", "angle"],
  shape: [2, 2, 3],
  values: Float32Array.of(0, 1, 2, 3, 4, -5, Number.NaN, 0.5, -0.25, 0, 0, Infinity),
  baseline: [8.5, null],
};

test("values are found by column and row, and beside the map there is none", () => {
  assert.equal(valueAt(map, "length", { x: 2, y: 1 }), -5);
  assert.equal(valueAt(map, "length", { x: 1, y: 0 }), 1);
  assert.equal(valueAt(map, "angle", { x: 1, y: 0 }), 0.5);
  assert.ok(Number.isNaN(valueAt(map, "length", { x: 3, y: 0 })));
  assert.ok(Number.isNaN(valueAt(map, "margin", { x: 0, y: 0 })));
  assert.equal(planeOf(map, "margin"), null);
});

test("one bound over all maps; NaN and infinity do not count", () => {
  const other = { ...map, values: map.values.map((v) => v / 10) };
  assert.equal(bound([other, map], "length"), 5);
  assert.equal(bound([map], "angle"), 0.5);
  assert.equal(bound([], "angle"), 0);
});

test("numbers have a sign, a unit and three digits of their scale", () => {
  assert.equal(change("length", -0.0312, 0.25), "−0.031");
  assert.equal(change("angle", 2, 31), "+2.0°");
  assert.equal(change("margin", 0, 1), "±0.00");
  assert.equal(change("margin", Number.NaN, 1), "no value");
  assert.deepEqual([250, 2.5, 0.025, 0, 1e-12].map(digits), [0, 2, 4, 0, 6]);
  assert.equal(asItIs("margin", -0.0001, 1), "0.00", "nothing has no sign");
  assert.equal(asItIs("margin", -0.361, 0.6), "−0.361");
  assert.equal(asItIs("angle", Number.NaN, 1), "no value");
});

for (const theme of ["light", "dark"]) {
  test(`${theme}: blue rises, red falls, and both are as strong at the same distance`, () => {
    const [r, , b] = colorOf(0.8, theme);
    assert.ok(b > r + 40);
    const [r2, , b2] = colorOf(-0.8, theme);
    assert.ok(r2 > b2 + 40);
    for (let t = 0.1; t <= 1; t += 0.1) {
      const [rise, fall] = [colorOf(t, theme), colorOf(-t, theme)].map((c) => [...c, 1]);
      const ratio = contrast(rise, fall);
      assert.ok(ratio < 1.45, `at ${t.toFixed(1)} one arm is ${ratio.toFixed(2)} times as strong`);
    }
    const steps = [0, 0.25, 0.5, 0.75, 1].map((t) => luminance([...colorOf(t, theme), 1]));
    const sorted = [...steps].sort((x, y) => (theme === "light" ? y - x : x - y));
    assert.deepEqual(steps, sorted, "farther from nothing must look farther");
  });
}

test("a plane in colours: its ends at the scale, beyond it clipped, NaN transparent", () => {
  const out = new Uint8ClampedArray(6 * 4);
  const missing = paintPlane(Float32Array.of(0, 2, -2, 9, Number.NaN, -9), 2, "light", out);
  assert.equal(missing, 1);
  const pixel = (k) => [...out.slice(4 * k, 4 * k + 3)];
  assert.deepEqual(pixel(0), colorOf(0, "light"));
  assert.deepEqual(pixel(1), colorOf(1, "light"));
  assert.deepEqual(pixel(3), colorOf(1, "light"));
  assert.deepEqual(pixel(5), colorOf(-1, "light"));
  assert.equal(out[4 * 4 + 3], 0);
});

test("a map of zeros has a scale of nothing and is all of one colour", () => {
  const out = new Uint8ClampedArray(8);
  paintPlane(Float32Array.of(0, 0), 0, "dark", out);
  assert.deepEqual([...out.slice(0, 3)], colorOf(0, "dark"));
});

test("grey and coloured images keep their pixels; under a map grey becomes ink on the page", () => {
  const out = new Uint8ClampedArray(8);
  paintPixels(Uint8Array.of(10, 20, 30, 40, 50, 60), 3, out);
  assert.deepEqual([...out], [10, 20, 30, 255, 40, 50, 60, 255]);
  paintPixels(Uint8Array.of(0, 200), 1, out);
  assert.deepEqual([...out], [0, 0, 0, 255, 200, 200, 200, 255]);
  paintUnder(Uint8Array.of(0, 200), 1, out, "light");
  assert.deepEqual([out[0], out[4]], [255, 55]);
  paintUnder(Uint8Array.of(0, 200), 1, out, "dark");
  assert.deepEqual([out[0], out[4]], [0, 200]);
  paintUnder(Uint8Array.of(0, 0, 0, 90, 90, 90), 3, out, "light");
  assert.deepEqual([out[0], out[4]], [0, 90], "photographs are no negatives");
});

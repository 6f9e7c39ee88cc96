import assert from "node:assert/strict";
import test from "node:test";
import {
  createPalette,
  createRaster,
  disc,
  dotRadius,
  UNIT,
} from "../../geowidgets/js/lib/raster.js";

/** Pixels from a small generator of its own: the same ones every time. */
function spots(n, width, height, reach, seed) {
  let state = seed;
  const next = (limit) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state % limit;
  };
  return Array.from({ length: n }, () => ({
    x: reach + next(width - 2 * reach),
    y: reach + next(height - 2 * reach),
    kind: next(3) === 0 ? 1 : 0,
  }));
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
const BLACK = [0, 0, 0, 1];
const RED = [255, 0, 0, 1];

for (const radius of [0.5, 1, 1.6, 3]) {
  test(`radius ${radius}: the raster's sum is the number of samples, none dropped`, () => {
    const stamp = disc(radius);
    const raster = createRaster(70, 50, stamp);
    const dots = spots(5000, 70, 50, stamp.reach, 7);
    for (const { x, y, kind } of dots) raster.put(x, y, kind, 1);
    const each = sum([...stamp.weight]);
    const wrong = dots.filter((dot) => dot.kind === 1).length;
    assert.equal(sum(raster.cover[1]) / each, wrong);
    assert.equal(sum(raster.cover[0]) / each, 5000 - wrong);
  });
}

test("the smallest stamp is one pixel: then coverage is a plain density", () => {
  const stamp = disc(0.5);
  assert.deepEqual([...stamp.weight], [UNIT]);
  assert.equal(disc(3).weight.length, disc(3).dx.length);
  assert.equal(Math.max(...disc(3).dx), disc(3).reach);
});

test("a picture updated by its changes equals one drawn afresh, pixel for pixel", () => {
  const [width, height] = [61, 43];
  const stamp = disc(1.7);
  const palette = createPalette({ max: 60, faintest: 0.5, below: BLACK, above: RED });
  const dots = spots(300, width, height, stamp.reach, 1);
  const updated = createRaster(width, height, stamp);
  const pixels = new Uint32Array(width * height);
  for (const { x, y, kind } of dots.slice(0, 200)) updated.put(x, y, kind, 1);
  updated.paint(pixels, palette);
  for (const { x, y, kind } of dots.slice(0, 120)) updated.put(x, y, kind, -1);
  updated.paint(pixels, palette);
  for (const { x, y, kind } of dots.slice(200)) updated.put(x, y, kind, 1);
  updated.paint(pixels, palette);
  const fresh = createRaster(width, height, stamp);
  const whole = new Uint32Array(width * height);
  for (const { x, y, kind } of dots.slice(120)) fresh.put(x, y, kind, 1);
  fresh.paint(whole, palette);
  assert.deepEqual(updated.cover, fresh.cover);
  assert.deepEqual(pixels, whole);
});

test("only what changed is painted, and nothing twice", () => {
  const raster = createRaster(40, 30, disc(1));
  const palette = createPalette({ max: UNIT, faintest: 0.5, below: BLACK, above: RED });
  const pixels = new Uint32Array(40 * 30);
  assert.equal(raster.paint(pixels, palette), null);
  raster.put(10, 20, 0, 1);
  assert.deepEqual(raster.paint(pixels, palette), { x0: 9, y0: 19, x1: 11, y1: 21 });
  assert.equal(raster.paint(pixels, palette), null);
});

test("more dots are never fainter, and no dot is invisible", () => {
  const palette = createPalette({ max: 400 * UNIT, faintest: 0.3, below: BLACK, above: RED });
  for (let k = 2; k < palette.levels.length; k++) {
    assert.ok(palette.levels[k] >= palette.levels[k - 1]);
  }
  assert.ok(palette.levels[1] > 0);
  assert.equal(palette.levels.at(-1), 31);
});

test("wrong lies over right: where both are full, the pixel is wrong's", () => {
  const { levels, colors } = createPalette({ max: 8, faintest: 1, below: BLACK, above: RED });
  const top = levels.at(-1);
  const rgba = colors[top * 32 + top];
  assert.deepEqual([rgba & 255, (rgba >>> 8) & 255, rgba >>> 24], [255, 0, 255]);
  assert.equal(colors[0], 0);
});

test("dots shrink as panels fill, down to single pixels", () => {
  assert.ok(dotRadius(10) > dotRadius(1000) && dotRadius(1000) > dotRadius(50_000));
  assert.equal(dotRadius(1e7), 0.5);
});

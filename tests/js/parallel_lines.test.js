import assert from "node:assert/strict";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import {
  BINS,
  areaPath,
  binsOf,
  createHistograms,
  spread,
} from "../../geowidgets/js/lib/parallel_histograms.js";
import { createLines, NO_ROW, rowsOf, UNIT } from "../../geowidgets/js/lib/parallel_lines.js";
import { createPalette, levelOf, paint } from "../../geowidgets/js/lib/parallel_palette.js";

const [WIDTH, HEIGHT] = [97, 61];

/** A small generator of our own, so that the failure is the same for everybody. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function gaps(n, seed, missing = 0) {
  const next = random(seed);
  const rows = [0, 1, 2].map(() =>
    Uint16Array.from({ length: n }, () => (next() < missing ? NO_ROW : next() * HEIGHT)),
  );
  return [
    { x0: 0, x1: 11, left: rows[0], right: rows[1] },
    { x0: 40, x1: WIDTH, left: rows[1], right: rows[2] },
  ];
}

const all = (n) => Uint32Array.from({ length: n }, (_, i) => i);

function columnSums(counts) {
  const sums = new Float64Array(WIDTH);
  counts.forEach((count, p) => {
    sums[p % WIDTH] += count;
  });
  return sums;
}

for (const smooth of [false, true]) {
  const lines = (parts) => createLines(WIDTH, HEIGHT, parts, { smooth });

  test(`every line counts once in every column (smooth: ${smooth}): none dropped, none doubled`, () => {
    const parts = gaps(500, 1);
    const drawn = lines(parts);
    drawn.change(all(500), 1);
    columnSums(drawn.counts).forEach((sum, x) => {
      const inside = parts.some(({ x0, x1 }) => x >= x0 && x < x1);
      assert.equal(sum, inside ? 500 * UNIT : 0, `column ${x}`);
    });
  });

  test(`changed bits alone give the very picture of a full redraw (smooth: ${smooth})`, () => {
    const n = 700;
    const parts = gaps(n, 2, 0.05);
    const next = random(3);
    const kept = lines(parts);
    let before = bits.empty(n);
    for (let move = 0; move < 25; move++) {
      const now = bits.empty(n);
      for (let i = 0; i < n; i++) if (next() < 0.3) bits.add(now, i);
      if (move === 24) bits.add(now, 0);
      kept.change(bits.toIndices(bits.andNot(now, before)), 1);
      kept.change(bits.toIndices(bits.andNot(before, now)), -1);
      const fresh = lines(parts);
      fresh.change(bits.toIndices(now), 1);
      assert.deepEqual(kept.counts, fresh.counts);
      before = now;
    }
    kept.change(bits.toIndices(before), -1);
    assert.ok(
      kept.counts.every((count) => count === 0),
      "something stays when all have left",
    );
  });
}

test("bundled lines are the lines drawn one by one: 13,000 samples on few rows", () => {
  const n = 13_000;
  const parts = gaps(n, 4, 0.01);
  const together = createLines(WIDTH, HEIGHT, parts, { smooth: true });
  together.change(all(n), 1);
  const single = createLines(WIDTH, HEIGHT, parts, { smooth: true });
  for (let first = 0; first < n; first += 1000) {
    single.change(all(n).subarray(first, first + 1000), 1);
  }
  assert.deepEqual(together.counts, single.counts);
});

test("steep lines leave no holes: neighbouring columns touch", () => {
  const part = { x0: 0, x1: 5, left: Uint16Array.of(0), right: Uint16Array.of(60) };
  const { counts, change } = createLines(WIDTH, HEIGHT, [part]);
  change(all(1), 1);
  for (let y = 0; y < 60; y++) {
    assert.ok(counts.subarray(y * WIDTH, y * WIDTH + 5).some(Boolean), `row ${y} is empty`);
  }
});

test("a sample without a value is drawn in no gap beside that axis, the others stay", () => {
  const [first, second] = gaps(3, 5);
  second.right[1] = NO_ROW;
  const drawn = createLines(WIDTH, HEIGHT, [first, second]);
  drawn.change(all(3), 1);
  const sums = columnSums(drawn.counts);
  assert.equal(sums[0], 3 * UNIT);
  assert.equal(sums[50], 2 * UNIT);
});

test("rows: ends of the domain, beyond it, upside down, no value", () => {
  const values = Float32Array.of(0, 10, 5, -3, 99, Number.NaN, Infinity);
  const none = [NO_ROW, NO_ROW];
  assert.deepEqual([...rowsOf(values, [0, 10], 11, false)], [10, 0, 5, 10, 0, ...none]);
  assert.deepEqual([...rowsOf(values, [0, 10], 11, true)], [0, 10, 5, 0, 10, ...none]);
});

test("histograms updated by changes equal those counted afresh; values at both ends count", () => {
  const values = Float32Array.of(0, 0.5, 1, 0.25, Number.NaN);
  const bins = binsOf(values, [0, 1]);
  const { counts, change } = createHistograms([bins]);
  change(Uint32Array.of(0, 1, 2, 3, 4), 1);
  assert.equal(counts[0][0], 1);
  assert.equal(counts[0][BINS - 1], 1);
  assert.equal(
    counts[0].reduce((a, b) => a + b),
    4,
  );
  change(Uint32Array.of(1, 4), -1);
  const fresh = createHistograms([bins]);
  fresh.change(Uint32Array.of(0, 2, 3), 1);
  assert.deepEqual(counts, fresh.counts);
});

test("a spread is a share of its samples, and of none there is no outline", () => {
  const counts = new Int32Array(BINS);
  counts[20] = 3;
  counts[30] = 1;
  const shares = spread(counts);
  assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-12);
  assert.equal(spread(new Int32Array(BINS)), null);
  const place = { x: 0, top: 0, height: 560, width: 10, most: 1, inverted: false };
  assert.equal(areaPath(null, place), "");
  const heights = (d) => [...d.matchAll(/ ([\d.]+)/g)].map((found) => Number(found[1]));
  const [up, down] = [false, true].map((inverted) =>
    heights(areaPath(shares, { ...place, inverted })),
  );
  up.forEach((y, k) => {
    assert.ok(Math.abs(y + down[k] - 560) < 0.11, "upside down is not the mirror image");
  });
});

test("colours: nothing is transparent, more lines are never paler, the densest is opaque", () => {
  const max = 5000 * UNIT;
  const colors = createPalette({ max, faintest: 0.1, color: [10, 20, 30, 1] });
  let last = 0;
  for (let cover = 1; cover <= max; cover += 97) {
    const alpha = colors.far[levelOf(cover)] >>> 24;
    assert.ok(alpha >= last, `${cover} is paler than fewer lines`);
    last = alpha;
  }
  assert.ok(last >= 250);
  const pixels = new Uint32Array(4).fill(7);
  paint(Int32Array.of(0, max, 61, 4096), pixels, colors);
  assert.equal(pixels[2], colors.far[levelOf(61)], "the table of low densities differs");
  assert.equal(pixels[3], colors.far[levelOf(4096)]);
  assert.equal(pixels[0], 0);
  assert.equal(pixels[1] & 0xffffff, (30 << 16) | (20 << 8) | 10);
});

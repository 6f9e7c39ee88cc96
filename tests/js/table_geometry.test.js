import assert from "node:assert/strict";
import { test } from "node:test";
import {
  barAt,
  barPlaces,
  tableSizes,
  visibleLines,
} from "../../geowidgets/js/lib/table_geometry.js";

test("every bar is found at its own middle and stays inside of its cell", () => {
  // Catches: drawing and hit test that disagree, for one bar as for sixty.
  for (const count of [1, 2, 6, 13, 60]) {
    for (const column of [26, 56, 132]) {
      const { pitch, width, start } = barPlaces(count, column);
      for (let i = 0; i < count; i += 1) {
        const middle = start + i * pitch + width / 2;
        assert.equal(barAt(middle, count, column), i);
        assert.ok(middle + width / 2 <= column);
      }
      assert.equal(barAt(-3, count, column), 0);
      assert.equal(barAt(column + 3, count, column), count - 1);
    }
  }
});

test("columns fill the view between their limits", () => {
  const wide = tableSizes("bars", 1600, 20, 120);
  assert.equal(wide.column, 74);
  assert.equal(tableSizes("bars", 800, 20, 120).column, 62);
  assert.equal(tableSizes("bars", 1600, 1, 120).column, 132);
  assert.equal(tableSizes("heat", 800, 20, 120).upright, true);
  assert.ok(tableSizes("bars", 400, 20, 900).head <= 120);
  assert.equal(tableSizes("bars", 800, 0, 120).width, 120);
});

test("names on end have the height of the longest one, between two limits", () => {
  // Catches: a blank of 60 pixels above short names; names of 40 characters that take the view.
  const header = (longest) => tableSizes("heat", 800, 20, 120, true, longest).header;
  assert.equal(tableSizes("heat", 800, 20, 120).header, 126);
  assert.equal(header(40), 126);
  assert.ok(header("gaussian noise".length) > 18 + 5 + 14 * 6.4);
  assert.equal(header(3), 80);
});

test("the lines in view include those cut by an edge, and no other", () => {
  const tops = [0, 24, 68, 112, 136];
  assert.deepEqual(visibleLines(tops, 0, 30), [0, 2]);
  assert.deepEqual(visibleLines(tops, 24, 68), [1, 2]);
  assert.deepEqual(visibleLines(tops, 60, 113), [1, 4]);
  assert.deepEqual(visibleLines([0], 0, 100), [0, 0]);
});

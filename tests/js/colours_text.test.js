import assert from "node:assert/strict";
import { test } from "node:test";
import { css } from "../../geowidgets/js/lib/table_paint.js";

test("a colour's text is its own, asked for once or again, and beside thousands of others", () => {
  // Catches: two colours or opacities that share what is remembered; a memory that forgets wrongly.
  const naive = ([r, g, b, a], alpha) => `rgb(${r} ${g} ${b} / ${Math.round(1000 * a * alpha) / 1000})`;
  const colors = Array.from({ length: 5000 }, (_, k) => [k % 256, (k * 7) % 256, (k * 13) % 256, 1]);
  colors.push([0, 0, 0, 0], [255, 255, 255, 0.5], [255, 0, 0, 1], [0, 255, 0, 1], [0, 0, 255, 1]);
  for (let round = 0; round < 2; round++) {
    for (const color of colors) {
      for (const alpha of [1, 0.28, 0.45]) assert.equal(css(color, alpha), naive(color, alpha));
    }
  }
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { contrast, luminance, parseColor } from "../../geowidgets/js/lib/theme.js";

const file = new URL("../../geowidgets/js/lib/theme.css", import.meta.url);
const [light, dark] = readFileSync(file, "utf8")
  .split(".gw-root[data-gw-theme")
  .map(
    (block) =>
      new Map(
        [...block.matchAll(/--gw-([\w-]+): (?:var\([^,]+, )?(#\w{6})/g)].map((m) => [
          m[1],
          hex(m[2]),
        ]),
      ),
  );

function hex(text) {
  return [1, 3, 5].map((k) => Number.parseInt(text.slice(k, k + 2), 16));
}

// As protanopes and deuteranopes see them (Viénot, Brettel and Mollon 1999, linear RGB).
const SIGHT = {
  protanopia: [0.11238, 0.88762, 0],
  deuteranopia: [0.29275, 0.70725, 0],
};

for (const [name, colors] of [
  ["light", light],
  ["dark", dark],
]) {
  test(`${name}: text stands out from the background by 4.5:1`, () => {
    const texts = ["fg", "fg-soft", "wrong-text", "better", "worse", "accent"];
    for (const text of texts) {
      const ratio = contrast(colors.get(text), colors.get("bg"));
      assert.ok(ratio >= 4.5, `${text}: ${ratio.toFixed(2)}`);
    }
    assert.ok(contrast(colors.get("error-fg"), colors.get("error-bg")) >= 4.5);
    assert.ok(contrast(colors.get("on-accent"), colors.get("accent")) >= 4.5);
  });

  test(`${name}: marks stand out from the background by 2:1, selected ones by 4.5:1`, () => {
    for (const mark of ["correct", "wrong", "reference", "compared"]) {
      assert.ok(contrast(colors.get(mark), colors.get("bg")) >= 2, mark);
    }
    for (const mark of ["correct-strong", "wrong-strong"]) {
      assert.ok(contrast(colors.get(mark), colors.get("bg")) >= 4.5, mark);
    }
  });

  test(`${name}: right and wrong differ for colour-blind readers`, () => {
    for (const [kind, [r, g]] of Object.entries(SIGHT)) {
      const seen = (color) => {
        const linear = color.map((v) => (v / 255) ** 2.2);
        const yellow = r * linear[0] + g * linear[1];
        return [yellow, linear[2]].map((v) => 255 * v ** (1 / 2.2));
      };
      const [a, b] = [seen(colors.get("correct")), seen(colors.get("wrong"))];
      const apart = Math.hypot(a[0] - b[0], a[1] - b[1]);
      assert.ok(apart > 50, `${kind}: ${apart.toFixed(0)}`);
    }
  });
}

test("colours as browsers write them", () => {
  assert.deepEqual(parseColor("rgb(1, 2, 3)"), [1, 2, 3, 1]);
  assert.deepEqual(parseColor("rgba(10, 20, 30, 0.5)"), [10, 20, 30, 0.5]);
  assert.deepEqual(parseColor("color(srgb 1 0 0.5 / 0.2)"), [255, 0, 127.5, 0.2]);
  assert.deepEqual(parseColor("rgba(0, 0, 0, 0)"), [0, 0, 0, 0]);
  assert.equal(luminance([255, 255, 255, 1]), 1);
  assert.equal(contrast([0, 0, 0, 1], [255, 255, 255, 1]), 21);
});

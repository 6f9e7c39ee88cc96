import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ACCURACY,
  differenceScale,
  differenceText,
  differenceUnit,
  exactText,
  isGain,
  measureOf,
  measureScale,
  valueText,
  wayWords,
} from "../../geowidgets/js/lib/table_measures.js";

const angle = measureOf("angle", null);
const length = measureOf("length", null);
const given = { name: "memory", unit: "MB", better: -1, percent: false };

test("the scale of differences steps, in per cent and in any unit", () => {
  assert.deepEqual(
    [0, 0.05, 0.051, 0.3, 0.9].map((value) => differenceScale(ACCURACY, value)),
    [0.05, 0.05, 0.1, 0.3, 1],
  );
  const steps = [0, 0.3, 1, 1.2, 4.9, 17, 51, 0.0011].map((one) => differenceScale(angle, one));
  assert.deepEqual(
    steps.map((step) => Number(step.toPrecision(6))),
    [1, 0.5, 1, 2, 5, 20, 100, 0.002],
  );
});

test("values scale from 0 to a round number, or from the least; accuracy from 0 to 1", () => {
  assert.deepEqual(measureScale(ACCURACY, [0.4, 0.5]), [0, 1]);
  assert.deepEqual(measureScale(angle, [61.2, 78.9, Number.NaN]), [0, 80]);
  assert.deepEqual(measureScale(length, [-3.2, 1]), [-4, 1]);
  assert.deepEqual(measureScale(length, []), [0, 1]);
});

test("numbers carry sign, digits and unit", () => {
  assert.deepEqual(
    [0.0123, -0.2, 0.0004].map((value) => differenceText(ACCURACY, value)),
    ["+1.2", "−20.0", "0.0"],
  );
  assert.deepEqual([valueText(length, -1.234), valueText(angle, 61.25)], ["−1.23", "61.3"]);
  assert.deepEqual([exactText(angle, 61.25), exactText(ACCURACY, 0.5)], ["61.25°", "50.00 %"]);
  assert.equal(exactText(measureOf("table", given), 3), "3.0000 MB");
  assert.deepEqual([ACCURACY, angle, length].map(differenceUnit), ["points", "°", ""]);
});

test("what counts as better: a smaller angle does, a length does neither", () => {
  // Catches: a net that moves away from its class shown in green.
  assert.deepEqual(
    [isGain(ACCURACY, 0.1), isGain(angle, 0.1), isGain(angle, -1), isGain(length, 1)],
    [true, false, true, true],
  );
  assert.deepEqual([wayWords(angle), wayWords(length)[0]], [["better", "worse"], "higher"]);
  assert.equal(measureOf("table", given).title, "memory");
  assert.equal(measureOf("table", null), ACCURACY);
});

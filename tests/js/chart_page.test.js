import assert from "node:assert/strict";
import { test } from "node:test";
import { atRank, frameOf, rankWords } from "../../geowidgets/js/lib/chart_page_view.js";
import { linesOf } from "../../geowidgets/js/lib/print_words.js";
import { shrunk } from "../../geowidgets/js/lib/table_export.js";

const CHOICES = ["layer", "epoch", "axes", "rank"].map((name) => ({
  name,
  label: name,
  kind: /** @type {const} */ ("list"),
  options: [0, 1, 2],
}));

test("a frame is found by layer, epoch and axes, whatever the rank", () => {
  // Catches positions in another order, and a record of one epoch, which has no slider.
  const frames = { "1/2/0": { figures: [3], words: "", legend: [] } };
  const chart = { file: "", figures: [], ranks: [], choices: CHOICES, frames };
  const chosen = { rank: 7, axes: 0, layer: 1, epoch: 2 };
  assert.deepEqual(frameOf(chart, chosen).figures, [3]);
  const single = {
    ...chart,
    choices: CHOICES.filter(({ name }) => name !== "epoch"),
    frames: { "1/0/0": { figures: [4], words: "", legend: [] } },
  };
  assert.deepEqual(frameOf(single, { rank: 0, axes: 0, layer: 1 }).figures, [4]);
  const whole = { ...chart, choices: [], frames: { "": { figures: [5], words: "", legend: [] } } };
  assert.deepEqual(frameOf(whole, {}).figures, [5]);
  assert.throws(() => frameOf(chart, { layer: 0, epoch: 0, axes: 0 }), /nothing was saved/);
});

test("the chosen rank moves its mark, and the axis where it ends before", () => {
  // Catches a mark beyond the end of its axis, and figures without one that move all the same.
  const line = /** @type {const} */ ({ kind: "line", y: [0, 1], color: "", width: 1 });
  const figure = {
    title: "",
    x: { label: "", range: /** @type {[number, number]} */ ([0, 300]) },
    y: { label: "", range: /** @type {[number, number]} */ ([0, 1]) },
    marks: [
      { ...line, x: [0, 300] },
      { ...line, x: [1, 1], at: "rank" },
    ],
  };
  assert.deepEqual(atRank(figure, 10, 60).x.range, [0, 60]);
  assert.deepEqual(atRank(figure, 80, 60).x.range, [0, 80]);
  assert.deepEqual(
    atRank(figure, 80, 60).marks.map(({ x }) => x),
    [
      [0, 300],
      [80, 80],
    ],
  );
  const still = { ...figure, marks: figure.marks.slice(0, 1) };
  assert.equal(atRank(still, 10, 60), still);
});

test("ranks that were not measured say which were", () => {
  // Catches the losses of another rank.
  const ranks = { kept: [0, 50, 100], losses: { "": " (measured at 1)", 1: " and loses 2" } };
  assert.equal(rankWords(ranks, 1), "; rank 1 keeps 50.0 % of the norm and loses 2.");
  assert.equal(rankWords(ranks, 2), "; rank 2 keeps 100.0 % of the norm (measured at 1).");
});

test("words of a picture break where there is no room", () => {
  // Catches a sentence that ends at the picture's edge, and words that get lost.
  const measure = (/** @type {string} */ text) => text.length;
  assert.deepEqual(linesOf("a bb  ccc\ndddd", 6, measure), ["a bb", "ccc", "dddd"]);
  assert.deepEqual(linesOf("incomprehensible a", 6, measure), ["incomprehensible", "a"]);
  assert.deepEqual(linesOf("", 6, measure), []);
});

test("headings that are a little too long become smaller", () => {
  // Catches names that only the page's own tooltips could complete, and letters nobody can read.
  assert.equal(shrunk("12px sans", 1.5), "12px sans");
  assert.equal(shrunk("600 12px sans", 0.75), "600 9.00px sans");
  assert.equal(shrunk("12px sans", 0.1), "8.00px sans");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { inside } from "../../geowidgets/js/lib/table_grid.js";
import { tableCells, tableLayout } from "../../geowidgets/js/lib/table_layout.js";
import { csv } from "../../geowidgets/js/lib/table_csv.js";
import { step } from "../../geowidgets/js/lib/table_keys.js";
import { ACCURACY, measureOf } from "../../geowidgets/js/lib/table_measures.js";
import { tallyOf } from "../../geowidgets/js/lib/table_tally.js";
import { cellLines, summary } from "../../geowidgets/js/lib/table_words.js";

const model = (name, method, ratio) => ({
  name,
  architecture: "net",
  method,
  ratio,
  parent: ratio ? "dense" : null,
  seed: 0,
});
const benchmark = (name, corruption, severity, family) => ({
  name,
  corruption,
  severity,
  family,
  set: "test",
});
const DIRECTORY = {
  classes: ["a", "b"],
  sets: [{ name: "test", n: 10, image: null }],
  models: [model("dense", "dense", 0), model('p, "90"', "prune", 0.9), model("p50", "prune", 0.5)],
  benchmarks: [
    benchmark("fog-1", "fog", 1, "weather"),
    benchmark("clean", "", 0, "clean"),
    benchmark("fog-3", "fog", 3, "weather"),
    benchmark("=cmd", "", 0, "other"),
  ],
  done: "",
  revision: 0,
};
const DATA = {
  sets: new Map([
    [
      "test",
      {
        n: 10,
        accuracy: [0.9, 1, 0.7, 0.5, 0.3, 0.8, 0.1, 0.5, 0.6, 0.9, Number.NaN, 0.5],
        benchmarks: [0, 1, 2, 3],
        counts: null,
        subset: null,
      },
    ],
  ]),
  measure: ACCURACY,
  filtered: false,
  loading: false,
  waiting: false,
  error: "",
};
const DISPLAY = {
  mode: "bars",
  metric: "accuracy",
  table: null,
  order: "family",
  severity: null,
  sortBy: null,
  descending: true,
  potential: false,
  delta: 0.005,
  baseline: null,
  expanded: [],
};
const cellsOf = ({ columns }) => tableCells(DIRECTORY, DATA, DISPLAY, columns);
const STATE = { measure: ACCURACY, filtered: false, loading: false, waiting: false, sets: [] };
const layout = (display = {}) => tableLayout(DIRECTORY, DATA, { ...DISPLAY, ...display }, 800);

test("tops add up to the height of all lines, and bars rise in ratio", () => {
  const { lines, tops, sizes } = layout();
  assert.equal(tops.length, lines.length + 1);
  assert.equal(tops.at(-1), sizes.group + 2 * sizes.row);
  assert.deepEqual(lines[2].models, [2, 1]);
});

test("one line a model in the other modes, sorted by the column asked for", () => {
  const labels = (display) => layout(display).lines.map((line) => line.label ?? line.architecture);
  assert.deepEqual(labels({ mode: "heat" }), ["net", "dense", "prune 50.0 %", "prune 90.0 %"]);
  const worst = { mode: "numbers", sortBy: "fog", descending: false };
  assert.deepEqual(labels(worst), ["net", "prune 90.0 %", "prune 50.0 %", "dense"]);
  assert.equal(layout({ sortBy: "gone" }).sortBy, null);
});

test("rows are sorted on the selected samples once all of them are counted", () => {
  // Catches: an order by whole-set values under differences; an order of half the counts.
  const accuracy = Array(12).fill(0.5);
  const counts = [0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2, 0]; // clean comes second: 0, 0, 0 of 4
  counts[1] = 3;
  counts[5] = 4;
  counts[9] = 1;
  const subset = { n: 10, accuracy, benchmarks: [0, 1, 2, 3], counts, subset: 4 };
  const data = { ...DATA, sets: new Map([["test", subset]]), filtered: true };
  const order = (display, more = {}) =>
    tableLayout(DIRECTORY, { ...data, ...more }, { ...DISPLAY, ...display }, 800).lines.map(
      (line) => line.label ?? "",
    );
  const sorted = { mode: "heat", sortBy: "clean", sortSelected: true };
  assert.deepEqual(order(sorted), ["", "prune 90.0 %", "dense", "prune 50.0 %"]);
  const reverse = { ...sorted, descending: false };
  assert.deepEqual(order(reverse), ["", "prune 50.0 %", "dense", "prune 90.0 %"]);
  const stored = ["", "dense", "prune 50.0 %", "prune 90.0 %"];
  assert.deepEqual(order(sorted, { waiting: true }), stored);
  assert.deepEqual(order({ ...sorted, sortSelected: false }), stored);
});

test("the summary says how many models are counted", () => {
  const sets = [{ name: "test", n: 10, subset: 4 }];
  const state = { ...STATE, filtered: true, waiting: true, counted: [3, 1000], sets };
  const words = summary(DIRECTORY, null, state);
  assert.equal(words, "4 of 10 samples selected: counted on 3 of 1,000 models.");
});

test("an empty store has a layout", () => {
  const empty = { ...DIRECTORY, models: [], benchmarks: [] };
  const { lines, columns, tops } = tableLayout(empty, DATA, DISPLAY, 800);
  assert.deepEqual([lines, columns, tops], [[], [], [0]]);
  assert.match(summary(empty, tallyOf([]), STATE), /no models yet/);
});

test("arrows skip headings, stay inside and reach the names and column names", () => {
  // Catches: a cursor that leaves the grid, or that cannot get to a heading.
  const at = layout();
  const go = (place, key, ctrlKey = false) => step(at, place, { key, ctrlKey, metaKey: false });
  assert.deepEqual(go({ line: 1, column: 0, bar: 0 }, "ArrowUp"), { line: -1, column: 0, bar: 0 });
  assert.deepEqual(go({ line: 1, column: -1, bar: 0 }, "ArrowUp"), { line: 0, column: -1, bar: 0 });
  assert.deepEqual(go({ line: -1, column: 0, bar: 0 }, "ArrowDown"), {
    line: 1,
    column: 0,
    bar: 0,
  });
  assert.deepEqual(go({ line: 2, column: 0, bar: 0 }, "ArrowDown"), { line: 2, column: 0, bar: 0 });
  assert.deepEqual(go({ line: 2, column: 0, bar: 0 }, "ArrowRight", true).bar, 1);
  assert.equal(go({ line: 2, column: 0, bar: 0 }, "x"), null);
});

test("scrolling to a cell moves as little as needed", () => {
  assert.deepEqual(
    [inside(50, 100, 60, 80), inside(50, 100, 20, 40), inside(50, 100, 190, 210)],
    [50, 20, 110],
  );
});

test("CSV: quotes, missing pairs left out, formulas disarmed", () => {
  const { columns } = layout();
  const entries = cellsOf({ columns }).each(columns);
  const lines = csv(DIRECTORY, entries, ACCURACY).trim().split("\n");
  assert.equal(lines.length, 1 + 9);
  assert.ok(lines.some((line) => line.startsWith('"p, ""90""","net","prune",0.9,0,"clean"')));
  assert.ok(lines.some((line) => line.includes(`"'=cmd"`)));
});

test("the file's heading names the metric, also one's own", () => {
  const heading = (measure) => csv(DIRECTORY, [], measure).trim();
  assert.match(heading(ACCURACY), /,n,correct,accuracy,low,high,subset_n,subset_correct,/);
  assert.match(heading(measureOf("margin", null)), /,n,margin,low,high,subset_n,subset_margin,/);
  const own = { name: "=my, own", unit: "", better: 0, percent: false };
  assert.match(heading(measureOf("table", own)), /,n,"'=my, own",low/);
});

test("the summary gives range and gaps", () => {
  const { lines, columns } = layout({ severity: 3 });
  const words = summary(DIRECTORY, tallyOf(cellsOf({ columns }).shown(lines, columns)), STATE);
  assert.equal(words, "3 models × 4 benchmarks: accuracy 10.0 to 100.0 %, 1 cell not computed.");
});

test("hovering gives exact numbers, and says which severities are missing", () => {
  const { columns } = layout();
  const fog = columns.find(({ label }) => label === "fog");
  const lines = (model) =>
    Object.fromEntries(
      cellLines(cellsOf({ columns }).at([model], fog), DIRECTORY.models[model], fog, ACCURACY),
    );
  assert.equal(lines(0).accuracy, "80.00 % (16 of 20, over 2 of 2 severities)");
  assert.equal(lines(2).accuracy, "60.00 % (6 of 10, over 1 of 2 severities)");
  assert.equal(lines(1).removed, "90.0 % of the weights");
});

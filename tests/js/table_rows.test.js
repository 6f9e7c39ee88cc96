import assert from "node:assert/strict";
import { test } from "node:test";
import {
  benchmarkColumns,
  groupModels,
  modelLabel,
  orderColumns,
  severityChoices,
  sortGroups,
  tableLines,
} from "../../geowidgets/js/lib/table_rows.js";

const model = (architecture, method, ratio, seed = 0) => ({
  name: `${architecture}-${method}-${ratio}`,
  architecture,
  method,
  ratio,
  parent: null,
  seed,
});
const MODELS = [
  model("vgg16", "dense", 0),
  model("vgg16", "magnitude", 0.9),
  model("resnet18", "dense", 0),
  model("vgg16", "magnitude", 0.3),
  model("vgg16", "magnitude", 0.3, 1),
];
const benchmark = (corruption, severity, family, set = "test") => ({
  name: corruption ? `${corruption}-${severity}` : `clean-${set}`,
  corruption,
  severity,
  family,
  set,
});
const BENCHMARKS = [
  benchmark("fog", 3, "weather"),
  benchmark("", 0, "clean"),
  benchmark("gaussian_noise", 1, "noise"),
  benchmark("gaussian_noise", 5, "noise"),
];

test("rows are architecture > method, bars by measured ratio, repeats in order of seed", () => {
  // Catches: models in the order of the store, so that bars do not rise in ratio.
  const groups = groupModels(MODELS);
  assert.deepEqual(
    groups.map((group) => [group.architecture, group.rows.map(({ method }) => method)]),
    [
      ["vgg16", ["dense", "magnitude"]],
      ["resnet18", ["dense"]],
    ],
  );
  assert.deepEqual(groups[0].rows[1].models, [3, 4, 1]);
});

test("severities of a corruption share a column, or one is chosen and clean stays", () => {
  const all = benchmarkColumns(BENCHMARKS);
  assert.deepEqual(
    all.map(({ label, severity, benchmarks }) => [label, severity, benchmarks]),
    [
      ["fog", "severity\u00a03", [0]],
      ["clean-test", "", [1]],
      ["gaussian noise", "mean of severities 1\u00a05", [2, 3]],
    ],
  );
  const five = benchmarkColumns(BENCHMARKS, 5);
  assert.deepEqual(
    five.map(({ benchmarks }) => benchmarks),
    [[1], [3]],
  );
  assert.deepEqual(severityChoices(BENCHMARKS), [1, 3, 5]);
  assert.deepEqual(severityChoices(BENCHMARKS.slice(0, 3)), []);
});

test("equal corruptions of two sets do not share a column, and say their set", () => {
  const columns = benchmarkColumns([
    benchmark("fog", 3, "weather"),
    benchmark("fog", 3, "weather", "new"),
  ]);
  assert.deepEqual(
    columns.map(({ key, title }) => [key, title]),
    [
      ["fog@test", "fog, severity\u00a03, test"],
      ["fog@new", "fog, severity\u00a03, new"],
    ],
  );
});

test("columns by family put clean first, by hardness the lowest accuracy last, NaN at the end", () => {
  const columns = benchmarkColumns(BENCHMARKS);
  const labels = (ordered) => ordered.map(({ label }) => label);
  const accuracy = ({ label }) => ({ fog: 0.4, "clean-test": 0.9 })[label] ?? Number.NaN;
  assert.deepEqual(labels(orderColumns(columns, "family", accuracy)), [
    "clean-test",
    "gaussian noise",
    "fog",
  ]);
  assert.deepEqual(labels(orderColumns(columns, "hardness", accuracy)), [
    "clean-test",
    "fog",
    "gaussian noise",
  ]);
  assert.deepEqual(labels(orderColumns(columns, "store", accuracy)), labels(columns));
});

test("rows sort inside their architecture and architectures sort too", () => {
  const [column] = benchmarkColumns(BENCHMARKS);
  const score = [0.5, 0.2, 0.9, 0.2, 0.2];
  const mean = (models) => models.reduce((sum, m) => sum + score[m], 0) / models.length;
  const down = sortGroups(groupModels(MODELS), column, "descending", mean);
  assert.deepEqual(
    down.map(({ architecture }) => architecture),
    ["resnet18", "vgg16"],
  );
  assert.deepEqual(
    down[1].rows.map(({ method }) => method),
    ["dense", "magnitude"],
  );
  const up = sortGroups(groupModels(MODELS), column, "ascending", mean);
  assert.deepEqual(
    up[0].rows.map(({ method }) => method),
    ["magnitude", "dense"],
  );
});

test("one line a model carries method and ratio; a heading counts its models", () => {
  const lines = tableLines(groupModels(MODELS), MODELS, { each: true });
  assert.deepEqual(
    lines.map((line) => (line.kind === "group" ? line.architecture : line.label)),
    [
      "vgg16",
      "dense",
      "magnitude 30.0 %",
      "magnitude 90.0 %",
      "resnet18",
      "dense",
    ],
  );
  assert.deepEqual(lines[0].models, [0, 3, 4, 1]);
  assert.equal(modelLabel(model("a", "one_shot", 0.8976)), "one shot 89.8 %");
});

test("models that differ by seed share a bar, and an open row shows them one by one", () => {
  // Catches: repeats beside each other as if they were ratios; a repeat lost when a row opens.
  const groups = groupModels(MODELS);
  const row = (options) => tableLines(groups, MODELS, options).filter(({ kind }) => kind === "row");
  const [, pruned] = row({});
  assert.deepEqual([pruned.bars, pruned.repeats, pruned.open], [[[3, 4], [1]], 2, false]);
  const opened = row({ open: new Set([pruned.key, "gone"]) });
  assert.deepEqual(
    opened.map(({ label, bars, child }) => [label, bars, child]),
    [
      ["dense", [[0]], false],
      ["magnitude", [[3, 4], [1]], false],
      ["seed 0", [[3], [1]], true],
      ["seed 1", [[4]], true],
      ["dense", [[2]], false],
    ],
  );
  const each = row({ each: true, open: new Set(["vgg16 / magnitude 30.0"]) });
  assert.deepEqual(
    each.map(({ label, models }) => [label, models]),
    [
      ["dense", [0]],
      ["magnitude 30.0 %", [3, 4]],
      ["seed 0", [3]],
      ["seed 1", [4]],
      ["magnitude 90.0 %", [1]],
      ["dense", [2]],
    ],
  );
});

test("an empty store gives no line and no column", () => {
  assert.deepEqual(tableLines(groupModels([]), []), []);
  assert.deepEqual(benchmarkColumns([]), []);
});

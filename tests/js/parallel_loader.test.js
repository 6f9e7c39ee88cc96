import assert from "node:assert/strict";
import test from "node:test";
import { matching } from "../../geowidgets/js/lib/class_field.js";
import { createColumnsHub } from "../../geowidgets/js/lib/columns_hub.js";
import { createArrangement } from "../../geowidgets/js/lib/parallel_arrangement.js";
import { PAGE } from "../../geowidgets/js/lib/parallel_axes.js";
import { population } from "../../geowidgets/js/lib/parallel_data.js";
import { createLoader } from "../../geowidgets/js/lib/parallel_loader.js";
import { createModel } from "./model.js";

const N = 40;

/** A view's loading with a kernel that answers at once, and what it was asked for. */
function open(classes, display = {}) {
  const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
  const directory = {
    classes: names,
    sets: [{ name: "test", n: N, image: null }],
    models: [{ name: "dense" }, { name: "pruned" }],
    benchmarks: [{ name: "clean", set: "test" }],
    done: "Aw==",
    revision: 1,
  };
  const model = createModel({ directory, preloaded: {} });
  const asked = [];
  model.send = ({ keys }) => {
    asked.push(...keys);
    queueMicrotask(() => keys.forEach(answer));
  };
  function answer(key) {
    const [name, m] = key.split("/");
    const size = name === "moves" ? classes : N;
    const whole = name === "labels" || name === "prediction";
    const values = whole
      ? Int16Array.from({ length: N }, (_, i) => (name === "labels" || m === "0" ? i : 39 - i))
      : Float32Array.from({ length: size }, (_, i) => i);
    const dtype = whole ? "int16" : "float32";
    model.message({ type: "column", key, dtype }, [new DataView(values.buffer)]);
  }
  const { signal } = new AbortController();
  const columns = createColumnsHub({ model, signal });
  const shown = {
    ...{ axes: null, order: "class", sequence: [], hidden: [], inverted: [] },
    ...{ kept: names.map((_, k) => k), brushed: [], classes: null, ...display },
  };
  const arrangement = createArrangement({
    columns,
    display: () => shown,
    names: () => names,
    populationOf: ({ data }) => population(data, shown.classes),
    filtered: () => shown.classes !== null,
    brushed: () => shown.brushed,
  });
  const loader = createLoader(columns, {
    kept: () => shown.kept,
    needs: arrangement.needs,
    changed: (progress) => {
      if (!progress.waiting) finished(progress);
    },
  });
  let finished = () => {};
  const load = (reference, compared) =>
    new Promise((resolve) => {
      finished = resolve;
      loader.load(reference, compared);
    });
  return { asked, arrangement, load, loader, shown };
}
const classesOf = (asked) =>
  asked.filter((key) => key.startsWith("angles/")).map((key) => Number(key.split("/")[3]));

test("of 1,000 classes only those on the page and under ranges are asked for, each once", async () => {
  const { asked, arrangement, load, loader, shown } = open(1000, { brushed: ["angle/class 700"] });
  const { reference } = await load([0, 0], null);
  assert.deepEqual(classesOf(asked), [...Array(PAGE).keys(), 700]);
  assert.equal(loader.lacks(), false);
  arrangement.turnTo(PAGE);
  assert.equal(loader.lacks(), true, "a page is not drawn before its columns are here");
  await load([0, 0], null);
  assert.deepEqual(
    classesOf(asked).slice(PAGE + 1),
    Array.from({ length: PAGE }, (_, k) => PAGE + k),
  );
  assert.deepEqual(reference.data.missing([0, 12, 700]), [0], "what is not shown is let go");
  shown.brushed = [];
  arrangement.turnTo(0);
  const before = asked.length;
  await load([0, 0], null);
  assert.equal(asked.length, before, "the page before is still in the cache");
});

test("a few classes come all at once, so that dragging and paging wait for nothing", async () => {
  const { asked, arrangement, load, loader } = open(30);
  await load([0, 0], null);
  assert.equal(classesOf(asked).length, 30);
  arrangement.turnTo(PAGE);
  assert.equal(loader.lacks(), false);
});

test("1,000 classes are ranked by the kernel, for the samples that are shown", async () => {
  const { asked, arrangement, load, shown } = open(1000, { order: "moved" });
  const { reference, compared } = await load([0, 0], [1, 0]);
  assert.ok(asked.includes("moves/0/0/1/0/all"));
  const first = arrangement.page(reference, compared).shown[0];
  assert.equal(first.class, 999);
  const columns = classesOf(asked);
  assert.equal(columns.length, 2 * PAGE, "not those of the page without a ranking");
  shown.classes = [3];
  await load([0, 0], [1, 0]);
  assert.ok(asked.includes("moves/0/0/1/0/CAAAAAA="));
});

test("errors and reactions rank in the page", async () => {
  const { arrangement, load, shown } = open(1000, { order: "reacting", classes: [7, 20] });
  const { reference, compared } = await load([0, 0], [1, 0]);
  assert.deepEqual(
    arrangement
      .page(reference, compared)
      .shown.slice(0, 3)
      .map((axis) => axis.class),
    [7, 20, 0],
  );
  shown.order = "confused";
  const page = arrangement.page(compared, null).shown.map((axis) => axis.class);
  assert.deepEqual(page.slice(0, 5), [7, 19, 20, 32, 0]);
});

test("a store that keeps no angles is asked for none", async () => {
  const { asked, arrangement, load } = open(1000, { kept: [] });
  const { reference, error } = await load([0, 0], null);
  assert.equal(error, "");
  assert.deepEqual(
    asked.filter((key) => /^(angle|nearest|extent)/.test(key)),
    [],
  );
  const shown = arrangement.page(reference, null).shown.map((axis) => axis.id);
  assert.deepEqual(shown, ["length", "margin", "probability"]);
});

test("a typed name finds the class of that name, else one that begins so, else one with it", () => {
  const options = [
    ["", "every class"],
    ["0", "great shark"],
    ["1", "ark"],
    ["2", "shark"],
  ];
  assert.equal(matching(options, " SHARK ")[0], "2");
  assert.equal(matching(options, "ar")[0], "1");
  assert.equal(matching(options, "hark")[0], "0");
  assert.equal(matching(options, "every")[0], "");
  assert.equal(matching(options, "x"), undefined);
  assert.equal(matching(options, " "), undefined);
  assert.equal(matching([["0", "ark", true]], "ark"), undefined, "what cannot be chosen");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromIndices, full, toBase64 } from "../../geowidgets/js/lib/bits.js";
import { createColumnsHub } from "../../geowidgets/js/lib/columns_hub.js";
import { createSelectionHub } from "../../geowidgets/js/lib/selection_hub.js";
import { blockModels, blocksOf } from "../../geowidgets/js/lib/table_blocks.js";
import { createTableData, givenMoments } from "../../geowidgets/js/lib/table_data.js";
import { createModel } from "./model.js";

const N = 40;
const MASK = toBase64(fromIndices([0, 1, 2, 39], N), N);
const CLAUSE = { type: "clause", view: "v", set: "test", pair: null, predicate: {}, mask: MASK };
const next = () => new Promise((resolve) => setImmediate(resolve));

/** Two models × one benchmark of `n` samples, and what the table asks of the kernel. */
function open(wanted, n = N) {
  const { signal } = new AbortController();
  const model = (name) => ({
    name,
    architecture: "a",
    method: "m",
    ratio: 0,
    parent: null,
    seed: 0,
  });
  const directory = {
    classes: ["a"],
    sets: [{ name: "test", n, image: null }],
    models: [model("p"), model("q")],
    benchmarks: [{ name: "clean", corruption: "", severity: 0, family: "clean", set: "test" }],
    done: "Aw==",
    revision: 1,
  };
  const kernel = createModel({ directory, preloaded: {} });
  const columns = createColumnsHub({ model: kernel, signal });
  const sizes = {
    models: 2,
    benchmarks: 1,
    classes: 1,
    sets: { test: n },
    benchmark_sets: ["test"],
  };
  const state = { revision: 0, models: null, benchmarks: null, pairs: null, classes: null };
  Object.assign(state, { clauses: [], reference: [0, 0], compared: null, focus: null });
  const history = { past: [], future: [] };
  const selection = createSelectionHub({
    model: createModel({ state, history, sizes, error: "" }),
    signal,
  });
  let arrivals = 0;
  const show = { metric: "margin", table: null, potential: false, baseline: null, ...wanted };
  const read = createTableData(
    columns,
    selection,
    () => show,
    () => {
      arrivals += 1;
    },
  );
  /** @param {string} key @param {Float32Array | Float64Array} values */
  const answer = (key, values) => {
    const dtype = values instanceof Float64Array ? "float64" : "float32";
    kernel.message({ type: "column", key, dtype }, [new DataView(values.buffer)]);
  };
  const asked = () => kernel.sent.flatMap(({ keys }) => keys);
  return { read, kernel, selection, answer, asked, arrivals: () => arrivals };
}

test("a small store's metric is summed in the page, with the kernel asked once", async () => {
  // Catches: a request at every move of a brush; the subset's mean taken over all samples.
  const { read, selection, answer, asked } = open();
  assert.equal(read().loading, true);
  await next();
  assert.deepEqual(asked(), ["accuracy/test", "moments/margin/all/test"]);
  answer("accuracy/test", Float32Array.of(0.5, 1));
  answer("moments/margin/all/test", Float64Array.of(N, 3, 1, N, 4, 1));
  assert.equal(read().loading, false);
  selection.dispatch(CLAUSE);
  assert.equal(read().waiting, true);
  await next();
  assert.deepEqual(asked().slice(2), ["samples/margin/test"]);
  answer(
    "samples/margin/test",
    Float32Array.from({ length: 2 * N }, (_, k) => k),
  );
  const { sets, waiting } = read();
  assert.equal(waiting, false);
  assert.deepEqual([...sets.get("test").part.slice(0, 2)], [4, 10.5]);
  assert.deepEqual([...sets.get("test").part.slice(3, 5)], [4, 50.5]);
  assert.equal(sets.get("test").counts, null, "accuracy is not asked for");
});

test("what is too large for the page the kernel sums, and not during a drag", async () => {
  // Catches: a message to the kernel for every move; a mask whose slashes split the key.
  const { read, selection, answer, asked } = open({ metric: "ece" });
  read();
  await next();
  answer("accuracy/test", Float32Array.of(0.5, 1));
  answer("moments/ece/all/test", Float64Array.of(N, 3, Number.NaN, N, 4, Number.NaN));
  selection.dispatch(CLAUSE, { transient: true });
  assert.equal(read(true).waiting, true);
  await next();
  assert.equal(asked().length, 2);
  read();
  await next();
  const key = `moments/ece/${MASK.replaceAll("/", "_")}/test`;
  assert.deepEqual(asked().slice(2), [key]);
  answer(key, Float64Array.of(4, 9, Number.NaN, 4, 9, Number.NaN));
  assert.equal(read().sets.get("test").part[1], 9);
});

test("without a kernel the view says what it would need it for, and shows the rest", async () => {
  // Catches: a table that waits for ever; a mask of kilobytes in an error's words.
  const { read, kernel, selection, answer } = open({ metric: "ece" });
  read();
  await next();
  answer("accuracy/test", Float32Array.of(0.5, 1));
  answer("moments/ece/all/test", Float64Array.of(N, 0.1, Number.NaN, N, 0.2, Number.NaN));
  kernel.send = () => {
    throw new Error("closed");
  };
  selection.dispatch(CLAUSE);
  read();
  await next();
  await next();
  const { error, waiting, loading, sets } = read();
  assert.match(error, /^mean ece on the selected samples, .* needs Python: no kernel is attached/);
  assert.ok(!error.includes(MASK));
  assert.deepEqual([waiting, loading], [false, false]);
  assert.equal(sets.get("test").whole[1], 0.1);
  selection.dispatch({ type: "clear" });
  assert.equal(read().error, "", "no longer needed, no longer wrong");
});

test("one's own numbers are put by name; what they leave out is missing", () => {
  const values = new DataView(Float32Array.of(1, 2, 3, 4).buffer);
  const table = { models: ["q", "p"], benchmarks: ["clean", "fog"], values };
  const found = givenMoments(table, ["p", "x", "q"], ["fog", "clean"]);
  const means = [...found].filter((_, k) => k % 3 === 1);
  assert.deepEqual(means, [4, 3, Number.NaN, Number.NaN, 2, 1]);
});

/** A table of 6 models × 8,000 benchmarks of 6,400 samples: 38 MB of bits, in blocks of one model. */
function openLarge(inView) {
  const [models, benchmarks, n] = [6, 8000, 6400];
  const { signal } = new AbortController();
  const directory = {
    classes: ["a"],
    sets: [{ name: "test", n, image: null }],
    models: Array.from({ length: models }, (_, k) => ({
      name: `m${k}`,
      architecture: "a",
      method: "m",
      ratio: 0,
      parent: null,
      seed: 0,
    })),
    benchmarks: Array.from({ length: benchmarks }, (_, k) => ({
      name: `b${k}`,
      corruption: "",
      severity: 0,
      family: "clean",
      set: "test",
    })),
    done: toBase64(full(models * benchmarks), models * benchmarks),
    revision: 1,
  };
  const kernel = createModel({ directory, preloaded: {} });
  const columns = createColumnsHub({ model: kernel, signal });
  const sizes = { models, benchmarks, classes: 1, sets: { test: n }, benchmark_sets: [] };
  sizes.benchmark_sets = Array(benchmarks).fill("test");
  const state = { revision: 0, models: null, benchmarks: null, pairs: null, classes: null };
  Object.assign(state, { clauses: [], reference: [0, 0], compared: null, focus: null });
  const selection = createSelectionHub({
    model: createModel({ state, history: { past: [], future: [] }, sizes, error: "" }),
    signal,
  });
  const show = { metric: "accuracy", table: null, potential: false, baseline: null };
  const read = createTableData(
    columns,
    selection,
    () => show,
    () => {},
    inView,
  );
  const answer = (key, dtype, values) =>
    kernel.message({ type: "column", key, dtype }, [new DataView(values.buffer)]);
  return { read, kernel, selection, answer, benchmarks, n, pairs: models * benchmarks };
}

test("of a large store only the rows in view bring their bits, the kernel counts the rest", async () => {
  // Catches: 600 MB in the tab; rows in view that wait for the kernel; a block at another's rows.
  const view = [4, 1];
  const { read, kernel, selection, answer, benchmarks, n, pairs } = openLarge(() => view);
  read();
  await next();
  answer("accuracy/test", "float32", new Float32Array(pairs).fill(0.5));
  const mask = fromIndices([0, 33, 6399], n);
  selection.dispatch({ ...CLAUSE, mask: toBase64(mask, n) });
  assert.equal(read(true).partial, true);
  await next();
  const asked = () => kernel.sent.flatMap(({ keys }) => keys);
  assert.deepEqual(asked(), ["accuracy/test", "correct/test/1-1", "correct/test/4-4"]);
  const words = new Uint32Array(benchmarks * 200);
  words[1] = 0b110; // benchmark 0: samples 33 and 34
  words[200 + 199] = 2 ** 31; // benchmark 1: sample 6,399
  answer("correct/test/4-4", "uint8", new Uint8Array(words.buffer));
  const during = read(true);
  const counts = during.sets.get("test").counts;
  assert.deepEqual([...counts.slice(4 * benchmarks, 4 * benchmarks + 3)], [1, 1, 0]);
  assert.ok(Number.isNaN(counts[0]) && Number.isNaN(counts[benchmarks]));
  assert.equal(during.waiting, true);
  read(false);
  await next();
  const key = `counts/${toBase64(mask, n).replaceAll("/", "_")}/test`;
  assert.equal(asked().at(-1), key);
  answer(
    key,
    "int32",
    Int32Array.from({ length: pairs }, (_, k) => k % 4),
  );
  const after = read(true);
  assert.deepEqual([...after.sets.get("test").counts.slice(0, 5)], [0, 1, 2, 3, 0]);
  assert.equal(after.waiting, false);
});

test("rows in view beyond what the tab may hold wait for the kernel", () => {
  // Catches: a tab that asks for all rows because a line holds all models.
  const sizes = { models: 1000, benchmarks: 96, n: 50_000 };
  const all = Array.from({ length: 1000 }, (_, k) => k);
  const blocks = blocksOf("test", all, sizes);
  const bytes = blocks.length * blockModels(96, 50_000) * 96 * 6252;
  assert.ok(bytes <= 64 * 2 ** 20 && bytes > 32 * 2 ** 20);
  assert.deepEqual(
    blocksOf("s", [999, 998], sizes).map(({ key }) => key),
    ["correct/s/996-998", "correct/s/999-999"],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromIndices, toBase64 } from "../../geowidgets/js/lib/bits.js";
import { createColumnsHub } from "../../geowidgets/js/lib/columns_hub.js";
import { createSelectionHub } from "../../geowidgets/js/lib/selection_hub.js";
import { createTableData, givenMoments } from "../../geowidgets/js/lib/table_data.js";
import { createModel } from "./model.js";

const N = 40;
const MASK = toBase64(fromIndices([0, 1, 2, 39], N), N);
const CLAUSE = { type: "clause", view: "v", set: "test", pair: null, predicate: {}, mask: MASK };
const next = () => new Promise((resolve) => setImmediate(resolve));

/** Two models × one benchmark of `n` samples, and what the table asks of the kernel. */
function open(wanted, n = N) {
  const { signal } = new AbortController();
  const model = (name) => ({ name, architecture: "a", method: "m", ratio: 0, parent: null, seed: 0 });
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
  const sizes = { models: 2, benchmarks: 1, classes: 1, sets: { test: n }, benchmark_sets: ["test"] };
  const state = { revision: 0, models: null, benchmarks: null, pairs: null, classes: null };
  Object.assign(state, { clauses: [], reference: [0, 0], compared: null, focus: null });
  const history = { past: [], future: [] };
  const selection = createSelectionHub({
    model: createModel({ state, history, sizes, error: "" }),
    signal,
  });
  let arrivals = 0;
  const show = { metric: "margin", table: null, potential: false, baseline: null, ...wanted };
  const read = createTableData(columns, selection, () => show, () => {
    arrivals += 1;
  });
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

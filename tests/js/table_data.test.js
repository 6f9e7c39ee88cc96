import assert from "node:assert/strict";
import { test } from "node:test";
import { fromIndices, full, toBase64 } from "../../geowidgets/js/lib/bits.js";
import { createColumnsHub } from "../../geowidgets/js/lib/columns_hub.js";
import { blockModels, blocksOf } from "../../geowidgets/js/lib/table_blocks.js";
import { createTableData, givenMoments } from "../../geowidgets/js/lib/table_data.js";
import { createModel } from "./model.js";
import { openSelection } from "./open_selection.js";

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
  const { hub: selection } = openSelection({ sizes });
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
function openLarge(inView, across) {
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
  const { hub: selection } = openSelection({ sizes });
  const show = { metric: "accuracy", table: null, potential: false, baseline: null };
  const read = createTableData(
    columns,
    selection,
    () => show,
    () => {},
    inView,
    across,
  );
  const answer = (key, dtype, values) =>
    kernel.message({ type: "column", key, dtype }, [new DataView(values.buffer)]);
  return { read, kernel, selection, answer, benchmarks, n, pairs: models * benchmarks };
}

test("of a large store rows in view are counted here, the others by the kernel, exactly", async () => {
  // Catches: 600 MB in the tab; rows in view that wait for the kernel; a block or a piece at other
  // rows; counts of an older mask that stay; a kernel asked for all of them during a drag.
  const view = [4, 1];
  const { read, kernel, selection, answer, benchmarks, n, pairs } = openLarge(() => view);
  let state = 7;
  const word = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const width = n / 32;
  const words = Uint32Array.from({ length: pairs * width }, word);
  /** A plain count, bit by bit. */
  const plain = (mask, pair) => {
    let sum = 0;
    for (let k = 0; k < width; k += 1) {
      for (let v = words[pair * width + k] & mask[k]; v; v &= v - 1) sum += 1;
    }
    return sum;
  };
  const asked = () => kernel.sent.flatMap(({ keys }) => keys);
  const show = async (mask, transient) => {
    selection.dispatch({ ...CLAUSE, mask: toBase64(mask, n) }, { transient });
    const found = read(transient);
    await next();
    return found;
  };
  const give = (key, mask) => {
    const [first, last] = key.split("/").at(-1).split("-").map(Number);
    const [from, to] = [first * benchmarks, (last + 1) * benchmarks];
    if (key.startsWith("correct")) {
      answer(key, "uint8", new Uint8Array(words.slice(from * width, to * width).buffer));
    } else {
      const counts = Int32Array.from({ length: to - from }, (_, k) => plain(mask, from + k));
      answer(key, "int32", counts);
    }
  };
  read();
  await next();
  answer("accuracy/test", "float32", new Float32Array(pairs).fill(0.5));

  const first = Uint32Array.from({ length: width }, word);
  assert.deepEqual((await show(first, true)).counted, [0, 6]);
  assert.deepEqual(asked(), ["accuracy/test", "correct/test/4-4", "correct/test/1-1"]);
  give("correct/test/4-4");
  const during = read(true);
  const { counts } = during.sets.get("test");
  assert.equal(counts[4 * benchmarks + 2], plain(first, 4 * benchmarks + 2));
  assert.ok(Number.isNaN(counts[0]) && Number.isNaN(counts[benchmarks]));
  assert.deepEqual([during.waiting, during.counted], [true, [1, 6]]);
  give("correct/test/1-1");
  await show(first, false);
  const piece = (mask, rows) => `counts/${toBase64(mask, n).replaceAll("/", "_")}/test/${rows}`;
  assert.equal(asked().at(-1), piece(first, "0-1"), "one piece at a time");
  give(piece(first, "0-1"), first);

  const second = Uint32Array.from({ length: width }, word); // before the first is through
  const anew = await show(second, true);
  assert.deepEqual(anew.counted, [2, 6], "from the bits that are here");
  const here = anew.sets.get("test").counts;
  assert.ok(Number.isNaN(here[0]) && Number.isNaN(here[5 * benchmarks]), "no older mask's counts");
  assert.equal(here[benchmarks + 3], plain(second, benchmarks + 3));
  const before = asked().length;
  await show(second, false);
  for (const rows of ["0-1", "2-3", "4-5"]) {
    assert.equal(asked().at(-1), piece(second, rows));
    give(asked().at(-1), second);
    read();
    await next();
  }
  assert.equal(asked().length - before, 3);
  const after = read();
  assert.deepEqual([after.waiting, after.counted], [false, [6, 6]]);
  const every = Array.from({ length: pairs }, (_, pair) => plain(second, pair));
  assert.deepEqual([...after.sets.get("test").counts], every);
  assert.deepEqual((await show(first, true)).counted, [3, 6], "a piece that came before is kept");
});

test("during a drag the columns in view alone are counted, at rest all of them", async () => {
  // Catches: a count of an older mask, or of no mask, in a column that was out of view; runs of
  // benchmarks at another place; a row taken for counted that is so in part.
  let seen = [7, 3, 4, 9];
  const { read, selection, answer, benchmarks, n, pairs } = openLarge(
    () => [2],
    () => seen,
  );
  const width = n / 32;
  let state = 5;
  const word = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const words = Uint32Array.from({ length: benchmarks * width }, word);
  const plain = (mask, column) => {
    let sum = 0;
    for (let k = 0; k < width; k += 1) {
      for (let v = words[column * width + k] & mask[k]; v; v &= v - 1) sum += 1;
    }
    return sum;
  };
  const show = async (mask, transient) => {
    selection.dispatch({ ...CLAUSE, mask: toBase64(mask, n) }, { transient });
    const found = read(transient);
    await next();
    return found;
  };
  /** Columns of the row that are counted, each as it must be. */
  const counted = ({ sets }, mask) => {
    const row = sets.get("test").counts.subarray(2 * benchmarks, 3 * benchmarks);
    return [...row.keys()].filter((column) => {
      if (Number.isNaN(row[column])) return false;
      assert.equal(row[column], plain(mask, column));
      return true;
    });
  };
  read();
  await next();
  answer("accuracy/test", "float32", new Float32Array(pairs).fill(0.5));
  const [first, second] = [1, 2].map(() => Uint32Array.from({ length: width }, word));
  await show(first, true);
  answer("correct/test/2-2", "uint8", new Uint8Array(words.buffer));
  assert.deepEqual(counted(read(true), first), [3, 4, 7, 9]);
  seen = [0, 4];
  assert.deepEqual(counted(read(true), first), [0, 3, 4, 7, 9], "the columns moved on");
  assert.deepEqual(read(true).counted, [0, 6], "in part is not yet");
  assert.deepEqual(counted(await show(second, true), second), [0, 4], "nothing of the older mask");
  const rest = await show(second, false);
  assert.equal(counted(rest, second).length, benchmarks);
  assert.deepEqual(rest.counted, [1, 6]);
});

test("rows in view beyond what the tab may hold wait for the kernel", () => {
  // Catches: a tab that asks for all rows because a line holds all models.
  const sizes = { models: 1000, benchmarks: 96, n: 50_000 };
  const all = Array.from({ length: 1000 }, (_, k) => k);
  const blocks = blocksOf("test", all, sizes);
  const bytes = blocks.length * blockModels(96, 50_000) * 96 * 6252;
  assert.ok(bytes <= 32 * 2 ** 20 && bytes > 16 * 2 ** 20);
  assert.deepEqual(
    blocksOf("s", [999, 998], { ...sizes, n: 6400 }).map(({ key }) => key),
    ["correct/s/999-999", "correct/s/998-998"],
  );
  assert.deepEqual(
    blocksOf("s", [999, 998], { models: 1000, benchmarks: 20, n: 10_000 }).map(({ key }) => key),
    ["correct/s/995-999"],
  );
});

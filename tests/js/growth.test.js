// A page that follows a store which grows, loses entries, or replaces them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createColumnsHub } from "../../geowidgets/js/lib/columns_hub.js";
import { createModel } from "./model.js";

const model = (name, slot, more = {}) => ({
  ...{ name, architecture: "net", method: "dense", ratio: 0, parent: null, seed: 0, slot },
  ...more,
});
const benchmark = (name, slot) => ({
  ...{ name, corruption: "", severity: 0, family: "clean", set: "test", slot },
});
const before = {
  ...{ classes: ["a", "b"], sets: [{ name: "test", n: 3, image: null }], revision: 1, done: "Dw==" },
  ...{ models: [model("one", 0), model("two", 1)], benchmarks: [benchmark("clean", 0), benchmark("fog", 1)] },
};

function opened() {
  const page = createModel({ directory: before, preloaded: {} });
  const hub = createColumnsHub({ model: page, signal: new AbortController().signal });
  const column = (key) => {
    const data = new DataView(Float32Array.of(1, 2, 3).buffer);
    page.message({ type: "column", key, dtype: "float32", shape: [3] }, [data]);
  };
  for (const key of ["margin/0/1", "margin/1/0", "accuracy/test"]) column(key);
  return { page, hub };
}
const kept = (hub) => ["margin/0/1", "margin/1/0", "accuracy/test"].map((key) => Boolean(hub.peek(key)));

test("what a pair's numbers are stays known while a store only grows", () => {
  const { page, hub } = opened();
  assert.deepEqual(kept(hub), [true, true, true]);
  const models = [...before.models, model("three", 2)];
  page.receive({ directory: { ...before, models, revision: 2, done: "Dw==" } });
  assert.deepEqual(kept(hub), [true, true, false]);
});

test("positions that mean others now, and numbers that were replaced, are forgotten", () => {
  for (const models of [[model("two", 1)], [model("one", 7), model("two", 1)]]) {
    const { page, hub } = opened();
    const done = models.length > 1 ? "Dw==" : "Aw==";
    page.receive({ directory: { ...before, models, revision: 2, done } });
    assert.deepEqual(kept(hub), [false, false, false]);
  }
});

test("a pair says what it lacks", () => {
  const { page, hub } = opened();
  assert.equal(hub.lacks(0, 1), "");
  const vote = model("vote", 2, { members: ["one", "two"] });
  page.receive({ directory: { ...before, models: [...before.models, vote], revision: 2, done: "Hw==" } });
  assert.match(hub.lacks(2, 0), /^is an ensemble: 2 models vote/);
  assert.equal(hub.lacks(1, 1), "");
  assert.match(hub.lacks(5, 0), /no longer in the store/);
  page.receive({ directory: { ...before, revision: 3, done: "Bw==" } });
  assert.equal(hub.lacks(1, 1), "has not been computed");
});

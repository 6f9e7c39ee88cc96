import assert from "node:assert/strict";
import test from "node:test";
import { createCache } from "../../geowidgets/js/lib/cache.js";
import { createColumnsHub, keepForSaving } from "../../geowidgets/js/lib/columns_hub.js";
import { createModel } from "./model.js";
import { FRESH, clauseOf, openSelection } from "./open_selection.js";


test("views hear at once, in the page; the kernel's copy is written once", () => {
  const { model, hub } = openSelection();
  const heard = [];
  hub.subscribe(({ changed, transient }) => heard.push([[...changed], transient]));
  hub.dispatch({ type: "set", models: [0] });
  assert.deepEqual(heard, [[["models"], false]]);
  assert.deepEqual(model.saved.at(-1).state.models, [0]);
  hub.dispatch({ type: "set", models: [0] });
  assert.equal(heard.length, 1, "the same again must not be told");
  assert.equal(model.saved.length, 1, "the same again must not be written");
});

test("a drag is written rarely, its end always, and undo takes it back whole", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { model, hub } = openSelection();
  let heard = 0;
  hub.subscribe(() => heard++);
  for (const mask of ["AQA=", "AwA=", "BwA="]) {
    hub.dispatch(clauseOf("a", mask), { transient: true });
  }
  assert.equal(heard, 3);
  assert.equal(model.saved.length, 0);
  context.mock.timers.tick(100);
  assert.equal(model.saved.length, 1);
  assert.equal(model.saved[0].history.past.length, 0);
  hub.dispatch(clauseOf("a", "BwA="));
  assert.equal(model.saved.length, 2, "the end is written though the last move was the same");
  assert.equal(hub.steps().undo, 1);
  hub.dispatch({ type: "undo" });
  assert.deepEqual(hub.state().clauses, []);
});

test("each step is kept in the model, and undone one by one", () => {
  const { model, hub } = openSelection();
  hub.dispatch({ type: "set", models: [0] });
  hub.dispatch({ type: "set", models: [1] });
  assert.equal(hub.steps().undo, 2);
  assert.equal(model.get("history").past.length, 2);
  hub.dispatch({ type: "undo" });
  assert.deepEqual(hub.state().models, [0]);
  assert.deepEqual(hub.steps(), { undo: 1, redo: 1 });
  assert.equal(model.get("history").future.length, 1);
});

test("masks: own clause left out, other sets left out, same array while nothing changes", () => {
  const { hub } = openSelection();
  assert.equal(hub.mask("test"), null);
  hub.dispatch(clauseOf("a", "AwA="));
  hub.dispatch(clauseOf("b", "BgA="));
  assert.deepEqual([...hub.mask("test")], [0b010]);
  assert.deepEqual([...hub.mask("test", { except: "a" })], [0b110]);
  assert.equal(hub.mask("wild"), null);
  assert.equal(hub.mask("test"), hub.mask("test"));
  const before = hub.mask("test");
  hub.dispatch({ type: "set", models: [1] });
  assert.equal(hub.mask("test"), before);
});

test("a wrong action throws and changes nothing", () => {
  const { model, hub } = openSelection();
  assert.throws(() => hub.dispatch({ type: "set", models: [5] }), /0\.\.1, got 5/);
  assert.equal(hub.state(), FRESH);
  assert.equal(model.saved.length, 0);
});

test("the kernel's newer state is taken, an older one is not, an equal one is not told", () => {
  const { model, hub } = openSelection();
  let heard = 0;
  hub.subscribe(() => heard++);
  model.receive({ state: { ...FRESH, revision: 5, models: [1] } });
  assert.deepEqual(hub.state().models, [1]);
  model.receive({ state: { ...FRESH, revision: 4, models: [0] } });
  assert.deepEqual(hub.state().models, [1]);
  model.receive({ state: { ...FRESH, revision: 5, models: [1] } });
  assert.equal(heard, 1);
  assert.equal(model.saved.length, 0, "what was heard is never echoed");
});

test("a refusal reaches the views", () => {
  const { model, hub } = openSelection();
  const errors = [];
  hub.subscribe(({ changed, error }) => changed.has("error") && errors.push(error));
  model.receive({ error: "refused: models" });
  assert.deepEqual(errors, ["refused: models"]);
});

test("one listener that throws does not silence the next; aborted ones are gone", (context) => {
  context.mock.method(console, "error", () => {});
  const { hub } = openSelection();
  const heard = [];
  const until = new AbortController();
  hub.subscribe(() => {
    throw new Error("broken view");
  });
  hub.subscribe(() => heard.push("kept"));
  hub.subscribe(() => heard.push("gone"), { signal: until.signal });
  until.abort();
  hub.dispatch({ type: "set", models: [0] });
  assert.deepEqual(heard, ["kept"]);
});

test("closing writes the drag's last move and lets go of the model", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { model, controller, hub } = openSelection();
  hub.dispatch(clauseOf("a", "AQA="), { transient: true });
  controller.abort();
  assert.equal(model.saved.length, 1);
  assert.equal(model.listenerCount(), 0);
});

const directory = {
  classes: ["cat", "dog"],
  sets: [{ name: "test", n: 2, image: null }],
  models: [{ name: "dense" }],
  benchmarks: [{ name: "clean" }, { name: "fog" }],
  done: "AQ==",
  revision: 1,
};

function openColumns(preloaded = {}) {
  const model = createModel({ directory, preloaded });
  const controller = new AbortController();
  return { model, controller, hub: createColumnsHub({ model, signal: controller.signal }) };
}
const floats = (...values) => new DataView(Float32Array.from(values).buffer);

test("many who want one column cause one request; several keys go in one message", async () => {
  const { model, hub } = openColumns();
  const [a, b] = [hub.get("angle/0/0"), hub.get("angle/0/0")];
  const c = hub.get("length/0/0");
  await Promise.resolve();
  assert.deepEqual(model.sent, [{ keys: ["angle/0/0", "length/0/0"] }]);
  model.message({ type: "column", key: "angle/0/0", dtype: "float32" }, [floats(1.5, 2)]);
  assert.deepEqual([...(await a)], [1.5, 2]);
  assert.equal(await a, await b);
  assert.equal(hub.peek("angle/0/0"), await a);
  assert.equal(hub.peek("length/0/0"), undefined);
  model.message({ type: "error", key: "length/0/0", message: "not computed: dense, clean" });
  await assert.rejects(c, /not computed: dense, clean/);
});

test("a failed column may be asked for again", async () => {
  const { model, hub } = openColumns();
  const first = hub.get("angle/0/1");
  await Promise.resolve();
  model.message({ type: "error", key: "angle/0/1", message: "not yet" });
  await assert.rejects(first);
  hub.get("angle/0/1").catch(() => {});
  await Promise.resolve();
  assert.equal(model.sent.length, 2);
});

test("a column may start at an odd byte, as buffers in a message do", async () => {
  const { model, hub } = openColumns();
  const bytes = new Uint8Array(9);
  bytes.set(new Uint8Array(Float32Array.of(1, 2).buffer), 1);
  const wanted = hub.get("angle/0/0");
  await Promise.resolve();
  const data = new DataView(bytes.buffer, 1, 8);
  model.message({ type: "column", key: "angle/0/0", dtype: "float32" }, [data]);
  assert.deepEqual([...(await wanted)], [1, 2]);
});

test("preloaded columns need no kernel; without one the rest says so", async () => {
  const saved = { dtype: "float32", shape: [2], data: floats(3, 4) };
  const { model, hub } = openColumns({ "angle/0/0": saved });
  model.send = () => {
    throw new Error("no comm");
  };
  assert.deepEqual([...(await hub.get("angle/0/0"))], [3, 4]);
  await assert.rejects(hub.get("angle/0/1"), /no kernel is attached/);
});

test("a grown store drops what tells of the whole and keeps pairs", async () => {
  const { model, hub } = openColumns();
  for (const key of ["accuracy/test", "angle/0/0"]) {
    const wanted = hub.get(key);
    await Promise.resolve();
    model.message({ type: "column", key, dtype: "float32" }, [floats(1)]);
    await wanted;
  }
  assert.equal(hub.done(0, 1), false);
  model.receive({ directory: { ...directory, revision: 2, done: "Aw==" } });
  assert.equal(hub.peek("accuracy/test"), undefined);
  assert.ok(hub.peek("angle/0/0"));
  assert.equal(hub.done(0, 0) && hub.done(0, 1), true);
});

test("the cache forgets the least recently used and never the newest", () => {
  const cache = createCache(20, (column) => column.byteLength);
  cache.put("a", new Uint8Array(10));
  cache.put("b", new Uint8Array(10));
  cache.get("a");
  cache.put("c", new Uint8Array(10));
  assert.equal(cache.get("b"), undefined);
  assert.ok(cache.get("a"));
  cache.put("large", new Uint8Array(100));
  assert.ok(cache.get("large"));
  assert.equal(cache.bytes(), 100);
});

test("closing rejects what is still awaited", async () => {
  const { model, controller, hub } = openColumns();
  const wanted = hub.get("angle/0/0");
  controller.abort();
  await assert.rejects(wanted, /closed/);
  assert.equal(model.listenerCount(), 0);
});

test("what arrived is in the state that a notebook saves, exactly, the newest first", () => {
  const saved = {};
  const added = new Set();
  const whole = new Float32Array([9, 1, 2, 3]);
  const part = new DataView(whole.buffer, 4, 8);
  for (const key of ["length/0/0", "margin/0/0", "angle/0/0"]) {
    keepForSaving(saved, { key, dtype: "float32", shape: [2] }, part, added, 16);
  }
  assert.deepEqual(Object.keys(saved), ["margin/0/0", "angle/0/0"]);
  const { data } = saved["angle/0/0"];
  assert.deepEqual([...new Float32Array(data.buffer)], [1, 2], "hosts save the whole buffer");
});

test("a hub that nobody answers says so at once", async () => {
  const directory = { classes: [], sets: [], models: [], benchmarks: [], done: "", revision: 0 };
  const model = createModel({ directory, preloaded: {} });
  const hub = createColumnsHub({ model, signal: new AbortController().signal });
  hub.endAsking();
  await assert.rejects(hub.get("angle/0/0"), /not saved with the notebook/);
  assert.deepEqual(model.sent, []);
});

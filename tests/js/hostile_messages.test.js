// Answers from the kernel that nobody would send: no wrong state, no silence, words one can read.
import assert from "node:assert/strict";
import test from "node:test";
import { createColumnsHub } from "../../geowidgets/js/lib/columns_hub.js";
import { createModel } from "./model.js";
import { FRESH, openSelection } from "./open_selection.js";

const ROUNDS = Number(process.env.GEOWIDGETS_FUZZ ?? 300);
const directory = {
  classes: ["cat", "dog"],
  sets: [{ name: "test", n: 2, image: null }],
  models: [{ name: "dense" }],
  benchmarks: [{ name: "clean" }, { name: "fog" }],
  done: "AQ==",
  revision: 1,
};

/** Numbers that look random and come again. @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS = ["column", "error", "refused", "key", "angle/0/0", "float32", "__proto__", "", "AQA="];

/** Any JSON value. @param {() => number} draw @param {number} [depth] */
function anything(draw, depth = 3) {
  const choice = Math.floor(draw() * (depth ? 8 : 6));
  if (choice === 0) return null;
  if (choice === 1) return draw() < 0.5;
  if (choice === 2) return Math.floor(draw() * 12) - 3;
  if (choice === 3) return (draw() - 0.5) * 2 ** 70;
  if (choice < 6) return WORDS[Math.floor(draw() * WORDS.length)];
  const parts = Array.from({ length: Math.floor(draw() * 4) }, () => anything(draw, depth - 1));
  if (choice === 6) return parts;
  return Object.fromEntries(parts.map((part, k) => [WORDS[(k + choice) % WORDS.length], part]));
}

function openColumns() {
  const model = createModel({ directory, preloaded: {} });
  return { model, hub: createColumnsHub({ model, signal: new AbortController().signal }) };
}

/** What the page's console calls an error. @param {import("node:test").TestContext} context */
function listen(context) {
  /** @type {any[][]} */
  const said = [];
  context.mock.method(console, "error", (...words) => said.push(words));
  return said;
}

test("an answer that is no column rejects whoever waits, in words", async () => {
  const wrong = [
    [{ dtype: "float32", shape: [2] }, []],
    [{ dtype: "float32", shape: [2] }, undefined],
    [{ dtype: "object", shape: [2] }, [new DataView(new ArrayBuffer(8))]],
    [{ dtype: "float32", shape: [3] }, [new DataView(new ArrayBuffer(8))]],
    [{ dtype: "float32" }, [new DataView(new ArrayBuffer(7))]],
    [{ dtype: "float32", shape: [2] }, ["12345678"]],
    [{ dtype: "__proto__", shape: [2] }, [new DataView(new ArrayBuffer(8))]],
  ];
  for (const [header, buffers] of wrong) {
    const { model, hub } = openColumns();
    const wanted = hub.get("angle/0/0");
    await Promise.resolve();
    model.message({ type: "column", key: "angle/0/0", ...header }, buffers);
    await assert.rejects(wanted, /angle\/0\/0: the answer cannot be read: TypeError: expected/);
    assert.equal(hub.peek("angle/0/0"), undefined);
  }
});

test("a refusal ends the waiting of everybody", async () => {
  const { model, hub } = openColumns();
  const all = [hub.get("angle/0/0"), hub.get("length/0/0")];
  await Promise.resolve();
  model.message({ type: "refused", id: null, message: "expected keys" }, []);
  for (const one of all) await assert.rejects(one, /expected keys/);
});

test("answers twice, late and in another order are the same columns", async () => {
  const { model, hub } = openColumns();
  const keys = ["angle/0/0", "length/0/0", "margin/0/0"];
  const all = keys.map((key) => hub.get(key));
  await Promise.resolve();
  const answer = (/** @type {number} */ k) =>
    model.message({ type: "column", key: keys[k], dtype: "float32", shape: [1] }, [
      new DataView(Float32Array.of(k).buffer),
    ]);
  for (const k of [2, 0, 0, 1, 2]) answer(k);
  assert.deepEqual(
    (await Promise.all(all)).map((column) => column[0]),
    [0, 1, 2],
  );
  model.message({ type: "error", key: "angle/0/0", message: "late" }, []);
  assert.equal(hub.peek("angle/0/0")?.[0], 0);
});

test("whatever comes, the columns hub lives, says so, and answers the next", async (context) => {
  const said = listen(context);
  const draw = random(1);
  const { model, hub } = openColumns();
  for (let round = 0; round < ROUNDS; round++) {
    const content = anything(draw);
    const before = said.length;
    model.message(content, draw() < 0.5 ? [] : [new DataView(new ArrayBuffer(4))]);
    const known = ["error", "refused", "column"].includes(content?.type);
    assert.ok(known || said.length > before, `${JSON.stringify(content)} was dropped silently`);
  }
  const wanted = hub.get("angle/0/1");
  await Promise.resolve();
  const data = [new DataView(Float32Array.of(5).buffer)];
  model.message({ type: "column", key: "angle/0/1", dtype: "float32", shape: [1] }, data);
  assert.deepEqual([...(await wanted)], [5]);
});

test("a directory that cannot be read leaves the last one", (context) => {
  const said = listen(context);
  const { model, hub } = openColumns();
  const wrong = [null, {}, [], { ...directory, done: "@" }, { ...directory, models: null }];
  for (const one of wrong) {
    model.receive({ directory: one });
    assert.deepEqual(hub.directory(), directory);
    assert.equal(hub.done(0, 0), true);
  }
  assert.equal(said.length, wrong.length);
});

test("a state that cannot be is not taken, and the views hear why", () => {
  const { model, hub } = openSelection();
  hub.dispatch({ type: "set", models: [1] });
  const wrong = [
    null,
    [],
    {},
    "state",
    { ...FRESH, revision: 9, models: [7] },
    { ...FRESH, revision: 9, clauses: [{ view: "a" }] },
    { ...FRESH, revision: 2 ** 60 },
    { ...FRESH, revision: 9, reference: ["0", 0] },
    { ...FRESH, revision: 9, extra: 1 },
  ];
  for (const state of wrong) {
    /** @type {string[]} */
    const heard = [];
    const until = new AbortController();
    hub.subscribe(({ error }) => heard.push(error), { signal: until.signal });
    model.receive({ state });
    until.abort();
    assert.match(heard.at(-1) ?? "", /Python sent a selection that cannot be: \w+/);
    assert.equal(hub.error(), heard.at(-1));
    assert.deepEqual(hub.state().models, [1]);
  }
  model.receive({ state: { ...FRESH, revision: 9, models: [0] } });
  assert.deepEqual(hub.state().models, [0]);
  assert.equal(hub.error(), "");
});

test("states in any order and any number of times: the newest that can be", (context) => {
  listen(context);
  const draw = random(2);
  const { model, hub } = openSelection();
  let newest = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const revision = Math.floor(draw() * 2 * ROUNDS);
    const good = draw() < 0.5;
    const models = good ? [revision % 2] : anything(draw);
    const valid = good || models === null || (Array.isArray(models) && !models.length);
    const before = hub.state();
    try {
      model.receive({ state: { ...FRESH, revision, models } });
    } catch (error) {
      assert.fail(`${JSON.stringify(models)} threw ${error}`);
    }
    if (valid && revision > newest) {
      newest = revision;
      assert.deepEqual(hub.state().models, models);
    } else if (!valid) assert.equal(JSON.stringify(hub.state()), JSON.stringify(before));
    assert.ok(hub.state().revision >= before.revision, "the page went back");
    assert.doesNotThrow(() => hub.mask("test"));
  }
});

import assert from "node:assert/strict";
import test from "node:test";
import { mapKey } from "../../geowidgets/js/lib/grid_keys.js";
import { createGridLoader, createMapCache } from "../../geowidgets/js/lib/grid_loader.js";
import { createModel } from "./model.js";

const settings = { window: null, stride: null, fill: "mean", margin: "true" };
const where = (sample) => ({ benchmark: 2, sample, settings });
const want = (sample, rows, picture = false) => ({
  ...where(sample),
  items: rows.map((m) => [m, "occlusion"]),
  picture,
});
const bytes = (values) => new DataView(Float32Array.from(values).buffer);
const message = (sample, m, more = {}) => ({
  type: "map",
  key: mapKey(where(sample), m, "occlusion"),
  dtype: "float32",
  shape: [1, 1, 2],
  metrics: ["length"],
  ...more,
});

function open(initial = {}) {
  const model = createModel(initial);
  const controller = new AbortController();
  let changes = 0;
  const loader = createGridLoader(model, () => changes++, controller.signal);
  return { model, loader, controller, changes: () => changes };
}

test("keys are the same words as in Python", () => {
  assert.equal(mapKey(where(17), 3, "occlusion"), "occlusion/auto/auto/mean/true/3/2/17");
  assert.equal(mapKey(where(0), 0, "gradient_x_input"), "gradient_x_input/true/0/2/0");
});

test("what is missing is asked for once, and what is here never again", () => {
  const { model, loader } = open();
  loader.want(want(0, [0, 5]));
  loader.want(want(0, [0, 5]));
  assert.equal(model.sent.length, 1, "the same again must not be asked for");
  assert.deepEqual(model.sent[0].items, [[0, "occlusion"], [5, "occlusion"]]);
  assert.equal(loader.status().accepted, false);
  model.message({ type: "accepted", id: model.sent[0].id });
  assert.equal(loader.status().accepted, true);
  model.message(message(0, 0), [bytes([1, 2])]);
  assert.deepEqual([...loader.peek(mapKey(where(0), 0, "occlusion")).values], [1, 2]);
  assert.equal(loader.status().waiting, 1);
  model.message(message(0, 5), [bytes([3, 4])]);
  model.message({ type: "finished", id: model.sent[0].id });
  assert.equal(loader.status().waiting, 0);
  loader.want(want(0, [5, 0]));
  assert.equal(model.sent.length, 1);
  loader.want(want(0, [5, 7]));
  assert.deepEqual(model.sent[1].items, [[7, "occlusion"]]);
});

test("the end of an older request says nothing of the newer", () => {
  const { model, loader } = open();
  loader.want(want(0, [0]));
  loader.want(want(1, [0]));
  model.message({ type: "cancelled", id: model.sent[0].id });
  assert.deepEqual(
    [loader.status().waiting, loader.status().cancelled],
    [1, false],
    "the newer one is still under way",
  );
  loader.want(want(0, [0]));
  assert.equal(model.sent.length, 3, "back again: ask again");
});

test("cancelled work waits for a word; another sample goes on by itself", () => {
  const { model, loader } = open();
  loader.want(want(0, [0]));
  loader.cancel();
  assert.equal(model.sent.at(-1).type, "cancel");
  model.message({ type: "cancelled", id: model.sent[0].id });
  assert.deepEqual([loader.status().waiting, loader.status().cancelled], [0, true]);
  loader.want(want(0, [0]));
  assert.equal(model.sent.length, 2);
  loader.retry();
  assert.equal(model.sent.length, 3);
  loader.want(want(1, [0]));
  assert.equal(model.sent.length, 4);
});

test("problems are words of their row, and are forgotten when models come to hand", () => {
  const { model, loader } = open({ live: [] });
  loader.want(want(0, [0]));
  const { key } = message(0, 0);
  model.message({ type: "problem", key, message: "not at hand", absent: true });
  model.message({ type: "finished", id: model.sent[0].id });
  assert.deepEqual(loader.problem(key), { message: "not at hand", absent: true });
  loader.want(want(0, [0]));
  assert.equal(model.sent.length, 1, "what failed is not asked for in a circle");
  model.set("live", [0]);
  assert.equal(loader.problem(key), undefined);
  assert.equal(model.sent.length, 2);
});

test("a picture alone is asked for with the place that it belongs to", () => {
  const { model, loader } = open();
  loader.want(want(4, [1], true));
  model.message(message(4, 1), [bytes([1, 2])]);
  model.message({ type: "finished", id: model.sent[0].id });
  loader.want(want(4, [1], true));
  assert.equal(model.sent[1].picture, true);
  assert.equal(model.sent[1].items.length, 1);
});

test("refused requests and a page without a kernel say so", () => {
  const { model, loader } = open();
  loader.want(want(0, [0]));
  model.message({ type: "refused", id: model.sent[0].id, message: "sample: expected …" });
  assert.deepEqual([loader.status().waiting, loader.status().error], [0, "sample: expected …"]);
  model.send = () => {
    throw new Error("no comm");
  };
  loader.want(want(1, [0]));
  assert.match(loader.status().error, /No kernel is attached/);
});

test("saved maps need no kernel", () => {
  const { key, ...header } = message(3, 0);
  const { model, loader } = open({ preloaded: { [key]: { ...header, data: bytes([7, 8]) } } });
  loader.want(want(3, [0]));
  assert.equal(model.sent.length, 0);
  assert.deepEqual([...loader.peek(key).values], [7, 8]);
});

test("odd offsets, as websockets give them, are read", () => {
  const { model, loader } = open();
  const whole = new Uint8Array(13);
  whole.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 3);
  loader.want(want(0, [0]));
  model.message(message(0, 0), [new DataView(whole.buffer, 3, 8)]);
  assert.deepEqual([...loader.peek(mapKey(where(0), 0, "occlusion")).values], [1.5, -2]);
});

test("the cache keeps the newest, and listeners leave with the view", () => {
  const cache = createMapCache(20);
  for (let k = 0; k < 9; k++) cache.put(String(k), { values: new Float32Array(2) });
  assert.equal(cache.size(), 2);
  assert.ok(cache.get("8") && !cache.get("0"));
  const { model, controller } = open();
  controller.abort();
  assert.equal(model.listenerCount(), 0);
});

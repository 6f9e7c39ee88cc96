import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { commit } from "../../geowidgets/js/lib/history.js";
import { reduce, same, validate } from "../../geowidgets/js/lib/selection.js";
import { FRESH, clauseOf } from "./open_selection.js";

const file = new URL("../vectors/selection.json", import.meta.url);
const { sizes, reduce: cases, sequences } = JSON.parse(readFileSync(file, "utf8"));

/** Every field of `expect`, and every other one as in `before` (revision apart). */
function assertState(after, expect, before) {
  const { revision: _, ...rest } = before;
  assert.deepEqual(after, { revision: after.revision, ...rest, ...expect });
}

for (const { name, start, action, expect, error } of cases) {
  test(`reduce: ${name}`, () => {
    const state = Object.freeze({ ...FRESH, ...start });
    if (error) {
      assert.throws(
        () => reduce(state, action, sizes),
        (thrown) => {
          assert.ok(thrown instanceof RangeError);
          assert.ok(thrown.message.includes(error), `${thrown.message} lacks ${error}`);
          return true;
        },
      );
      return;
    }
    const after = reduce(state, action, sizes);
    assertState(after, expect, state);
    assert.equal(after === state, expect.revision === 0);
    assert.deepEqual(validate(after, sizes), after);
  });
}

for (const { name, steps } of sequences) {
  test(`sequence: ${name}`, () => {
    let state = FRESH;
    let history = { past: [], future: [] };
    for (const { action, expect, undo, redo } of steps) {
      [state, history] = commit(state, history, action, sizes);
      for (const [field, value] of Object.entries(expect)) assert.deepEqual(state[field], value);
      assert.deepEqual([history.past.length, history.future.length], [undo, redo]);
    }
  });
}

test("a drag is one step: undo goes back to where it began, not to its last move", () => {
  const mask = (text) => clauseOf("a", text);
  const dragged = reduce(FRESH, mask("AQA="), sizes);
  let [state, history] = commit(dragged, { past: [], future: [] }, mask("AQI="), sizes, FRESH);
  assert.equal(history.past.length, 1);
  [state, history] = commit(state, history, { type: "undo" }, sizes);
  assert.deepEqual(state.clauses, []);
});

test("history keeps 50 steps and no more than its share of characters", () => {
  let state = FRESH;
  let history = { past: [], future: [] };
  for (let k = 0; k < 60; k++) {
    [state, history] = commit(state, history, { type: "set", models: [k % 2] }, sizes);
  }
  assert.equal(history.past.length, 50);
  const predicate = { text: "x".repeat(60_000) };
  for (let k = 0; k < 6; k++) {
    const action = { type: "clause", view: "a", set: "test", pair: null, mask: "AQA=" };
    const change = { ...action, predicate: { ...predicate, k } };
    [state, history] = commit(state, history, change, sizes);
  }
  assert.ok(JSON.stringify(history).length < 256 * 1024);
  assert.ok(history.past.length >= 2);
});

test("same compares values, not key order, and tells null from missing", () => {
  assert.ok(same({ a: 1, b: [0, null] }, { b: [0, null], a: 1 }));
  assert.ok(!same({ a: null }, {}));
  assert.ok(!same([0], { 0: 0 }));
  assert.ok(!same(null, {}));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, toIndices } from "../../geowidgets/js/lib/bits.js";
import {
  choosePair,
  choosePairs,
  clearOwn,
  inFocus,
  toggleClause,
} from "../../geowidgets/js/lib/table_actions.js";

const STATE = {
  models: null,
  benchmarks: null,
  pairs: null,
  reference: [0, 0],
  compared: null,
  clauses: [],
};

test("a bar becomes the reference, with the modifier the compared pair, and no more", () => {
  // Catches: pair (0, 0) taken for none by a truth test.
  assert.deepEqual(choosePair(STATE, [0, 0], false), { type: "set", reference: [0, 0] });
  assert.deepEqual(choosePair(STATE, [0, 0], true), { type: "set", compared: [0, 0] });
  const compared = { ...STATE, compared: [0, 0] };
  assert.deepEqual(choosePair(compared, [0, 0], true), { type: "set", compared: null });
  assert.deepEqual(choosePair(compared, [0, 1], true), { type: "set", compared: [0, 1] });
});

test("a heading picks, picks again to drop, and the modifier adds or takes out", () => {
  const at = (models) => ({ ...STATE, models });
  const picked = (models, indices, extend) =>
    toggleClause(at(models), "models", indices, extend).models;
  assert.deepEqual(picked(null, [0, 2], false), [0, 2]);
  assert.deepEqual(picked([0, 2], [2, 0], false), null);
  assert.deepEqual(picked([0, 1, 2], [0, 2], false), [0, 2]);
  assert.deepEqual(picked([1], [0], true), [1, 0]);
  assert.deepEqual(picked([0, 1, 2], [0, 2], true), [1]);
  assert.deepEqual(picked([0], [0], true), null);
  assert.deepEqual(picked([], [0], false), [0]);
});

test("dragged cells become pairs, model-major, and the same drag drops them", () => {
  // Catches: rows and columns exchanged in the bits.
  const sizes = { models: 4, benchmarks: 7 };
  const { pairs } = choosePairs(STATE, [0, 3], [1, 6], sizes);
  assert.deepEqual([...toIndices(fromBase64(pairs, 28))], [1, 6, 22, 27]);
  assert.equal(choosePairs({ ...STATE, pairs }, [0, 3], [1, 6], sizes).pairs, null);
});

test("Escape drops the table's own clauses, or does nothing", () => {
  assert.equal(clearOwn(STATE), null);
  const empty = { type: "set", models: null, benchmarks: null, pairs: null };
  assert.deepEqual(clearOwn({ ...STATE, models: [] }), empty);
});

test("focus is the intersection of models, benchmarks and pairs; an empty clause leaves none", () => {
  const state = { ...STATE, models: [0, 1], benchmarks: [2] };
  const focused = inFocus(state, Uint32Array.of(1 << 2), 3);
  assert.deepEqual([focused(0, 2), focused(1, 2), focused(0, 1)], [true, false, false]);
  assert.equal(inFocus({ ...STATE, models: [] }, null, 3)(0, 0), false);
  assert.equal(inFocus(STATE, null, 3)(0, 0), true);
});

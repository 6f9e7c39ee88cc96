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
import { opOf, pairsBetween } from "../../geowidgets/js/lib/table_pick.js";

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

const SIZES = { models: 4, benchmarks: 7 };
const CORNERS = [0, 3].flatMap((model) => [1, 6].map((benchmark) => [model, benchmark]));
const indices = ({ pairs }) => pairs && [...toIndices(fromBase64(pairs, 28))];

test("dragged cells become pairs, model-major, and the same drag drops them", () => {
  // Catches: rows and columns exchanged in the bits.
  const action = choosePairs(STATE, CORNERS, "replace", SIZES);
  assert.deepEqual(indices(action), [1, 6, 22, 27]);
  const again = choosePairs({ ...STATE, pairs: action.pairs }, CORNERS, "replace", SIZES);
  assert.equal(again.pairs, null);
});

test("pairs are added and taken out; without a clause all are in", () => {
  // Catches: a subtraction that starts from none, or that toggles what was not picked.
  const one = choosePairs(STATE, [[0, 0]], "add", SIZES);
  assert.deepEqual(indices(one), [0]);
  const more = choosePairs({ ...STATE, pairs: one.pairs }, CORNERS, "add", SIZES);
  assert.deepEqual(indices(more), [0, 1, 6, 22, 27]);
  const less = choosePairs({ ...STATE, pairs: more.pairs }, [[0, 0], [3, 1], [2, 2]], "subtract", SIZES);
  assert.deepEqual(indices(less), [1, 6, 27]);
  const rest = indices(choosePairs(STATE, [[0, 0]], "subtract", SIZES));
  assert.deepEqual(rest, Array.from({ length: 27 }, (_, k) => k + 1));
  const none = choosePairs({ ...STATE, pairs: one.pairs }, [[0, 0]], "subtract", SIZES);
  assert.deepEqual(indices(none), []);
});

test("the cells between two places, or the bars inside of one", () => {
  // Catches: headings that have no models; a drag inside of one cell that takes the whole cell.
  const layout = {
    lines: [
      { kind: "group", models: [0, 1, 2], bars: [] },
      { kind: "row", models: [2, 1, 0], bars: [[2], [1, 0]] },
      { kind: "row", models: [3], bars: [[3]] },
    ],
    columns: [{ benchmarks: [] }, { benchmarks: [5] }, { benchmarks: [0, 4] }],
  };
  const at = (line, column, bar) => ({ line, column, bar });
  assert.deepEqual(pairsBetween(layout, at(2, 1, 0), at(0, 0, 0)), [[2, 5], [1, 5], [0, 5], [3, 5]]);
  assert.deepEqual(pairsBetween(layout, at(1, 2, 1), at(1, 2, 1)), [[1, 0], [1, 4], [0, 0], [0, 4]]);
  assert.deepEqual(pairsBetween(layout, at(1, 1, 0), at(1, 1, 0), true), [[2, 5], [1, 5], [0, 5]]);
  assert.equal(opOf({ shiftKey: true, altKey: true }), "subtract");
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

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import { reduceSubsets, subsetAction } from "../../geowidgets/js/lib/selection_subsets.js";
import { clauseOf, openSelection } from "./open_selection.js";

const file = new URL("../vectors/subsets.json", import.meta.url);
const { sizes, reduce: cases, apply } = JSON.parse(readFileSync(file, "utf8"));

/** "large:1" stands for a mask of the large set that holds sample 0. */
function written({ mask, ...action }) {
  if (mask !== "large:1") return { mask, ...action };
  const n = sizes.sets.large;
  const one = bits.empty(n);
  bits.add(one, 0);
  return { mask: bits.toBase64(one, n), ...action };
}

/** @param {() => unknown} act */
function same(act, { expect, error }) {
  if (!error) {
    assert.deepEqual(act(), expect);
    return;
  }
  assert.throws(act, (thrown) => {
    assert.ok(thrown instanceof RangeError);
    assert.ok(thrown.message.includes(error), `${thrown.message} lacks ${error}`);
    return true;
  });
}

for (const one of cases) {
  test(`subsets: ${one.name}`, () => {
    const start = Object.freeze(one.start ?? {});
    same(() => reduceSubsets(start, written(one.action), sizes), one);
  });
}

for (const one of apply) {
  test(`apply: ${one.name}`, () => {
    same(() => subsetAction(one.start, one.subset, one.set, one.pair), one);
  });
}


const open = (more) => openSelection({ sizes, subsets: {}, ...more });

test("what several views select is saved in the page, applied alone, and undone", () => {
  const { model, hub } = open();
  const heard = [];
  hub.subscribe(({ changed }) => heard.push([...changed]));
  hub.dispatch(clauseOf("a", "AwI="));
  hub.dispatch(clauseOf("b", "AQI="));
  hub.saveSubset("fragile");
  assert.deepEqual(model.saved.at(-1).subsets.fragile, { set: "test", n: 2, mask: "AQI=" });
  assert.deepEqual(heard.at(-1), ["subsets"]);
  hub.dispatch({ type: "clear" });
  hub.applySubset("fragile");
  assert.deepEqual(
    hub.state().clauses.map(({ view, mask }) => [view, mask]),
    [["python", "AQI="]],
  );
  hub.dispatch({ type: "undo" });
  assert.deepEqual(hub.state().clauses, []);
  hub.forgetSubset("fragile");
  assert.deepEqual(hub.subsets(), {});
});

test("without a clause every sample is saved", () => {
  const { hub } = open();
  hub.saveSubset("all");
  assert.equal(hub.subsets().all.n, 10);
});

test("a large set's subsets are saved and applied by the kernel, after the last drag", () => {
  const large = { ...sizes, benchmark_sets: ["large", "test", "wild"] };
  const { model, hub } = open({ sizes: large });
  const mask = written({ mask: "large:1" }).mask;
  hub.dispatch({ ...clauseOf("a", mask), set: "large" }, { transient: true });
  hub.saveSubset("big");
  assert.equal(model.saved.at(-1).state.clauses.length, 1, "the kernel must know what to save");
  assert.deepEqual(model.sent, [{ type: "save", name: "big" }]);
  model.receive({ subsets: { big: { set: "large", n: 1, mask: null } } });
  hub.applySubset("big");
  assert.deepEqual(model.sent.at(-1), { type: "apply", name: "big" });
  model.send = () => {
    throw new Error("gone");
  };
  assert.throws(() => hub.applySubset("big"), /no kernel is there/);
});

import assert from "node:assert/strict";
import test from "node:test";
import { createShared } from "../../geowidgets/js/lib/shared_values.js";

test("the same value again tells nobody: two views that answer each other would never stop", () => {
  const told = [];
  const { share, shared } = createShared((name) => told.push(name));
  share("axes", "a", { angle: [0, 90] });
  share("axes", "a", { angle: [0, 90] });
  share("axes", "b", { angle: [10, 120] });
  assert.deepEqual(told, ["axes", "axes"]);
  assert.deepEqual(shared("axes"), [{ angle: [0, 90] }, { angle: [10, 120] }]);
});

test("a closed view's value is gone, and other names are left alone", () => {
  const { share, shared } = createShared(() => {});
  share("axes", "a", 0);
  share("other", "a", 1);
  share("axes", "a", null);
  assert.deepEqual(shared("axes"), []);
  assert.deepEqual(shared("other"), [1]);
});

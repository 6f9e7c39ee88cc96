import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { rowsOf } from "../../geowidgets/js/lib/grid_rows.js";

const { models, benchmarks, cases } = JSON.parse(
  readFileSync(new URL("../vectors/grid_rows.json", import.meta.url), "utf8"),
);
const empty = { models: null, pairs: null, reference: [0, 0], compared: null };

// Catches other rows in the page than in Python.
for (const { name, state, rows } of cases) {
  test(name, () => assert.deepEqual(rowsOf(models, benchmarks, { ...empty, ...state }), rows));
}

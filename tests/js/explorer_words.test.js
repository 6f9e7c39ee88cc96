import assert from "node:assert/strict";
import { test } from "node:test";
import { selectionWords } from "../../geowidgets/js/lib/explorer_words.js";
import { FRESH } from "./open_selection.js";

const DIRECTORY = {
  classes: ["cat", "dog", "frog"],
  sets: [{ name: "test", n: 1797, image: null }],
  models: [{ name: "dense" }, { name: "p90" }],
  benchmarks: [{ name: "clean" }, { name: "fog-3" }],
};

test("the line names what is selected, and only that", () => {
  // Catches: an empty clause (nothing) read as no clause (all); index 0 dropped.
  assert.equal(
    selectionWords(FRESH, DIRECTORY, () => null),
    "Reference dense on clean.",
  );
  const state = { ...FRESH, compared: [1, 1], classes: [0], models: [], benchmarks: [0, 1] };
  assert.equal(
    selectionWords(state, DIRECTORY, () => 12),
    "Reference dense on clean; compared with p90 on fog-3; 12 of 1,797 samples; class cat; " +
      "no model; benchmarks clean, fog-3.",
  );
  const empty = { ...FRESH, reference: null, pairs: "AA==" };
  assert.equal(
    selectionWords(empty, DIRECTORY, () => 0),
    "No reference; 0 of 1,797 samples; some pairs only.",
  );
});

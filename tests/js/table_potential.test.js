import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  allowedErrors,
  denseParents,
  potentials,
  summarise,
} from "../../geowidgets/js/lib/table_potential.js";
import { createSummaries } from "../../geowidgets/js/lib/table_summaries.js";

const vectors = JSON.parse(
  readFileSync(new URL("../vectors/potential.json", import.meta.url), "utf8"),
);
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} ≠ ${b}`);

for (const [k, delta] of vectors.deltas.entries()) {
  test(`potentials with δ = ${delta} are those of Python`, () => {
    // Catches: another parent, a margin rounded up, an unknown count taken for none.
    const { models, errors, n } = vectors;
    const parents = denseParents(models);
    for (const [key, curve] of Object.entries(vectors.expected[k])) {
      const [architecture, method, seed] = key.split(" / ");
      const family = models.flatMap((model, index) =>
        model.architecture === architecture && model.method === method ? [index] : [],
      );
      const found = curve.map((_, benchmark) => {
        const at = (index) => errors[index][benchmark] ?? Number.NaN;
        const all = potentials(models, parents, family, at, allowedErrors(delta, n));
        return all.get(Number(seed)) ?? null;
      });
      assert.deepEqual(found, curve, key);
    }
  });
}

test("margins are whole errors, rounded down but for floating point", () => {
  assert.deepEqual(
    [
      [0.005, 600],
      [0.005, 599],
      [0.29, 100],
    ].map(([delta, n]) => allowedErrors(delta, n)),
    [3, 2, 29],
  );
});

test("per repeat the mean over benchmarks, then mean ± std; unknown benchmarks stay out", () => {
  // Catches: the potential of a mean curve; std over benchmarks.
  const each = [
    new Map([
      [0, 0.9],
      [1, 0.6],
    ]),
    new Map([
      [0, 0.3],
      [1, 0],
    ]),
    new Map(),
  ];
  const { mean, std, repeats, least } = summarise(each);
  near(mean, 0.45);
  near(std, Math.hypot(0.15, 0.15));
  near(least, 0.15);
  assert.equal(repeats, 2);
  assert.equal(summarise([new Map()]).repeats, 0);
});

/** One dense net and two pruned on clean and two severities of fog; 100 samples. */
function summaries(counts = null, delta = 0.05) {
  const model = (ratio) => ({ name: `p${ratio}`, architecture: "a", ratio, seed: 0 });
  const models = [
    { ...model(0), method: "dense", parent: null },
    { ...model(0.5), method: "m", parent: "p0" },
    { ...model(0.8), method: "m", parent: "p0" },
  ];
  const accuracy = [0.9, 0.8, 0.6, 0.86, 0.7, 0.5, 0.85, 0.76, 0.4];
  const subset = counts ? 20 : null;
  const numbers = { n: 100, accuracy, benchmarks: [0, 1, 2], counts, subset };
  const sets = new Map([["test", numbers]]);
  const column = (benchmarks, corrupted) => ({ set: "test", benchmarks, corrupted });
  const columns = [column([0], false), column([1, 2], true)];
  return createSummaries({ sets, filtered: subset !== null }, { models, delta, baseline: 0, columns });
}

test("mean corruption error divides sums over severities, clean left out", () => {
  // Catches: the clean column counted; a mean of the severities' ratios.
  near(summaries().corruptionError([0]).value, 1);
  near(summaries().corruptionError([1]).value, 0.8 / 0.6);
  const both = summaries().corruptionError([1, 2]);
  near(both.value, (0.8 / 0.6 + 0.84 / 0.6) / 2);
  assert.equal(both.repeats, 2);
});

test("both follow the subset's counts", () => {
  const counts = [20, 16, 10, 20, 16, 10, 20, 11, 8];
  const part = summaries(counts);
  const error = part.corruptionError([2]);
  near(error.subsetValue, (9 + 12) / (4 + 10));
  near(error.difference, error.subsetValue - error.value);
  const found = part.potential([1, 2]);
  near(found.value, (0.8 + 0.8 + 0) / 3);
  near(found.subsetValue, (0.8 + 0.5 + 0.5) / 3);
  near(found.least, 0.5);
  near(part.potentialAt([1, 2], { set: "test", benchmarks: [1] }), 0.5);
  assert.equal(part.potential([0]).state, "missing");
});

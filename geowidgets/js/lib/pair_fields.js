// Lists of models and benchmarks: what a view shows, with what it compares it, and whether it
// keeps both.
import { chooser } from "./elements.js";
import { toggle } from "./view_buttons.js";

/** @typedef {[string, string, boolean?]} Option value, text, whether it cannot be chosen */

/** @param {{columns: import("./columns_hub.js").ColumnsHub,
 *   pairs: import("./view_pairs.js").ViewPairs, sameSet: boolean}} options `sameSet`: only pairs
 *   with the same samples can be compared
 * @returns {HTMLElement[]} */
export function pairFields({ columns, pairs, sameSet }) {
  const { models, benchmarks } = columns.directory();
  const [m, b] = pairs.pair() ?? [0, 0];
  const compared = pairs.compared();
  const [cm, cb] = compared ?? [-1, b];
  /** @param {number} on @returns {Option[]} */
  const modelList = (on) => models.map(({ name }, k) => option(k, name, columns.lacks(k, on)));
  /** @param {number} of @param {string|null} set @returns {Option[]} */
  const benchmarkList = (of, set) =>
    benchmarks.flatMap(({ name, set: own }, k) =>
      set === null || own === set
        ? [option(k, name, columns.done(of, k) ? "" : "has not been computed")]
        : [],
    );
  const none = /** @type {Option} */ (["-1", "nothing"]);
  const set = sameSet ? (benchmarks[b]?.set ?? null) : null;
  const fields = [
    chooser("Model", modelList(b), String(m), (value) => pairs.choose([Number(value), b])),
    chooser("Benchmark", benchmarkList(m, null), String(b), (value) =>
      pairs.choose([m, Number(value)]),
    ),
    chooser("Compare with", [none, ...modelList(cb)], String(cm), (value) =>
      pairs.chooseCompared(value === "-1" ? null : [Number(value), cb]),
    ),
  ];
  if (compared) {
    fields.push(
      chooser("on", benchmarkList(cm, set), String(cb), (value) =>
        pairs.chooseCompared([cm, Number(value)]),
      ),
    );
  }
  const what = "keep these pairs here, whatever the others show";
  return [...fields, toggle("Pin", pairs.pinned(), pairs.togglePin, what)];
}

/** @param {number} k @param {string} name @param {string} lack @returns {Option} */
function option(k, name, lack) {
  const what = lack.startsWith("is an ensemble") ? "ensemble" : "not computed";
  return [String(k), lack ? `${name} (${what})` : name, lack !== ""];
}

// What the marks mean, with their units: below the table, always in view.

import { html } from "./elements.js";
import { integer } from "./table_words.js";

/**
 * @typedef {import("./table_layout.js").Mode} Mode
 * @typedef {{ mode: Mode, filtered: boolean, scale: number, dense: boolean, missing: boolean,
 *   elsewhere: boolean, compared: boolean,
 *   sets: { name: string, n: number, subset: number | null }[] }} Meaning
 */

/**
 * @param {HTMLElement} legend
 * @param {Meaning} meaning
 */
export function fillLegend(legend, meaning) {
  const entries = meaning.filtered ? differences(meaning) : accuracies(meaning);
  if (meaning.elsewhere) entries.push(entry("hatched", "other sample set: whole-set accuracy"));
  if (meaning.missing && meaning.mode !== "numbers") entries.push(entry("missing", "not computed"));
  entries.push(entry("reference", "reference"));
  if (meaning.compared) entries.push(entry("compared", "compared"));
  legend.replaceChildren(...entries);
}

/** @param {Meaning} meaning */
function accuracies({ mode, dense }) {
  if (mode === "heat") return [entry("ramp", "accuracy, 0 to 100 %")];
  if (mode === "numbers") return [text("accuracy in %")];
  const entries = [
    entry("bar", "accuracy, 0 to 100 % of the cell's height; ratio rises to the right"),
  ];
  if (dense) entries.push(entry("dense", "dense parent"));
  return entries;
}

/** @param {Meaning} meaning */
function differences({ mode, scale, sets }) {
  const chosen = sets
    .filter(({ subset }) => subset !== null)
    .map(({ name, n, subset }) => {
      const where = sets.length > 1 ? ` (${name})` : "";
      return text(`n = ${integer(subset ?? 0)} of ${integer(n)}${where}`, true);
    });
  const reach = `±${Math.round(100 * scale)} points`;
  const unit = mode === "numbers" ? "difference in points" : reach;
  return [
    ...chosen,
    entry("better", "selected better than whole set"),
    entry("worse", "worse"),
    text(unit),
    mode === "numbers"
      ? text("grey: 95 % interval holds 0")
      : entry("pale", "95 % interval holds 0"),
  ];
}

/** @param {string} swatch @param {string} words */
function entry(swatch, words) {
  const made = html("span", { class: "gw-table-entry" });
  made.append(html("span", { class: `gw-table-swatch gw-table-swatch-${swatch}` }), words);
  return made;
}

/** @param {string} words @param {boolean} [strong] */
function text(words, strong = false) {
  return html(
    "span",
    { class: strong ? "gw-table-entry gw-table-strong" : "gw-table-entry" },
    words,
  );
}

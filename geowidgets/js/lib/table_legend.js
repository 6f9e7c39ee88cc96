// What the marks mean, with their units: below the table, always in view.

import { html } from "./elements.js";
import { differenceUnit, inUnit, wayWords } from "./table_measures.js";
import { percent } from "./table_rows.js";
import { amount } from "./words.js";

/**
 * @typedef {import("./table_layout.js").Mode} Mode
 * @typedef {{ mode: Mode, measure: import("./table_measures.js").Measure,
 *   domain: [number, number], filtered: boolean, scale: number, dense: boolean, missing: boolean,
 *   elsewhere: boolean, fixed: boolean, waiting: boolean, intervals: boolean, repeats: boolean,
 *   compared: boolean, potential: number | null, baseline: string | null,
 *   sets: { name: string, n: number, subset: number | null }[] }} Meaning
 */

/**
 * @param {HTMLElement} legend
 * @param {Meaning} meaning
 */
export function fillLegend(legend, meaning) {
  const entries = meaning.filtered ? differences(meaning) : values(meaning);
  if (meaning.waiting) entries.push(entry("hatched", "on its way: whole-set values"));
  if (meaning.elsewhere) entries.push(entry("hatched", "other sample set: whole-set values"));
  if (meaning.fixed) entries.push(entry("hatched", "given numbers: they know no samples"));
  if (meaning.missing && meaning.mode !== "numbers") entries.push(entry("missing", "not computed"));
  if (meaning.potential !== null) {
    const allowed = `at most ${percent(meaning.potential)} points more errors than dense`;
    entries.push(entry("potential", `prune potential: ${allowed}`));
  }
  if (meaning.baseline !== null) {
    entries.push(text(`mCE: errors over those of ${meaning.baseline}, mean over corruptions`));
  }
  entries.push(entry("reference", "reference"));
  if (meaning.compared) entries.push(entry("compared", "compared"));
  legend.replaceChildren(...entries);
}

/** @param {Meaning} meaning */
function values({ mode, measure, domain, dense, repeats, intervals }) {
  const factor = measure.percent ? 100 : 1;
  const [low, high] = domain.map((value) => trimmed(factor * value));
  const range = `${low} to ${high}${measure.percent ? " %" : measure.unit}`;
  const spread = repeats ? [text("whisker with feet: ± std over repeats")] : [];
  if (mode === "heat") return [entry("ramp", `${measure.title}, ${range}`)];
  if (mode === "numbers") {
    return [text(`${measure.title}${inUnit(measure)}${repeats ? ", ± std over repeats" : ""}`)];
  }
  const entries = [
    entry("bar", `${measure.title}, ${range} of the cell's height; ratio rises to the right`),
  ];
  if (intervals && !repeats) entries.push(text("whisker: 95 % interval"));
  if (dense) entries.push(entry("dense", "dense parent"));
  return [...entries, ...spread];
}

/** @param {number} value */
const trimmed = (value) => String(Number(value.toPrecision(3))).replace("-", "\u2212");

/** @param {Meaning} meaning */
function differences({ mode, measure, scale, sets, intervals }) {
  const chosen = sets
    .filter(({ subset }) => subset !== null)
    .map(({ name, n, subset }) => {
      const where = sets.length > 1 ? ` (${name})` : "";
      return text(`n = ${amount(subset ?? 0)} of ${amount(n)}${where}`, true);
    });
  const unit = differenceUnit(measure);
  const reach = measure.percent ? Math.round(100 * scale) : trimmed(scale);
  const [up, down] = wayWords(measure);
  const pale =
    mode === "numbers"
      ? text("grey: 95 % interval holds 0")
      : entry("pale", "95 % interval holds 0");
  return [
    ...chosen,
    entry(measure.better < 0 ? "better-down" : "better", `selected ${up} than whole set`),
    entry(measure.better < 0 ? "worse-up" : "worse", down),
    text(
      mode === "numbers" ? `difference${unit ? ` in ${unit}` : ""}` : `±${reach} ${unit}`.trim(),
    ),
    ...(intervals ? [pale] : [text("no interval known")]),
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

// The legend: a row a family with its potential and slope, and the line style of each benchmark.
import { STYLES } from "./curves_marks.js";
import { slopeWords, withSpread } from "./curves_words.js";
import { html, svg } from "./elements.js";
import { readable } from "./table_rows.js";

const DASHES = { solid: "none", dashed: "10,6", dotted: "2,5", dash_dotted: "10,5,2,5" };
const HEADS = [
  ["", "Show or hide a family’s curves"],
  ["P here", "Prune potential on the reference’s benchmark: mean ± std over repeats"],
  ["P shifted", "Prune potential, mean over the shifted benchmarks, ± std over repeats"],
  ["least", "Smallest prune potential on a shifted benchmark"],
  ["slope of ê − e", "Excess errors per fraction of weights removed, with its 95 % band"],
];

/** @param {HTMLElement} place @param {(name: string) => void} toggled */
export function createLegend(place, toggled) {
  const styles = html("div", { class: "gw-curves-styles", role: "list", "aria-label": "Lines" });
  const body = html("tbody");
  const head = html(
    "tr",
    {},
    ...HEADS.map(([text, title]) => html("th", { scope: "col", title }, text)),
  );
  const table = html("table", { class: "gw-curves-table" }, html("thead", {}, head), body);
  place.append(styles, table);
  let drawn = "";

  /** @param {import("./curves_scene.js").Scene} scene
   * @param {import("./columns_hub.js").Directory} directory */
  return ({ rows, shown, reference }, { benchmarks }) => {
    const now = JSON.stringify([rows, shown, reference, benchmarks]);
    if (now === drawn) return;
    drawn = now;
    const here = reference ? `P on ${readable(benchmarks[reference[1]].name)}` : HEADS[1][0];
    head.children[1].textContent = here;
    styles.replaceChildren(
      ...shown.map((b, slot) => style(readable(benchmarks[b].name), slot, b === reference?.[1])),
    );
    const active = /** @type {HTMLElement|null} */ (place.querySelector("button:focus"));
    const focused = active?.dataset.family;
    body.replaceChildren(...rows.map((row) => line(row, toggled)));
    if (focused === undefined) return;
    for (const button of body.querySelectorAll("button")) {
      if (button.dataset.family === focused) button.focus();
    }
  };
}

/** @param {string} name @param {number} slot @param {boolean} strong */
function style(name, slot, strong) {
  const sample = svg(
    "svg",
    { width: 34, height: 8, "aria-hidden": "true" },
    svg("line", {
      x1: 1,
      x2: 33,
      y1: 4,
      y2: 4,
      stroke: "currentColor",
      "stroke-width": 2,
      "stroke-dasharray": DASHES[STYLES[slot % STYLES.length]],
    }),
  );
  const words = html(strong ? "strong" : "span", {}, name);
  return html("span", { class: "gw-curves-style", role: "listitem" }, sample, words);
}

/** @param {import("./curves_scene.js").Row} row @param {(name: string) => void} toggled */
function line(row, toggled) {
  const swatch = html("span", { class: "gw-curves-swatch" });
  swatch.style.background = row.color;
  const button = html(
    "button",
    {
      class: "gw-curves-family",
      type: "button",
      "aria-pressed": String(!row.hidden),
      title: row.hidden ? "Show these curves" : "Hide these curves",
      onclick: () => toggled(row.name),
    },
    swatch,
    readable(row.name),
  );
  button.dataset.family = row.name;
  const cell = (/** @type {string} */ text) => html("td", {}, text);
  const { here, shifted, slope } = row;
  return html(
    "tr",
    { class: row.hidden ? "gw-curves-hidden" : row.strong ? "gw-curves-strong" : "" },
    html("th", { scope: "row" }, button),
    cell(withSpread(here)),
    cell(withSpread(shifted)),
    cell(withSpread({ mean: shifted.least, std: Number.NaN })),
    cell(slopeWords(slope)),
  );
}

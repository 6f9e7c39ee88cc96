// The controls above the table: mode, metric, order, severity, summaries, and the menu.

import { chooser, html } from "./elements.js";
import { MEASURES } from "./table_measures.js";
import { percent } from "./table_rows.js";

/**
 * @typedef {import("./table_layout.js").Display} Display
 * @typedef {{ label: string, run: () => void | Promise<void> }} Item
 */

const MODES = /** @type {const} */ ([
  ["bars", "Bars"],
  ["heat", "Heat map"],
  ["numbers", "Numbers"],
]);
/** @type {[string, string][]} */
const ORDERS = [
  ["family", "by family"],
  ["hardness", "by hardness"],
  ["store", "as stored"],
];

/**
 * @param {HTMLElement} bar
 * @param {{ change: (display: Partial<Display>, transient?: boolean) => void,
 *   items: Item[], ensemble: HTMLElement }} handlers
 * @returns {(display: Display, severities: number[], dense: string[]) => void} shows the present
 *   state; `dense`: models that errors may be divided by
 */
export function createToolbar(bar, { change, items, ensemble }) {
  const modes = MODES.map(([mode, text]) => ({
    mode,
    button: button(text, () => change({ mode })),
  }));
  const order = chooser("Columns", ORDERS, "family", (value) =>
    change({ order: /** @type {Display["order"]} */ (value) }),
  );
  const metric = varying("Show", (value) => change({ metric: value }));
  const severity = varying("Severity", (value) =>
    change({ severity: value === "" ? null : Number(value) }),
  );
  const baseline = varying("mCE of", (value) => change({ baseline: value || null }));
  const potential = potentialControl(change);
  const unsort = button("Unsort rows", () => change({ sortBy: null }));
  let bySubset = false;
  const onSubset = button("Sort on selected", () => change({ sortSelected: !bySubset }));
  onSubset.title = "order rows by the difference on the selected samples, where there are some";
  bar.append(
    html(
      "div",
      { class: "gw-bar-group", role: "group", "aria-label": "Cells" },
      ...modes.map((entry) => entry.button),
    ),
    metric.group,
    order,
    severity.group,
    potential.group,
    baseline.group,
    html("div", { class: "gw-bar-group gw-bar-end" }, ensemble, onSubset, unsort, menu(items)),
  );

  return (display, severities, dense) => {
    for (const entry of modes) {
      entry.button.setAttribute("aria-pressed", String(entry.mode === display.mode));
    }
    listOf(order).value = display.order;
    metric.show(metricChoices(display), display.metric);
    const named = severities.map((value) => /** @type {Choice} */ ([`${value}`, `${value}`]));
    severity.show(named.length ? [["", "mean of all"], ...named] : [], `${display.severity ?? ""}`);
    potential.show(display);
    const bases = [...new Set(display.baseline === null ? dense : [...dense, display.baseline])];
    const choices = bases.map((name) => /** @type {Choice} */ ([name, name]));
    baseline.show(choices.length ? [["", "off"], ...choices] : [], display.baseline ?? "");
    unsort.hidden = display.sortBy === null;
    bySubset = display.sortSelected;
    onSubset.hidden = unsort.hidden;
    onSubset.setAttribute("aria-pressed", String(bySubset));
  };
}

/** @typedef {[string, string]} Choice */

/** @param {Display} display @returns {Choice[]} */
function metricChoices({ table }) {
  const known = MEASURES.map(({ name, title }) => /** @type {Choice} */ ([name, title]));
  return table ? [...known, ["table", table.name]] : known;
}

/** A list whose choices come and go; gone with the last of them.
 * @param {string} title @param {(value: string) => void} changed */
function varying(title, changed) {
  const group = html("span", { class: "gw-bar-group" });
  let known = "";
  return {
    group,
    /** @param {Choice[]} choices @param {string} value */
    show(choices, value) {
      const now = JSON.stringify(choices);
      if (now !== known) {
        known = now;
        group.replaceChildren(...(choices.length ? [chooser(title, choices, value, changed)] : []));
      }
      group.hidden = choices.length === 0;
      if (choices.length) listOf(group).value = value;
    },
  };
}

/** Per mille, so that the slider's steps are whole numbers. */
const DELTA_STEPS = 1000;

/** A button for the column, and a slider for its margin.
 * @param {(display: Partial<Display>, transient?: boolean) => void} change */
function potentialControl(change) {
  let on = false;
  const toggle = button("Prune potential", () => change({ potential: !on }));
  const slider = html("input", {
    type: "range",
    class: "gw-table-delta",
    min: "0",
    max: "50",
    step: "1",
    "aria-label": "Margin δ of the prune potential",
    oninput: () => change({ delta: Number(slider.value) / DELTA_STEPS }, true),
    onchange: () => change({ delta: Number(slider.value) / DELTA_STEPS }),
  });
  const value = html("output", { class: "gw-table-delta-value" });
  const margin = html("label", { class: "gw-field" }, "δ", slider, value);
  return {
    group: html("span", { class: "gw-bar-group" }, toggle, margin),
    /** @param {Display} display */
    show({ potential, delta }) {
      on = potential;
      toggle.setAttribute("aria-pressed", String(on));
      margin.hidden = !on;
      slider.value = String(Math.round(delta * DELTA_STEPS));
      value.textContent = `${percent(delta)} %`;
      slider.setAttribute("aria-valuetext", `${percent(delta)} percent`);
    },
  };
}

/** @param {Element} field @returns {HTMLSelectElement} */
const listOf = (field) => /** @type {HTMLSelectElement} */ (field.querySelector("select"));

/** @param {string} text @param {() => void} pressed */
function button(text, pressed) {
  return html("button", { class: "gw-control", type: "button", onclick: pressed }, text);
}

/** A list of commands; a command, Escape and leaving it close it. @param {Item[]} items */
function menu(items) {
  const menu = html(
    "details",
    { class: "gw-menu" },
    html("summary", { class: "gw-control" }, "Save"),
    html(
      "div",
      { class: "gw-menu-items" },
      ...items.map(({ label, run }) =>
        button(label, () => {
          menu.open = false;
          void run();
        }),
      ),
    ),
  );
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
    event.stopPropagation();
  });
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(/** @type {Node | null} */ (event.relatedTarget))) menu.open = false;
  });
  return menu;
}

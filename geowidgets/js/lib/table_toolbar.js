// The controls above the table: mode, order, severity, and the menu.

import { chooser, html } from "./elements.js";

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
 * @param {{ change: (display: Partial<Display>) => void, items: Item[] }} handlers
 * @returns {(display: Display, severities: number[]) => void} shows the present state
 */
export function createToolbar(bar, { change, items }) {
  const modes = MODES.map(([mode, text]) => ({
    mode,
    button: button(text, () => change({ mode })),
  }));
  const order = chooser("Columns", ORDERS, "family", (value) =>
    change({ order: /** @type {Display["order"]} */ (value) }),
  );
  const severity = html("span", { class: "gw-bar-group" });
  const unsort = button("Unsort rows", () => change({ sortBy: null }));
  bar.append(
    html(
      "div",
      { class: "gw-bar-group", role: "group", "aria-label": "Cells" },
      ...modes.map((entry) => entry.button),
    ),
    order,
    severity,
    html("div", { class: "gw-bar-group gw-bar-end" }, unsort, menu(items)),
  );
  let known = "";

  return (display, severities) => {
    for (const entry of modes) {
      entry.button.setAttribute("aria-pressed", String(entry.mode === display.mode));
    }
    listOf(order).value = display.order;
    if (severities.join() !== known) {
      known = severities.join();
      severity.replaceChildren(...(known ? [severityList(severities, change)] : []));
    }
    if (known) listOf(severity).value = String(display.severity ?? "");
    unsort.hidden = display.sortBy === null;
  };
}

/** @param {Element} field @returns {HTMLSelectElement} */
const listOf = (field) => /** @type {HTMLSelectElement} */ (field.querySelector("select"));

/** @param {number[]} severities @param {(display: Partial<Display>) => void} change */
function severityList(severities, change) {
  const options = severities.map(
    (value) => /** @type {[string, string]} */ ([`${value}`, `${value}`]),
  );
  return chooser("Severity", [["", "mean of all"], ...options], "", (value) =>
    change({ severity: value === "" ? null : Number(value) }),
  );
}

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

// The controls above the table: mode, order, severity, and the menu.

import { element } from "./table_element.js";

/**
 * @typedef {import("./table_layout.js").Display} Display
 * @typedef {{ label: string, run: () => void | Promise<void> }} Item
 */

const MODES = /** @type {const} */ ([
  ["bars", "Bars"],
  ["heat", "Heat map"],
  ["numbers", "Numbers"],
]);
const ORDERS = /** @type {const} */ ([
  ["family", "by family"],
  ["hardness", "by hardness"],
  ["store", "as stored"],
]);

/**
 * @param {HTMLElement} bar
 * @param {{ change: (display: Partial<Display>) => void, items: Item[] }} handlers
 * @param {AbortSignal} signal
 * @returns {(display: Display, severities: number[]) => void} shows the present state
 */
export function createToolbar(bar, { change, items }, signal) {
  const modes = element("div", "gw-table-modes", { role: "group", "aria-label": "Cells" });
  const buttons = MODES.map(([mode, label]) => {
    const button = element("button", "gw-table-mode", { type: "button" }, label);
    button.addEventListener("click", () => change({ mode }), { signal });
    modes.append(button);
    return { mode, button };
  });
  const order = chooser("Columns", ORDERS, signal, (value) =>
    change({ order: /** @type {Display["order"]} */ (value) }),
  );
  const severity = chooser("Severity", [], signal, (value) =>
    change({ severity: value === "" ? null : Number(value) }),
  );
  const unsort = element("button", "gw-table-button", { type: "button" }, "Unsort rows");
  unsort.addEventListener("click", () => change({ sortBy: null }), { signal });
  bar.append(modes, order.label, severity.label, unsort, menu(items, signal));

  return (display, severities) => {
    for (const { mode, button } of buttons) {
      button.setAttribute("aria-pressed", String(mode === display.mode));
    }
    order.select.value = display.order;
    severity.label.hidden = severities.length === 0;
    const options = severities.map(
      (value) => /** @type {const} */ ([String(value), String(value)]),
    );
    fill(severity.select, [["", "mean"], ...options]);
    severity.select.value = display.severity === null ? "" : String(display.severity);
    unsort.hidden = display.sortBy === null;
  };
}

/**
 * @param {string} name
 * @param {readonly (readonly [string, string])[]} options
 * @param {AbortSignal} signal
 * @param {(value: string) => void} chosen
 */
function chooser(name, options, signal, chosen) {
  const label = element("label", "gw-table-choice", {}, name);
  const select = element("select", "gw-table-select");
  fill(select, options);
  select.addEventListener("change", () => chosen(select.value), { signal });
  label.append(select);
  return { label, select };
}

/** @param {HTMLSelectElement} select @param {readonly (readonly [string, string])[]} options */
function fill(select, options) {
  select.replaceChildren(...options.map(([value, text]) => element("option", "", { value }, text)));
}

/** A button that opens a list of commands; Escape and leaving it close the list.
 * @param {Item[]} items @param {AbortSignal} signal */
function menu(items, signal) {
  const holder = element("div", "gw-table-menu");
  const opener = element("button", "gw-table-button", {
    type: "button",
    title: "Export",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
  });
  opener.textContent = "Export ▾";
  const list = element("div", "gw-table-items", { role: "menu" });
  list.hidden = true;
  /** @param {boolean} open */
  const show = (open) => {
    list.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
  };
  opener.addEventListener("click", () => show(list.hidden), { signal });
  for (const { label, run } of items) {
    const item = element("button", "gw-table-item", { type: "button", role: "menuitem" }, label);
    item.addEventListener(
      "click",
      () => {
        show(false);
        opener.focus();
        void run();
      },
      { signal },
    );
    list.append(item);
  }
  holder.addEventListener("keydown", (event) => moveInMenu(event, list, opener, show), { signal });
  holder.addEventListener(
    "focusout",
    (event) => {
      if (!holder.contains(/** @type {Node | null} */ (event.relatedTarget))) show(false);
    },
    { signal },
  );
  holder.append(opener, list);
  return holder;
}

/** @param {KeyboardEvent} event @param {HTMLElement} list @param {HTMLElement} opener
 * @param {(open: boolean) => void} show */
function moveInMenu(event, list, opener, show) {
  const items = /** @type {HTMLElement[]} */ ([...list.children]);
  const at = items.indexOf(/** @type {HTMLElement} */ (event.target));
  if (event.key === "Escape" && !list.hidden) {
    show(false);
    opener.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    show(true);
    const step = event.key === "ArrowDown" ? 1 : -1;
    items[(at + step + items.length) % items.length]?.focus();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

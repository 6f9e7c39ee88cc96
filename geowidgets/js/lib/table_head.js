// The sticky heading: one name a column, a button that sorts the rows by it, families above.

import { html } from "./elements.js";

/**
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {import("./table_rows.js").Column} Column
 */

/**
 * Fill the heading's row anew.
 * @param {HTMLElement} head
 * @param {Layout} layout
 */
export function headerRow(head, layout) {
  const { sizes, columns } = layout;
  head.style.width = `${sizes.width}px`;
  head.style.height = `${sizes.header}px`;
  head.classList.toggle("gw-table-upright", sizes.upright);
  const corner = html("div", { class: "gw-table-corner", role: "columnheader", tabindex: "-1" });
  corner.dataset.column = "-1";
  corner.style.width = `${sizes.head}px`;
  corner.append(html("span", { class: "gw-table-soft" }, cornerText(layout)));
  head.replaceChildren(corner, ...columns.map((column, index) => heading(layout, column, index)));
}

/** @param {Layout} layout */
function cornerText({ mode, shared }) {
  return [mode === "bars" ? "ratio rises →" : "", shared].filter((text) => text !== "").join(", ");
}

/** @param {Layout} layout @param {Column} column @param {number} index */
function heading({ sizes, columns, details, sortBy, descending }, column, index) {
  const sorted = column.key === sortBy;
  const first = index === 0 || columns[index - 1].family !== column.family;
  const { title } = column;
  const keys = column.kind === "benchmark" ? " Enter: only this benchmark." : "";
  const cell = html("div", {
    class: "gw-table-heading",
    role: "columnheader",
    tabindex: "-1",
    title: `${title} (${column.family})`,
    "aria-colindex": String(index + 2),
    "aria-label": `${title}.${keys} Space: sort rows by it.`,
  });
  if (sorted) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
  cell.classList.toggle("gw-table-long", /\S{10}/.test(column.label));
  cell.dataset.column = String(index);
  cell.style.width = `${sizes.column}px`;
  const text = html("span", { class: "gw-table-text" }, column.label);
  const detail = html("span", { class: "gw-table-soft gw-table-detail" }, details[index]);
  const button = html("button", {
    class: "gw-table-sort",
    type: "button",
    tabindex: "-1",
    title: `Sort rows by ${title}`,
    "aria-label": `Sort rows by ${title}`,
  });
  button.textContent = sorted && !descending ? "▲" : "▼";
  button.classList.toggle("gw-table-sorted", sorted);
  cell.append(text, detail, button);
  if (first) cell.append(familyBand(columns, index, sizes.column));
  return cell;
}

/** A line with the family's name above all neighbouring columns of the family.
 * @param {Column[]} columns @param {number} index @param {number} width of one column */
function familyBand(columns, index, width) {
  const { family } = columns[index];
  let end = index;
  while (end < columns.length && columns[end].family === family) end += 1;
  const room = (end - index) * width - 3;
  const text = family.length * 6.5 + 8 < room ? family : "";
  const band = html("span", { class: "gw-table-family", "aria-hidden": "true" }, text);
  band.style.width = `${room}px`;
  return band;
}

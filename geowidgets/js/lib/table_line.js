// The elements of one line of the grid: its row, its name, its cells.

import { html } from "./elements.js";
import { amount } from "./words.js";

/**
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_rows.js").RowLine} RowLine
 * @typedef {import("./table_geometry.js").Sizes} Sizes
 */

/** @param {Line} line @param {number} index @param {number} top pixels @param {Sizes} sizes */
export function lineElement(line, index, top, sizes) {
  const row = html("div", {
    class: `gw-table-line gw-table-${line.kind}`,
    role: "row",
    "aria-rowindex": String(index + 2),
  });
  row.style.top = `${top}px`;
  row.style.height = `${sizes[line.kind]}px`;
  row.dataset.line = String(index);
  return row;
}

/** @param {Line} line @param {Sizes} sizes */
export function lineName(line, sizes) {
  const text = line.kind === "group" ? line.architecture : line.label;
  const child = line.kind === "row" && line.child;
  const name = html("div", {
    class: `gw-table-name${child ? " gw-table-child" : ""}`,
    role: "rowheader",
    tabindex: "-1",
    title: text,
  });
  name.dataset.column = "-1";
  if (line.kind === "row" && line.repeats > 1) name.append(expander(line));
  name.append(html("span", { class: "gw-table-text" }, text));
  if (line.kind === "group") {
    const count = line.models.length;
    name.append(
      html("span", { class: "gw-table-soft" }, `${amount(count)} model${count === 1 ? "" : "s"}`),
    );
  } else {
    name.style.width = `${sizes.head}px`;
  }
  return name;
}

/** What opens a line's repeats; its own key is Space on the name.
 * @param {RowLine} line */
function expander({ label, repeats, open }) {
  const words = `${open ? "Hide" : "Show"} the ${repeats} repeats of ${label}`;
  const button = html("button", {
    class: "gw-table-expand",
    type: "button",
    tabindex: "-1",
    title: words,
    "aria-label": words,
    "aria-expanded": String(open),
  });
  button.textContent = open ? "▾" : "▸";
  return button;
}

/** @param {number} column @param {Sizes} sizes */
export function gridCell(column, sizes) {
  const cell = html("div", {
    class: "gw-table-cell",
    role: "gridcell",
    tabindex: "-1",
    "aria-colindex": String(column + 2),
  });
  cell.dataset.column = String(column);
  cell.style.left = `${sizes.head + column * sizes.column}px`;
  cell.style.width = `${sizes.column}px`;
  return cell;
}

// What the lines of a chart are.
import { html } from "./elements.js";

/** @typedef {[string, "area"|"line"|"dashed"|"diamond", string]} Entry colour, look, words */

/** @param {Entry} entry */
export function legendEntry([color, look, text]) {
  const mark = html("span", {
    class: `gw-chart-key gw-chart-key-${look}`,
    "aria-hidden": "true",
  });
  mark.style.color = color;
  return html("li", {}, mark, text);
}

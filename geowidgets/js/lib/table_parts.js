// The elements of the table, from top to bottom.
import { html } from "./elements.js";

/** @param {HTMLElement} root */
export function createParts(root) {
  const made = {
    bar: html("div", {
      class: "gw-bar gw-table-bar",
      role: "toolbar",
      "aria-label": "Evaluation table",
    }),
    problem: html("div", { class: "gw-error", role: "alert" }),
    scroll: html("div", {
      class: "gw-table-scroll",
      role: "grid",
      "aria-label": "Accuracy",
      "aria-multiselectable": "true",
    }),
    legend: html("div", { class: "gw-table-legend" }),
    status: html("div", { class: "gw-table-status", role: "status", "aria-live": "polite" }),
  };
  root.append(...Object.values(made));
  return made;
}

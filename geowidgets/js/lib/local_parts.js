// The elements that make up the local geometry view, still empty.
import { html, svg } from "./elements.js";
import { createViewParts } from "./view_parts.js";

export function createParts() {
  const parts = createViewParts("gw-local");
  const under = svg("svg", { class: "gw-local-under", "aria-hidden": "true" });
  const over = svg("svg", { class: "gw-local-over", role: "group", "aria-label": "classes" });
  const key = legend();
  return {
    ...parts,
    under,
    over,
    key,
    stage: html("div", { class: "gw-local-stage" }, over),
    body: html("div", { class: "gw-local-body" }),
    panelArea: html("div", { class: "gw-local-panels" }),
    line: html("div", { class: "gw-local-count" }, parts.count, key),
  };
}

function legend() {
  return html(
    "div",
    { class: "gw-local-legend" },
    html("span", {}, "correct"),
    html("span", { class: "gw-local-legend-wrong" }, "wrong"),
  );
}

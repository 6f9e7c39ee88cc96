// The elements that make up a weight graph, still empty.
import { html, svg } from "./elements.js";

export function createParts() {
  const hidden = { hidden: true };
  const edges = html("canvas", { class: "gw-weights-edges", "aria-hidden": "true" });
  const nodes = html("canvas", { class: "gw-weights-nodes", "aria-hidden": "true" });
  const over = svg("svg", {
    class: "gw-weights-over",
    role: "application",
    tabindex: 0,
    "aria-label":
      "Graph of the layer's units. Space plays the epochs, left and right step through them, " +
      "up and down walk over the units by norm, Enter selects one, C its component, " +
      "Escape clears the selection.",
  });
  const countFirst = html("strong");
  const countRest = html("span", { class: "gw-soft" });
  const progressText = html("span");
  const bar = html("progress", { max: 1 });
  return {
    edges,
    nodes,
    over,
    countFirst,
    countRest,
    progressText,
    bar,
    count: html("div", { class: "gw-weights-words", role: "status" }, countFirst, " ", countRest),
    note: html("div", { class: "gw-weights-note", ...hidden }),
    stage: html("div", { class: "gw-weights-stage" }, edges, nodes, over),
    side: html("div", { class: "gw-weights-side" }),
    body: html("div", { class: "gw-weights-body", ...hidden }),
    legend: html("div", { class: "gw-weights-legend" }),
    caption: html("div", { class: "gw-weights-caption gw-soft" }),
    spoken: html("div", { class: "gw-visually-hidden", "aria-live": "polite" }),
    empty: html("div", { class: "gw-empty", ...hidden }),
    error: html("div", { class: "gw-error", role: "alert", ...hidden }),
    progress: html(
      "div",
      { class: "gw-progress", role: "status", ...hidden },
      bar,
      " ",
      progressText,
    ),
  };
}

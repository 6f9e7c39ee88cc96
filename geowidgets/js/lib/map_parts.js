// The elements that make up the similarity map, still empty.
import { html, svg } from "./elements.js";

export function createParts() {
  const hidden = { hidden: true };
  const canvas = html("canvas", { class: "gw-map-canvas", "aria-hidden": "true" });
  const over = svg("svg", {
    class: "gw-map-over",
    role: "application",
    tabindex: 0,
    "aria-label":
      "Similarity map. Arrow keys move from point to point, Enter makes it the reference, " +
      "Shift and Enter the compared pair, Space selects it, plus and minus zoom, 0 shows all.",
  });
  const under = svg("svg", { class: "gw-map-under", "aria-hidden": "true" });
  const countFirst = html("strong");
  const countRest = html("span", { class: "gw-soft" });
  const progressText = html("span");
  const bar = html("progress", { max: 1 });
  return {
    canvas,
    over,
    under,
    countFirst,
    countRest,
    progressText,
    bar,
    cancel: html("button", { class: "gw-control", type: "button" }, "Cancel"),
    again: html("button", { class: "gw-control", type: "button" }, "Compute the map"),
    stage: html("div", { class: "gw-map-stage" }, under, canvas, over),
    side: html("div", { class: "gw-map-side" }),
    body: html("div", { class: "gw-map-body" }),
    note: html("div", { class: "gw-map-note", ...hidden }),
    empty: html("div", { class: "gw-empty", ...hidden }),
    count: html("div", { class: "gw-map-count", role: "status" }, countFirst, " ", countRest),
    spoken: html("div", { class: "gw-visually-hidden", "aria-live": "polite" }),
    caption: html("div", { class: "gw-map-caption gw-soft" }),
    stale: html("div", { class: "gw-map-stale", ...hidden }),
    error: html("div", { class: "gw-error", role: "alert", ...hidden }),
    progress: html("div", { class: "gw-progress gw-map-progress", role: "status", ...hidden }),
  };
}

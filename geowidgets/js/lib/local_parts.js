// The elements that make up the local geometry view, still empty.
import { html, svg } from "./elements.js";

export function createParts() {
  const under = svg("svg", { class: "gw-local-under", "aria-hidden": "true" });
  const over = svg("svg", { class: "gw-local-over", role: "group", "aria-label": "classes" });
  const countFirst = html("strong");
  const countRest = html("span", { class: "gw-soft" });
  const ghostText = html("span");
  const reapply = html("button", { class: "gw-control", type: "button" }, "Re-apply here");
  const progressText = html("span");
  const bar = html("progress", { max: 1 });
  const hidden = { hidden: true };
  const count = html(
    "div",
    { class: "gw-local-words", "aria-live": "polite" },
    countFirst,
    " ",
    countRest,
  );
  const key = legend();
  const parts = {
    under,
    over,
    countFirst,
    countRest,
    ghostText,
    reapply,
    progressText,
    bar,
    stage: html("div", { class: "gw-local-stage" }, over),
    empty: html("div", { class: "gw-empty", ...hidden }),
    body: html("div", { class: "gw-local-body" }),
    panelArea: html("div", { class: "gw-local-panels" }),
    count,
    key,
    line: html("div", { class: "gw-local-count" }, count, key),
    ghost: html("div", { class: "gw-local-ghost-note", ...hidden }, ghostText, " ", reapply),
    error: html("div", { class: "gw-error", role: "alert", ...hidden }),
    progress: html(
      "div",
      { class: "gw-progress", role: "status", ...hidden },
      bar,
      " ",
      progressText,
    ),
  };
  return {
    ...parts,
    /** @param {string} words instead of panels; "" shows these */
    say(words) {
      parts.empty.textContent = words;
      parts.empty.hidden = !words;
      parts.stage.hidden = Boolean(words);
    },
    /** @param {string} words above the panels, which stay; "" takes them away */
    showError(words) {
      parts.error.textContent = words;
      parts.error.hidden = !words;
    },
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

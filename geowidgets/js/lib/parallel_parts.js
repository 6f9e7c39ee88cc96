// The elements that make up the parallel coordinates view, still empty.
import { html, svg } from "./elements.js";

export function createParts() {
  const hidden = { hidden: true };
  const over = svg("svg", { class: "gw-parallel-over", role: "group", "aria-label": "axes" });
  const countFirst = html("strong");
  const countRest = html("span", { class: "gw-soft" });
  const count = html("div", { "aria-live": "polite" }, countFirst, " ", countRest);
  const legend = html("div", {
    class: "gw-parallel-legend",
    title: "Densities of reference and compared share a scale; that of the selected has its own.",
  });
  const ghostText = html("span");
  const reapply = html("button", { class: "gw-control", type: "button" }, "Re-apply here");
  const progressText = html("span");
  const bar = html("progress", { max: 1 });
  return {
    over,
    countFirst,
    countRest,
    count,
    legend,
    ghostText,
    reapply,
    progressText,
    bar,
    note: html("div", { class: "gw-parallel-note", ...hidden }),
    stage: html("div", { class: "gw-parallel-stage" }, over),
    area: html("div", { class: "gw-parallel-area-box" }),
    empty: html("div", { class: "gw-empty", ...hidden }),
    line: html("div", { class: "gw-parallel-count" }, count, legend),
    ghost: html("div", { class: "gw-parallel-ghost-note", ...hidden }, ghostText, " ", reapply),
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

/** What the colours mean. @param {HTMLElement} target
 * @param {{reference: string, compared: string|null, selected: boolean, lines: string}} what */
export function drawLegend(target, { reference, compared, selected, lines }) {
  const now = JSON.stringify([reference, compared, selected, lines]);
  if (target.dataset.shows === now) return;
  target.dataset.shows = now;
  /** @param {string} kind @param {string} text */
  const entry = (kind, text) =>
    html("span", { class: `gw-parallel-key-${kind}`, title: text }, text);
  const drawn = (/** @type {string} */ kind) =>
    compared && lines !== kind && lines !== "both" ? " (density)" : "";
  target.replaceChildren(
    entry("reference", `${reference}${drawn("reference")}`),
    ...(compared ? [entry("compared", `${compared}${drawn("compared")}`)] : []),
    ...(selected ? [entry("selected", "selected")] : []),
  );
}

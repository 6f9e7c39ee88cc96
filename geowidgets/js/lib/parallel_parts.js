// The elements that make up the parallel coordinates view, still empty.
import { html, svg } from "./elements.js";
import { createViewParts } from "./view_parts.js";

export function createParts() {
  const parts = createViewParts("gw-parallel");
  const over = svg("svg", { class: "gw-parallel-over", role: "group", "aria-label": "axes" });
  const legend = html("div", {
    class: "gw-parallel-legend",
    title: "Densities of reference and compared share a scale; that of the selected has its own.",
  });
  return {
    ...parts,
    over,
    legend,
    lacking: html(
      "div",
      { class: "gw-soft", hidden: true },
      'The store keeps no class angles; GeometryStore.compute(…, angles="all") adds their axes.',
    ),
    note: html("div", { class: "gw-parallel-note", hidden: true }),
    stage: html("div", { class: "gw-parallel-stage" }, over),
    area: html("div", { class: "gw-parallel-area-box" }),
    line: html("div", { class: "gw-parallel-count" }, parts.count, legend),
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

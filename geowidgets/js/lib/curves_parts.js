// The elements of the view.
import { html } from "./elements.js";
import { createViewParts } from "./view_parts.js";

const TITLES = {
  accuracy: "Accuracy over ratio",
  excess: "Excess error over ratio",
  noise: "Over noise",
};

/** @typedef {ReturnType<typeof createParts>} Parts */
/** @typedef {{box: HTMLElement, place: HTMLElement, over: HTMLElement, note: HTMLElement}} Panel */

/** @param {HTMLElement} root @param {boolean} noise whether there is a table over noise */
export function createParts(root, noise) {
  const shared = createViewParts("gw-curves");
  const names = /** @type {("accuracy"|"excess"|"noise")[]} */ (
    noise ? ["accuracy", "excess", "noise"] : ["accuracy", "excess"]
  );
  /** @type {Map<string, Panel>} */
  const panels = new Map(names.map((name) => [name, panel(name)]));
  const figures = html("div", { class: "gw-curves-figures" });
  figures.append(...[...panels.values()].map(({ box }) => box));
  const legend = html("div", { class: "gw-curves-legend" });
  const tip = html("div", { class: "gw-tip", hidden: true, "aria-hidden": "true" });
  const stage = html("div", { class: "gw-curves-stage" }, figures, legend, tip);
  const tools = html("div", { class: "gw-bar gw-curves-bar" });
  const spoken = html("div", { class: "gw-visually-hidden", "aria-live": "polite" });
  root.append(tools, shared.count, shared.error, shared.progress, shared.empty, stage, spoken);
  return { ...shared, tools, stage, figures, panels, legend, tip, spoken };
}

/** @param {keyof typeof TITLES} name @returns {Panel} */
function panel(name) {
  const place = html("div", { class: "gw-curves-place" });
  const over = html("div", {
    class: "gw-curves-over",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "chart",
    "aria-label": `${TITLES[name]}. Arrow keys go from point to point, Enter takes the reference, Shift and Enter the compared pair.`,
  });
  const note = html("div", { class: "gw-curves-note gw-soft", hidden: true });
  const box = html(
    "section",
    { class: `gw-curves-panel gw-curves-${name}`, "data-panel": name },
    html("h4", { class: "gw-curves-title" }, TITLES[name]),
    html("div", { class: "gw-curves-frame" }, place, over, note),
  );
  return { box, place, over, note };
}

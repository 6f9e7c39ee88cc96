// The elements of the stars' view, and its bar.
import { html, svg } from "./elements.js";
import { button, saveMenu, toggle } from "./view_buttons.js";

/** @typedef {ReturnType<typeof createStarParts>} StarParts */

export function createStarParts() {
  const over = svg("svg", {
    class: "gw-star-over",
    role: "application",
    tabindex: 0,
    "aria-label":
      "Two features of every sample. Arrow keys move from sample to sample, Space selects it, " +
      "Escape clears the selection.",
  });
  const countFirst = html("strong");
  const countRest = html("span", { class: "gw-soft" });
  return {
    over,
    countFirst,
    countRest,
    bar: html("div", { class: "gw-bar", role: "toolbar", "aria-label": "Latent star" }),
    chips: html("div", { class: "gw-bar-group gw-star-chips", role: "group" }),
    count: html("div", { class: "gw-view-words", role: "status" }, countFirst, " ", countRest),
    stage: html("div", { class: "gw-star-stage" }),
    error: html("div", { class: "gw-error", role: "alert", hidden: true }),
    tip: html("div", { class: "gw-tip gw-star-tip", hidden: true, "aria-hidden": "true" }),
    spoken: html("div", { class: "gw-visually-hidden", "aria-live": "polite" }),
  };
}

/** @param {HTMLElement} bar
 * @param {{change: (values: Record<string, unknown>) => void, clear: () => void,
 *   save: (kind: "png"|"svg") => void}} on */
export function fillBar(bar, { change, clear, save }) {
  const ways = ["lasso", "box"].map((name) => ({
    name,
    element: toggle(name === "lasso" ? "Lasso" : "Box", false, () => change({ gesture: name })),
  }));
  let on = true;
  const regions = toggle("Decision regions", true, () => change({ regions: !on }));
  const drop = button("Clear", clear, "drop this view's selection (Escape)");
  bar.append(
    html("div", { class: "gw-bar-group", role: "group", "aria-label": "dragging" }),
    regions,
    drop,
    html("div", { class: "gw-bar-end" }, saveMenu(save)),
  );
  bar.firstElementChild?.append(...ways.map((one) => one.element));
  return {
    /** @param {{gesture: string, regions: boolean}} shown @param {boolean} chosen */
    update(shown, chosen) {
      on = shown.regions;
      regions.setAttribute("aria-pressed", String(on));
      for (const { name, element } of ways) {
        element.setAttribute("aria-pressed", String(name === shown.gesture));
      }
      drop.disabled = !chosen;
    },
  };
}

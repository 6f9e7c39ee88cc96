// The controls above the curves: benchmark, accuracy or difference, margin, and saving.
import { percentage } from "./curves_words.js";
import { chooser, html } from "./elements.js";
import { readable } from "./table_rows.js";
import { createLists, saveMenu, toggle } from "./view_buttons.js";

const STEPS = 1000; // per mille, so that the slider's steps are whole numbers
/** @type {["accuracy"|"difference", string, string][]} */
const VALUES = [
  ["accuracy", "Accuracy", "Share of samples classified correctly"],
  ["difference", "Difference to dense", "Accuracy less that of the same repeat’s dense parent"],
];

/** @param {HTMLElement} bar
 * @param {{change: (update: Partial<import("./curves_scene.js").Display>) => void,
 *   benchmark: (b: number) => void, save: (kind: "png"|"svg") => void}} on */
export function createToolbar(bar, { change, benchmark, save }) {
  const values = html("div", { class: "gw-bar-group", role: "group", "aria-label": "Curves of" });
  const buttons = VALUES.map(([value, text, title]) => {
    const button = toggle(text, false, () => change({ value }), title);
    values.append(button);
    return { value, button };
  });
  const where = html("span", { class: "gw-bar-group" });
  const slider = html("input", {
    type: "range",
    min: 0,
    max: 50,
    step: 1,
    class: "gw-curves-delta",
    "aria-label": "Margin δ of the prune potential",
    oninput: () => change({ delta: Number(slider.value) / STEPS }),
  });
  const shown = html("output", { class: "gw-curves-delta-value" });
  const margin = html("label", { class: "gw-field" }, "δ", slider, shown);
  bar.append(
    where,
    values,
    margin,
    html("div", { class: "gw-bar-group gw-bar-end" }, saveMenu(save)),
  );
  /** @type {[import("./columns_hub.js").Directory, number]|null} */
  let now = null;
  const lists = createLists(
    where,
    () => JSON.stringify(now && [now[0].benchmarks.map(({ name }) => name), now[1]]),
    () => {
      if (!now) return;
      const options = now[0].benchmarks.map(
        ({ name }, b) => /** @type {[string, string]} */ ([`${b}`, readable(name)]),
      );
      where.replaceChildren(
        chooser("Benchmark", options, `${now[1]}`, (value) => benchmark(Number(value))),
      );
    },
  );

  /** @param {import("./columns_hub.js").Directory} directory
   * @param {import("./curves_scene.js").Display} display @param {number} reference */
  return (directory, display, reference) => {
    now = [directory, reference];
    lists();
    for (const { value, button } of buttons) {
      button.setAttribute("aria-pressed", String(value === display.value));
    }
    const text = percentage(display.delta);
    if (document.activeElement !== slider) slider.value = String(Math.round(display.delta * STEPS));
    slider.setAttribute("aria-valuetext", text);
    shown.textContent = text;
  };
}

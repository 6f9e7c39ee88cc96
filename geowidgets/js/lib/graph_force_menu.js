// The forces of the layout, each with a slider, and the way back to the defaults.
import { html } from "./elements.js";
import { DEFAULTS, FORCES } from "./graph_layout.js";
import { button, menu } from "./view_buttons.js";

/** @typedef {import("./graph_layout.js").Forces} Forces */

const WORDS = {
  charge: "charge",
  link: "link length",
  collision: "collision strength",
  radius: "collision radius",
  gravity: "gravity",
};

/** @param {() => {forces: Forces}} display @param {(update: {forces: Forces}) => void} change
 * @param {() => void} shake */
export function createForceMenu(display, change, shake) {
  const rows = /** @type {(keyof Forces)[]} */ (Object.keys(FORCES)).map((name) => {
    const [min, , max, step] = FORCES[name];
    const value = html("output");
    const slider = html("input", {
      type: "range",
      min,
      max,
      step,
      oninput: () => change({ forces: { ...forces(), [name]: Number(slider.value) } }),
    });
    return {
      name,
      slider,
      value,
      element: html(
        "label",
        { class: "gw-weights-force" },
        html("span", {}, WORDS[name]),
        slider,
        value,
      ),
    };
  });
  const forces = () => ({ ...DEFAULTS, ...display().forces });
  const element = menu("Forces", [
    ...rows.map((row) => row.element),
    button("Shake", shake, "warm the layout up"),
    button(
      "Reset",
      () => change({ forces: DEFAULTS }),
      "charge −30, link 30, collision 0.7 × 12, gravity 0.03",
    ),
  ]);
  element.classList.add("gw-weights-forces");
  return {
    element,
    update() {
      const now = forces();
      for (const { name, slider, value } of rows) {
        slider.value = String(now[name]);
        value.value = String(now[name]).replace("-", "−");
      }
    },
  };
}

// The controls above the map.
import { chooser, html } from "./elements.js";

/** @typedef {{color: string, shape: string, ratio: string, gesture: string}} Display */

const COLORS = /** @type {[string, string][]} */ ([
  ["method", "method"],
  ["architecture", "architecture"],
  ["benchmark", "benchmark"],
  ["family", "family of corruptions"],
  ["ratio", "weights removed"],
  ["distance", "distance to the reference"],
]);
const RATIOS = /** @type {[string, string][]} */ ([
  ["size", "as size"],
  ["lightness", "as lightness"],
  ["none", "not shown"],
]);
const SHAPES = /** @type {[string, string][]} */ ([
  ["architecture", "architecture"],
  ["method", "method"],
  ["none", "one for all"],
]);
const GESTURES = /** @type {[string, string, string][]} */ ([
  ["lasso", "Lasso", "drag around points; Shift adds, Alt takes away"],
  ["box", "Box", "drag a box around points; Shift adds, Alt takes away"],
  ["pan", "Pan", "drag to move the map, wheel to zoom"],
]);

/** @param {{change: (display: Partial<Display>) => void, zoom: (factor: number) => void,
 *   fit: () => void, clear: () => void, undo: () => void, save: (kind: "png"|"svg") => void}}
 *   options */
export function createToolbar({ change, zoom, fit, clear, undo, save }) {
  const gestures = GESTURES.map(([name, text, title]) => ({
    name,
    element: button(text, () => change({ gesture: name }), title),
  }));
  const lists = {
    color: chooser("Colour", COLORS, "method", (color) => change({ color })),
    shape: chooser("Mark", SHAPES, "architecture", (shape) => change({ shape })),
    ratio: chooser("Weights left", RATIOS, "size", (ratio) => change({ ratio })),
  };
  const element = html(
    "div",
    { class: "gw-bar gw-map-bar", role: "toolbar", "aria-label": "Similarity map" },
    html(
      "div",
      { class: "gw-bar-group", role: "group", "aria-label": "dragging" },
      ...gestures.map((one) => one.element),
    ),
    html(
      "div",
      { class: "gw-bar-group", role: "group", "aria-label": "zoom" },
      button("−", () => zoom(1 / 1.5), "farther (−)"),
      button("+", () => zoom(1.5), "nearer (+, Ctrl and wheel)"),
      button("Fit", fit, "show all points (0)"),
    ),
    html("div", { class: "gw-bar-group" }, ...Object.values(lists)),
    html(
      "div",
      { class: "gw-bar-group gw-bar-end" },
      button("Clear", clear, "drop what is selected in the map (Escape)"),
      button("Undo", undo, "undo the last selection step (Ctrl+Z)"),
      saveMenu(save),
    ),
  );

  return {
    element,
    /** @param {Display} display */
    update(display) {
      for (const { name, element: one } of gestures) {
        one.setAttribute("aria-pressed", String(name === display.gesture));
      }
      for (const name of /** @type {const} */ (["color", "shape", "ratio"])) {
        const list = lists[name].querySelector("select");
        if (list) list.value = display[name];
      }
    },
  };
}

/** @param {string} text @param {() => void} pressed @param {string} title */
function button(text, pressed, title) {
  return html("button", { class: "gw-control", type: "button", title, onclick: pressed }, text);
}

/** @param {(kind: "png"|"svg") => void} save */
function saveMenu(save) {
  const menu = html(
    "details",
    { class: "gw-menu" },
    html("summary", { class: "gw-control" }, "Save"),
  );
  const item = (/** @type {"png"|"svg"} */ kind) =>
    button(
      kind.toUpperCase(),
      () => {
        menu.open = false;
        save(kind);
      },
      "",
    );
  menu.append(html("div", { class: "gw-menu-items" }, item("png"), item("svg")));
  return menu;
}

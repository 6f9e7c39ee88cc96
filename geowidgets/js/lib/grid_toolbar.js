// The controls above the grid.
import { chooser, html } from "./elements.js";
import { METHOD_NAMES } from "./grid_words.js";

/** @typedef {{window: number|null, stride: number|null, fill: string, margin: string,
 *   contrast: string[], opacity: number}} Display */
/** @typedef {{text: string, back: boolean, on: boolean}} Turn */

const BESIDE = /** @type {[string, string][]} */ ([
  ["", "nothing"],
  ["gradient_x_input", METHOD_NAMES.gradient_x_input],
  ["integrated_gradients", METHOD_NAMES.integrated_gradients],
  ["gradient_x_input integrated_gradients", "both gradients"],
]);

/** @param {{display: () => Display, change: (update: Partial<Display>) => void,
 *   turn: (by: number) => void, save: (kind: "png"|"svg") => void}} options */
export function createToolbar({ display, change, turn, save }) {
  const back = button("‹", () => turn(-1), "the sample before ([ or Page up)");
  const on = button("›", () => turn(1), "the next sample (] or Page down)");
  const where = html("span", { class: "gw-grid-where" });
  const patch = numberField("Patch", "side of the hidden patch in pixels", (window) =>
    change({ window }),
  );
  const stride = numberField("Stride", "pixels between patches", (value) =>
    change({ stride: value }),
  );
  const opacity = html("input", {
    ...{ type: "range", min: 0, max: 1, step: 0.05, class: "gw-grid-opacity" },
    "aria-label": "opacity of the maps over the image",
    oninput: () => change({ opacity: Number(opacity.value) }),
  });
  const lists = html("div", { class: "gw-bar-group" });
  const element = html(
    "div",
    { class: "gw-bar", role: "toolbar", "aria-label": "Attribution grid" },
    html("div", { class: "gw-bar-group" }, back, where, on),
    html("div", { class: "gw-bar-group" }, patch.element, stride.element),
    lists,
    html("label", { class: "gw-field" }, html("span", {}, "Map over image"), opacity),
    html("div", { class: "gw-bar-group gw-bar-end" }, saveMenu(save)),
  );

  function drawLists() {
    const { fill, margin, contrast } = display();
    lists.replaceChildren(
      chooser(
        "Hide by",
        [
          ["mean", "mean"],
          ["zero", "black"],
          ["blur", "blur"],
        ],
        fill,
        (value) => change({ fill: value }),
      ),
      chooser(
        "Margin",
        [
          ["predicted", "predicted class"],
          ["true", "true class"],
          ["signed", "signed"],
        ],
        margin,
        (value) => change({ margin: value }),
      ),
      chooser("Beside", BESIDE, contrast.join(" "), (value) =>
        change({ contrast: value ? value.split(" ") : [] }),
      ),
    );
  }

  return {
    element,
    /** @param {Turn} where_ @param {{window: number|null, stride: number|null, side: number}} made
     * what the default comes to, and the largest patch */
    update(where_, made) {
      where.textContent = where_.text;
      back.disabled = !where_.back;
      on.disabled = !where_.on;
      const now = display();
      patch.update(now.window, made.window, made.side);
      stride.update(now.stride, made.stride, made.side);
      if (Number(opacity.value) !== now.opacity) opacity.value = String(now.opacity);
      const { activeElement } = /** @type {Document|ShadowRoot} */ (element.getRootNode());
      // A list that is being used must not be replaced under the user's hands.
      if (lists.contains(activeElement)) {
        activeElement?.addEventListener("blur", drawLists, { once: true });
      } else drawLists();
    },
  };
}

/** A number of pixels, or nothing for the default.
 * @param {string} name @param {string} title @param {(value: number|null) => void} changed */
function numberField(name, title, changed) {
  const apply = () => {
    const value = input.value === "" ? null : Number(input.value);
    const valid = value === null || (Number.isInteger(value) && value >= 1 && value <= limit);
    input.setAttribute("aria-invalid", String(!valid));
    if (valid) changed(value);
  };
  const input = html("input", {
    ...{ type: "number", min: 1, step: 1, class: "gw-control gw-grid-number", title },
    onchange: apply,
    // JupyterLab takes Enter from the field, which then tells of no change before it is left.
    onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && apply(),
  });
  let limit = Infinity;
  return {
    element: html("label", { class: "gw-field" }, html("span", {}, name), input),
    /** @param {number|null} value @param {number|null} made @param {number} most */
    update(value, made, most) {
      limit = most || Infinity;
      if (most) input.max = String(most);
      input.placeholder = made ? String(made) : "auto";
      const { activeElement } = /** @type {Document|ShadowRoot} */ (input.getRootNode());
      if (activeElement !== input) {
        input.value = value === null ? "" : String(value);
        input.setAttribute("aria-invalid", "false");
      }
    },
  };
}

/** @param {string} text @param {() => void} pressed @param {string} [title] */
function button(text, pressed, title = "") {
  const name = title ? { title, "aria-label": title } : {};
  return html("button", { class: "gw-control", type: "button", onclick: pressed, ...name }, text);
}

/** @param {(kind: "png"|"svg") => void} save */
function saveMenu(save) {
  const menu = html(
    "details",
    { class: "gw-menu" },
    html("summary", { class: "gw-control" }, "Save"),
  );
  /** @param {"png"|"svg"} kind @param {string} text */
  const item = (kind, text) =>
    button(text, () => {
      menu.open = false;
      save(kind);
    });
  menu.append(html("div", { class: "gw-menu-items" }, item("png", "PNG"), item("svg", "SVG")));
  return menu;
}

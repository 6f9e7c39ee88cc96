// The controls above a weight graph: time, cut-off, kernel, colours, forces.
import { chooser, html } from "./elements.js";
import { edgeWeight, innerProduct } from "./graph_edges.js";
import { createForceMenu } from "./graph_force_menu.js";
import { button, saveMenu } from "./view_buttons.js";

/** @typedef {import("./graph_view.js").Display} Display */

const SPEEDS = [0.5, 1, 2, 4, 8, 16, 30];
const KERNELS = /** @type {[string, string][]} */ ([
  ["tool", "tool"],
  ["report", "report"],
]);
const KINDS = /** @type {[string, string][]} */ ([
  ["weights", "weights"],
  ["outputs", "outputs"],
]);

/** @param {{display: () => Display, change: (update: Partial<Display>) => void,
 *   cut: (limit: number, transient: boolean) => void, sigma: () => number, play: () => void,
 *   show: (k: number) => void, epochs: number[], layers: number, kinds: string[],
 *   clear: () => void, shake: () => void, save: (kind: "png"|"svg") => void}} options */
export function createToolbar(options) {
  const { display, change, cut, sigma, play, show, epochs, layers, kinds } = options;
  const playing = button("▶ Play", play, "run through the epochs (Space)");
  playing.classList.add("gw-weights-play");
  const time = html("input", {
    class: "gw-weights-slider",
    type: "range",
    min: 0,
    max: epochs.length - 1,
    step: 1,
    "aria-label": "epoch",
    oninput: () => show(Number(time.value)),
  });
  const number = html("output", { class: "gw-weights-epoch" });
  const speed = chooser(
    "Speed",
    SPEEDS.map((value) => [String(value), `${value} a second`]),
    "4",
    (value) => change({ speed: Number(value) }),
  );
  const slide = html("input", {
    class: "gw-weights-slider",
    type: "range",
    min: -0.2,
    max: 1,
    step: 0.005,
    "aria-label": "inner product at the cut-off",
    oninput: () => cut(Number(slide.value), true),
    onchange: () => cut(Number(slide.value), false),
  });
  const product = field("inner product at the cut-off", -1, (value) => cut(value, false));
  const weight = field("cut-off on the edge weight", 0.001, (value) =>
    cut(Math.max(-1, innerProduct(display().kernel, sigma(), value)), false),
  );
  const kernel = chooser("Kernel", KERNELS, "tool", (value) => change({ kernel: value }));
  const kind = chooser("Alike in", KINDS, "weights", (value) => change({ kind: value }));
  const color = chooser(
    "Colour",
    [
      ["component", "component"],
      ...(layers > 1 ? [/** @type {[string, string]} */ (["layer", "layer"])] : []),
      ["turn", "turn"],
    ],
    "component",
    (value) => change({ color: value }),
  );
  const forces = createForceMenu(display, change, options.shake);
  const element = html(
    "div",
    { class: "gw-bar gw-weights-bar", role: "toolbar", "aria-label": "Weight graph" },
    html(
      "div",
      { class: "gw-bar-group", role: "group", "aria-label": "time" },
      playing,
      time,
      number,
      speed,
    ),
    html(
      "div",
      { class: "gw-bar-group", role: "group", "aria-label": "cut-off" },
      html("label", { class: "gw-field" }, html("span", {}, "Cut-off"), weight),
      html("label", { class: "gw-field" }, html("span", {}, "= inner product"), product),
      slide,
    ),
    html("div", { class: "gw-bar-group" }, kernel, ...(kinds.length > 1 ? [kind] : []), color),
    html(
      "div",
      { class: "gw-bar-group gw-bar-end" },
      forces.element,
      button("Clear", options.clear, "drop the selected units (Escape)"),
      saveMenu(options.save),
    ),
  );

  return {
    element,
    /** @param {number} at place of the epoch @param {string} shown what colours tell */
    update(at, shown) {
      const now = display();
      const alone = epochs.length < 2;
      playing.disabled = time.disabled = alone;
      playing.textContent = now.playing ? "❚❚ Pause" : "▶ Play";
      playing.setAttribute("aria-pressed", String(now.playing));
      time.value = String(at);
      time.setAttribute("aria-valuetext", `epoch ${epochs[at]}`);
      number.value = `epoch ${epochs[at]} / ${epochs[epochs.length - 1]}`;
      const limit = now.inner_product;
      slide.value = String(limit);
      put(product, trimmed(limit));
      put(weight, trimmed(edgeWeight(now.kernel, sigma(), limit)));
      speedValue(speed, now.speed);
      select(kernel, now.kernel);
      select(kind, now.kind);
      select(color, shown);
      forces.update();
    },
  };
}

/** @param {number} value */
const trimmed = (value) => (value > 0.999 && value < 1 ? value.toFixed(6) : value.toFixed(3));

/** @param {HTMLLabelElement} list @param {number} value */
function speedValue(list, value) {
  const element = list.querySelector("select");
  if (!element) return;
  if (![...element.options].some((option) => Number(option.value) === value)) {
    element.append(html("option", { value }, `${value} a second`));
  }
  element.value = String(value);
}

/** @param {HTMLLabelElement} list @param {string} value */
function select(list, value) {
  const element = list.querySelector("select");
  if (element) element.value = value;
}

/** A number being typed is left alone. @param {HTMLInputElement} input @param {string} value */
function put(input, value) {
  const root = /** @type {Document|ShadowRoot} */ (input.getRootNode());
  if (root.activeElement !== input) input.value = value;
}

/** @param {string} label @param {number} least @param {(value: number) => void} changed */
function field(label, least, changed) {
  const input = html("input", {
    class: "gw-control gw-number",
    type: "number",
    min: least,
    max: 1,
    step: "any",
    "aria-label": label,
    onchange: take,
    // Hosts may keep Enter's own effect from a field.
    onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && take(),
  });
  function take() {
    const value = input.valueAsNumber;
    if (value >= least && value <= 1) changed(value);
  }

  return input;
}

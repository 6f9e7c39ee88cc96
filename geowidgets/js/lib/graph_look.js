// Colours of the units, and what they mean. No DOM.
import { groupColors, mixed, rampColor } from "./map_palette.js";

/** @typedef {import("./theme.js").Rgba} Rgba */
/** @typedef {{color: Rgba, text: string}} Entry */
/** @typedef {{colors: Rgba[], legend: Entry[], ramp: [string, string, Rgba[]]|null}} Look */

const COMPONENTS = 6; // that have a colour of their own
const LAYERS = /** @type {const} */ ({
  light: [
    [201, 60, 32, 1],
    [47, 111, 174, 1],
  ],
  dark: [
    [255, 138, 102, 1],
    [125, 184, 240, 1],
  ],
});
const GREY = /** @type {const} */ ({ light: [138, 147, 157, 1], dark: [134, 145, 158, 1] });

/** What colours tell where nothing was chosen. @param {string} color @param {number} layers */
export const chosenColor = (color, layers) =>
  color === "auto" ? (layers > 1 ? "layer" : "component") : color;

/** @param {import("./graph_scene.js").Scene} scene @param {import("./graph_data.js").GraphData} data
 * @param {string} color @param {boolean} dark @returns {Look} */
export function lookOf(scene, data, color, dark) {
  const theme = dark ? "dark" : "light";
  if (color === "layer") {
    const two = /** @type {Rgba[]} */ (/** @type {unknown} */ (LAYERS[theme]));
    return {
      colors: Array.from(data.layerOf, (layer) => two[layer]),
      legend: data.layers.map(({ name }, k) => ({ color: two[k], text: name })),
      ramp: null,
    };
  }
  if (color === "turn") {
    // Shades for the turns that there are.
    const least = Math.min(0.9, Math.floor(data.farthest * 10) / 10);
    const at = (/** @type {number} */ turn) => rampColor((1 - turn) / (1 - least), dark);
    return {
      colors: Array.from(scene.turns, (turn) => at(Number.isNaN(turn) ? 1 : turn)),
      legend: [],
      ramp: [
        "cosine to the initial weight 1",
        least.toFixed(1).replace("-", "−"),
        [at(1), at(least)],
      ],
    };
  }
  return components(scene, dark, /** @type {Rgba} */ (/** @type {unknown} */ (GREY[theme])));
}

/** @param {import("./graph_scene.js").Scene} scene @param {boolean} dark @param {Rgba} grey
 * @returns {Look} */
function components({ labels, sizes }, dark, grey) {
  const hues = groupColors(COMPONENTS, dark);
  const own = sizes.filter((size, k) => size > 1 && k < COMPONENTS).length;
  const other = mixed(grey, dark ? [255, 255, 255, 1] : [0, 0, 0, 1], 0.35);
  const colorOf = (/** @type {number} */ label) =>
    label >= 0 && label < own ? hues[label] : sizes[label] > 1 ? other : grey;
  const legend = Array.from({ length: own }, (_, k) => ({
    color: hues[k],
    text: `${k ? `${k + 1}.` : "largest"} component (${sizes[k]})`,
  }));
  const rest = sizes.filter((size, k) => size > 1 && k >= own).length;
  const single = sizes.filter((size) => size === 1).length;
  if (rest) legend.push({ color: other, text: `${rest} smaller` });
  if (single) legend.push({ color: grey, text: `single units (${single})` });
  return { colors: Array.from(labels, colorOf), legend, ramp: null };
}

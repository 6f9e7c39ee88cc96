// Several figures of the page as one SVG: each where it stands, under the sentence and the legend.
import { svg } from "./elements.js";
import { toSvg } from "./picture.js";
import { measureIn } from "./print_words.js";

/** @typedef {import("./chart_frame_view.js").Shown} Shown */

const LINE = 20;

/** @param {HTMLElement} box @param {Pick<Shown, "words"|"legend">} shown */
export function chartPicture(box, { words, legend }) {
  const area = box.querySelector(".gw-charts-figures");
  const layers = /** @type {SVGSVGElement[]} */ ([...box.querySelectorAll(".gw-chart > svg")]);
  if (!area || !layers.length) throw new Error("there is no figure to save yet");
  const { left, top, width, height } = area.getBoundingClientRect();
  const keys = drawLegend(legend, width, `12px ${getComputedStyle(box).fontFamily}`);
  // Their looks are read from the page, so the legend must be in it.
  area.append(keys.element);
  const lent = layers.map((layer) => place(layer, left, top - keys.height));
  try {
    return toSvg([keys.element, ...layers], {
      background: getComputedStyle(box).backgroundColor,
      size: { width, height: height + keys.height },
      words,
    });
  } finally {
    keys.element.remove();
    for (const restore of lent) restore();
  }
}

/** Give a figure its place within the picture; in the page these attributes change nothing.
 * @param {SVGSVGElement} layer @param {number} left @param {number} top */
function place(layer, left, top) {
  const box = layer.getBoundingClientRect();
  const values = { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
  const before = Object.keys(values).map((name) => [name, layer.getAttribute(name)]);
  for (const [name, value] of Object.entries(values)) layer.setAttribute(name, String(value));
  return () => {
    for (const [name, value] of before) {
      if (value === null) layer.removeAttribute(/** @type {string} */ (name));
      else layer.setAttribute(/** @type {string} */ (name), value);
    }
  };
}

/** @param {Shown["legend"]} legend @param {number} width @param {string} font */
function drawLegend(legend, width, font) {
  const measure = measureIn(font);
  let x = 8;
  let y = 14;
  const nodes = legend.flatMap(([color, look, words]) => {
    const room = 46 + measure(words);
    if (x + room > width && x > 8) {
      x = 8;
      y += LINE;
    }
    const at = x;
    x += room;
    const text = svg("text", { x: at + 28, y: y + 4, class: "gw-chart-print" }, words);
    return [key(color, look, at, y), text];
  });
  const height = y + LINE;
  return { element: svg("svg", { class: "gw-chart-prints", width, height }, ...nodes), height };
}

/** @param {string} color @param {string} look @param {number} x @param {number} y */
function key(color, look, x, y) {
  const made =
    look === "area"
      ? svg("rect", { x, y: y - 5, width: 22, height: 10, "fill-opacity": 0.5 })
      : look === "diamond"
        ? svg("path", { d: `M${x + 11} ${y - 6}l6 6l-6 6l-6 -6z` })
        : svg("path", {
            d: `M${x} ${y}h22`,
            "stroke-width": 2,
            "stroke-dasharray": look === "dashed" ? "5 4" : null,
          });
  made.style.setProperty(look === "area" || look === "diamond" ? "fill" : "stroke", color);
  return made;
}

// The figures side by side with their titles and a legend, as one SVG or PNG.
import { STYLES } from "./curves_marks.js";
import { svg } from "./elements.js";
import { printWords, selfContained } from "./picture.js";
import { measureIn } from "./print_words.js";
import { readable } from "./table_rows.js";

const TITLE = 24; // CSS pixels
const LINE = 18;

/** Which line is which benchmark. @param {import("./curves_scene.js").Scene} scene
 * @param {{name: string}[]} benchmarks */
function lineWords({ shown }, benchmarks) {
  const names = shown.map((b, slot) => {
    const style = STYLES[slot % STYLES.length].replace("_", "-");
    return `${style}: ${readable(benchmarks[b].name)}`;
  });
  return `Lines: ${names.join(", ")}.`;
}

/** @param {{root: HTMLElement, parts: import("./curves_parts.js").Parts,
 *   scene: import("./curves_scene.js").Scene, benchmarks: {name: string}[]}} what
 * @returns {import("./picture.js").Print} */
export function printCurves({ root, parts, scene, benchmarks }) {
  const look = getComputedStyle(root);
  const font = { fill: look.color, "font-family": look.fontFamily };
  const picture = svg("svg", { xmlns: "http://www.w3.org/2000/svg" });
  let [left, height] = [0, 0];
  for (const { box, place } of parts.panels.values()) {
    const layers = [...place.querySelectorAll("svg.svg-background, svg.svg-figure")];
    const drawn = layers.filter((layer) => layer instanceof SVGSVGElement);
    if (!drawn.length) continue;
    const { width, height: own } = place.getBoundingClientRect();
    const copies = drawn.map((layer) => {
      const copy = selfContained(layer);
      for (const [name, value] of Object.entries({ x: left, y: TITLE, width, height: own })) {
        copy.setAttribute(name, String(value));
      }
      copy.removeAttribute("style");
      return copy;
    });
    const title = box.querySelector("h4")?.textContent ?? "";
    const words = { ...font, x: left + 8, y: 17, "font-size": 13, "font-weight": 600 };
    picture.append(svg("text", words, title), ...copies);
    left += width;
    height = Math.max(height, TITLE + own);
  }
  const rows = scene.rows.filter(({ hidden }) => !hidden);
  const measure = measureIn(`12px ${look.fontFamily}`);
  let [x, y] = [0, height + LINE];
  for (const { name, color } of rows) {
    const wide = 52 + measure(readable(name));
    if (x > 0 && x + wide > left) [x, y] = [0, y + LINE];
    picture.append(
      svg("rect", { x: x + 12, y: y - 9, width: 20, height: 8, rx: 2, fill: color }),
      svg("text", { ...font, x: x + 40, y, "font-size": 12 }, readable(name)),
    );
    x += wide;
  }
  const words = [parts.count.textContent ?? "", lineWords(scene, benchmarks)].join(" ");
  const foot = printWords(words, left, look, { left: 12, top: y + 4, size: 12 });
  picture.append(...foot.nodes);
  const size = { width: Math.ceil(left), height: Math.ceil(y + foot.height + LINE) };
  picture.prepend(svg("rect", { ...size, fill: look.backgroundColor }));
  for (const [name, value] of Object.entries(size)) picture.setAttribute(name, String(value));
  picture.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  return { text: new XMLSerializer().serializeToString(picture), name: "prune-curves" };
}

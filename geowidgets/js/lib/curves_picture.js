// The figures side by side with their titles and a legend, as one SVG or PNG.
import { svg } from "./elements.js";
import { offer, selfContained, svgBlob, toPng } from "./picture.js";
import { readable } from "./table_rows.js";

const TITLE = 24; // CSS pixels
const LINE = 18;

/** @param {{root: HTMLElement, parts: import("./curves_parts.js").Parts,
 *   scene: import("./curves_scene.js").Scene, kind: "png"|"svg"}} what */
export async function saveCurves({ root, parts, scene, kind }) {
  const look = getComputedStyle(root);
  const font = { fill: look.color, "font-family": look.fontFamily };
  const picture = svg("svg", { xmlns: "http://www.w3.org/2000/svg" });
  let [left, height] = [0, 0];
  for (const { box, place } of parts.panels.values()) {
    const drawn = place.querySelector("svg.svg-figure");
    if (!(drawn instanceof SVGSVGElement)) continue;
    const copy = selfContained(drawn);
    const { width, height: own } = drawn.getBoundingClientRect();
    for (const [name, value] of Object.entries({ x: left, y: TITLE, width, height: own })) {
      copy.setAttribute(name, String(value));
    }
    copy.setAttribute("style", "");
    const title = box.querySelector("h4")?.textContent ?? "";
    const words = { ...font, x: left + 8, y: 17, "font-size": 13, "font-weight": 600 };
    picture.append(svg("text", words, title), copy);
    left += width;
    height = Math.max(height, TITLE + own);
  }
  const rows = scene.rows.filter(({ hidden }) => !hidden);
  rows.forEach(({ name, color }, k) => {
    const y = height + (k + 1) * LINE;
    picture.append(
      svg("rect", { x: 12, y: y - 9, width: 20, height: 8, rx: 2, fill: color }),
      svg("text", { ...font, x: 40, y, "font-size": 12 }, readable(name)),
    );
  });
  const foot = height + (rows.length + 1) * LINE;
  picture.append(
    svg("text", { ...font, x: 12, y: foot, "font-size": 12 }, parts.count.textContent ?? ""),
  );
  const size = { width: Math.ceil(left), height: Math.ceil(foot + LINE / 2) };
  picture.prepend(svg("rect", { ...size, fill: look.backgroundColor }));
  for (const [name, value] of Object.entries(size)) picture.setAttribute(name, String(value));
  picture.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  const text = new XMLSerializer().serializeToString(picture);
  offer(kind === "svg" ? svgBlob(text) : await toPng(text), `prune-curves.${kind}`);
}

// What lies under the points, the trees, and on top of them: rings, numbers, the lasso.
import { html, svg } from "./elements.js";
import { css } from "./map_palette.js";

/** @typedef {import("./theme.js").Rgba} Rgba */
/** @typedef {import("./map_tree.js").Tree} Tree */
/** @typedef {{tree: Tree, color: Rgba|"a"|"b"}} Drawn */
/** @typedef {{x: Float32Array, y: Float32Array}} Places */

/** @param {SVGSVGElement} over @param {SVGSVGElement} under */
export function createOverlay(over, under) {
  const area = svg("rect", { class: "gw-map-area", "data-panel": 0 });
  const trees = svg("g", { class: "gw-map-trees" });
  const rings = svg("g", { class: "gw-map-rings" });
  const numbers = svg("g", { class: "gw-map-numbers", "aria-hidden": "true" });
  const drag = svg("path", { class: "gw-map-drag", visibility: "hidden" });
  /** What the rings were drawn from. @type {unknown[]} */
  let ringed = [];
  under.append(trees);
  over.append(area, rings, numbers, drag);

  return {
    /** @param {number} width @param {number} height */
    resize(width, height) {
      for (const node of [over, under, area]) {
        node.setAttribute("width", String(width));
        node.setAttribute("height", String(height));
      }
      over.setAttribute("viewBox", `0 0 ${width} ${height}`);
    },
    /** @param {Places} at @param {Drawn[]} drawn */
    trees(at, drawn) {
      if (!drawn.length && !trees.firstChild) return; // as at most moves of a lasso
      trees.replaceChildren(
        ...drawn.flatMap(({ tree, color }, k) => {
          const d = path(at, tree);
          const named = typeof color === "string";
          const style = named ? null : `stroke:${css(color)}`;
          const own = named ? ` gw-map-tree-${color}` : "";
          return [svg("path", { class: `gw-map-tree${own}`, d, style, "data-tree": k })];
        }),
      );
    },
    /** @param {Places} at @param {{reference: number, compared: number, cursor: number,
     *   hovered: number}} points −1 where there is none @param {Float32Array} radius */
    rings(at, points, radius) {
      const now = [at, radius, ...Object.values(points)];
      if (ringed.length && now.every((one, k) => one === ringed[k])) return;
      ringed = now;
      rings.replaceChildren(
        ...Object.entries(points).flatMap(([name, i]) => {
          if (i < 0) return [];
          const wide = { reference: 5, compared: 5, cursor: 8, hovered: 3 }[name] ?? 4;
          const place = { cx: at.x[i], cy: at.y[i], r: radius[i] + wide };
          const ring = svg("circle", { class: `gw-map-${name}`, ...place, "data-point": i });
          if (name !== "reference" && name !== "compared") return [ring];
          return [svg("circle", { class: "gw-map-ring-paper", ...place }), ring];
        }),
      );
    },
    /** @param {import("./map_labels.js").Label[]} labels */
    numbers(labels) {
      if (!labels.length && !numbers.firstChild) return;
      numbers.replaceChildren(
        ...labels.map(({ text, x, y, point }) =>
          svg("text", { class: "gw-map-number", x, y: y + 4, "data-point": point }, text),
        ),
      );
    },
    /** @param {[number, number][]|null} points @param {boolean} box */
    drag(points, box) {
      drag.setAttribute("visibility", points ? "visible" : "hidden");
      if (!points) return;
      const [[x0, y0], [x1, y1]] = [points[0], points[points.length - 1]];
      const outline = box ? `M${x0} ${y0}H${x1}V${y1}H${x0}Z` : `M${points.join("L")}Z`;
      drag.setAttribute("d", outline);
    },
  };
}

/** @param {Places} at @param {Tree} tree */
function path({ x, y }, { edges }) {
  const parts = [];
  for (let k = 0; k < edges.length; k += 2) {
    const [a, b] = [edges[k], edges[k + 1]];
    parts.push(`M${x[a].toFixed(1)} ${y[a].toFixed(1)}L${x[b].toFixed(1)} ${y[b].toFixed(1)}`);
  }
  return parts.join("");
}

/** What a point is, while the pointer is over it. @param {HTMLElement} stage */
export function createTip(stage) {
  const element = html("div", { class: "gw-tip gw-map-tip", hidden: true, "aria-hidden": "true" });
  stage.append(element);
  return {
    /** @param {{title: string, lines: [string, string][]}|null} words
     * @param {[number, number]} at */
    show(words, [x, y]) {
      element.hidden = !words;
      if (!words) return;
      element.replaceChildren(
        html(
          "div",
          {},
          html("div", { class: "gw-map-tip-title" }, words.title),
          ...words.lines.map(([name, value]) =>
            html("div", {}, html("span", { class: "gw-soft" }, name ? `${name} ` : ""), value),
          ),
        ),
      );
      const beyond = x + 18 + element.offsetWidth > stage.clientWidth;
      const below = y + 14 + element.offsetHeight > stage.clientHeight;
      element.style.left = `${beyond ? Math.max(0, x - 18 - element.offsetWidth) : x + 18}px`;
      element.style.top = `${below ? Math.max(0, y - 14 - element.offsetHeight) : y + 14}px`;
    },
  };
}

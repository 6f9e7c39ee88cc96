// The graph as a picture: edges as an image, nodes as circles, the charts beside, the legend below.
import { svg } from "./elements.js";
import { css } from "./map_palette.js";
import { toSvg } from "./picture.js";
import { measureIn } from "./print_words.js";

const LEGEND = 28; // CSS pixels
const GAP = 16;
const EDGE = 8; // right of the charts, whose last labels reach their end

/** @param {{root: HTMLElement, parts: ReturnType<typeof import("./graph_parts.js").createParts>,
 *   stage: ReturnType<typeof import("./graph_stage.js").createStage>,
 *   drawn: import("./graph_stage.js").Drawn,
 *   charts: ReturnType<typeof import("./graph_chart.js").createChart>[]}} what
 * @returns {import("./picture.js").Print} */
export function printGraph({ root, parts, stage, drawn, charts }) {
  const { width, height } = stage.size();
  const background = getComputedStyle(root).backgroundColor;
  const side = charts[0].room().width;
  const measure = measureIn(`12px ${getComputedStyle(root).fontFamily}`);
  const print = svg("svg", { class: "gw-weights-print" });
  print.append(
    svg("image", { width, height, href: parts.edges.toDataURL("image/png") }),
    ...discs(drawn, stage, background),
    ...legend(drawn.look, height, measure),
    ...charts.flatMap((chart, k) => chartCopy(chart, width + GAP, (k * height) / charts.length)),
  );
  const size = { width: width + GAP + side + EDGE, height: height + LEGEND };
  for (const [name, value] of Object.entries(size)) print.setAttribute(name, String(value));
  // Its looks are read from the page, so it must be in it.
  parts.stage.append(print);
  try {
    const text = toSvg([print], {
      background,
      size,
      words: `${parts.countFirst.textContent}: ${parts.countRest.textContent}`,
    });
    return { text, name: "weight-graph" };
  } finally {
    print.remove();
  }
}

/** @param {import("./graph_stage.js").Drawn} drawn
 * @param {ReturnType<typeof import("./graph_stage.js").createStage>} stage @param {string} outline */
function discs({ scene, look, units }, stage, outline) {
  const chosen = units && new Set(units);
  const { x, y } = stage.at();
  return Array.from(scene.visible.keys())
    .filter((i) => scene.visible[i])
    .sort((p, q) => stage.discOf(q) - stage.discOf(p))
    .map((i) =>
      svg("circle", {
        cx: x[i].toFixed(1),
        cy: y[i].toFixed(1),
        r: stage.discOf(i).toFixed(2),
        fill: css(look.colors[i]),
        stroke: outline,
        opacity: chosen && !chosen.has(i) ? 0.2 : 1,
        "data-unit": i,
      }),
    );
}

/** @param {import("./graph_look.js").Look} look @param {number} top
 * @param {import("./print_words.js").Measure} measure */
function legend(look, top, measure) {
  let left = 10;
  return look.legend.flatMap(({ color, text }) => {
    const mark = svg("circle", { cx: left, cy: top + 14, r: 5, fill: css(color) });
    const words = svg("text", { class: "gw-weights-text", x: left + 9, y: top + 18 }, text);
    left += 30 + measure(text);
    return [mark, words];
  });
}

/** @param {ReturnType<typeof import("./graph_chart.js").createChart>} chart @param {number} left
 * @param {number} top */
function chartCopy(chart, left, top) {
  const title = svg(
    "text",
    { class: "gw-weights-text gw-weights-title", x: left + 4, y: top + 12 },
    chart.heading.textContent ?? "",
  );
  const copy = svg("g", { transform: `translate(${left} ${top + 18})` });
  copy.append(...[...chart.over.childNodes].map((node) => node.cloneNode(true)));
  return [title, copy];
}

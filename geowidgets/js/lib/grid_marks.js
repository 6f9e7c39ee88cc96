// The words, scales and outlines over the maps, as SVG.
import { svg } from "./elements.js";
import { colorOf, css } from "./grid_palette.js";
import { asItIs, baselineOf, change, valueAt } from "./grid_scale.js";
import { metricInfo } from "./words.js";

/** @typedef {import("./grid_layout.js").Layout} Layout */
/** @typedef {import("./grid_layout.js").Box} Box */
/** @typedef {import("./grid_scale.js").GridMap} GridMap */
/** @typedef {{name: string, ratio: string, verdict: {text: string, right: boolean}|null,
 *   note: string, failed: boolean}} RowWords */
/** @typedef {{layout: Layout, rows: RowWords[], titles: Record<string, string>,
 *   scales: Record<string, Record<string, number>>, maps: (method: string, row: number) =>
 *   GridMap|undefined, label: (method: string, row: number, metric: string) => string,
 *   captions: string[], card: string[], theme: "light"|"dark"}} Words */

const LINE = 16;
let gradients = 0;

/** @param {{measure: (text: string, font: string) => number}} options */
export function createMarks({ measure }) {
  const element = svg("svg", { class: "gw-grid-over", role: "table" });
  /** @type {{value: SVGTextElement, change: SVGTextElement, map: GridMap, metric: string,
   *   method: string, outline: SVGGElement, box: Box, scale: number}[]} */
  let cells = [];
  /** @type {{box: Box, outline: SVGGElement}[]} */
  let images = [];

  /** @param {Words} words */
  function draw(words) {
    const { layout } = words;
    element.setAttribute("width", String(layout.width));
    element.setAttribute("height", String(layout.height));
    element.replaceChildren();
    drawCard(words);
    const heads = svg("g", { role: "row" });
    for (const column of layout.columns) heads.append(...drawHead(column, words));
    element.append(heads);
    cells = [];
    for (const row of layout.rows) element.append(drawLabel(row.box, words.rows[row.row]));
    words.rows.forEach((_, k) => {
      element.append(drawRow(k, words));
    });
  }

  /** @param {Words} words */
  function drawCard({ layout, captions, card }) {
    images = layout.images.map((box, k) => {
      const outline = svg("g", { class: "gw-grid-place" });
      const short = fit(captions[k], Math.max(box.width, 90), "12px");
      element.append(text(box.x, box.y - 6, short, "gw-grid-soft", captions[k]), outline);
      return { box, outline };
    });
    card.forEach((line, k) => {
      const short = fit(line, layout.words.width, k ? "12px" : "bold 13px");
      const kind = k ? "gw-grid-soft" : "gw-grid-name";
      element.append(text(layout.words.x, layout.words.y + 12 + k * LINE, short, kind, line));
    });
  }

  /** @param {Layout["columns"][number]} column @param {Words} words @returns {SVGElement[]} */
  function drawHead({ box, metric, method, first }, { titles, scales, theme }) {
    const made = [];
    if (first && titles[method]) {
      made.push(text(box.x, box.y - 8, titles[method], "gw-grid-block"));
    }
    const scale = scales[method][metric];
    const { unit } = metricInfo(metric);
    const name = unit ? `${metric} [${unit}]` : metric;
    const title = text(box.x + box.width / 2, box.y + 14, name, "gw-grid-metric");
    title.setAttribute("role", "columnheader");
    const id = `gw-grid-scale-${++gradients}`;
    const stops = Array.from({ length: 17 }, (_, k) =>
      svg("stop", { offset: k / 16, "stop-color": css(colorOf(k / 8 - 1, theme)) }),
    );
    const gradient = svg("linearGradient", { id }, ...stops);
    const bar = svg("rect", {
      ...{ x: box.x, y: box.y + 22, width: box.width, height: 9, class: "gw-grid-bar" },
      style: `fill: url(#${id})`,
    });
    made.push(svg("defs", {}, gradient), title, bar);
    if (!scale) return made;
    const written = (/** @type {number} */ value) => change(metric, value, scale).replace(unit, "");
    const end = written(scale);
    const left = box.width - 2 * measure(end, "11px"); // between the two ends
    const middle = box.x + box.width / 2;
    /** @type {[number, string, string][]} */
    const ticks = [
      [box.x, written(-scale), "gw-grid-left"],
      [box.x + box.width, end, "gw-grid-right"],
    ];
    // Where two ends do not fit, one number says both.
    if (left < 6) ticks.splice(0, 2, [middle, end.replace("+", "±"), "gw-grid-middle"]);
    else if (left >= 28) ticks.push([middle, "0", "gw-grid-middle"]);
    for (const [x, number, kind] of ticks) {
      made.push(text(x, box.y + 44, number, `gw-grid-tick ${kind}`));
    }
    return made;
  }

  /** @param {Box} box @param {RowWords} row */
  function drawLabel(box, { name, ratio, verdict, note, failed }) {
    const group = svg("g", {});
    let y = box.y + 12;
    for (const line of wrap(name, box.width, "bold 13px", 2)) {
      group.append(text(box.x, y, line, "gw-grid-name", name));
      y += LINE;
    }
    if (ratio) {
      group.append(text(box.x, y, ratio, "gw-grid-soft"));
      y += LINE;
    }
    if (verdict) {
      const kind = verdict.right ? "gw-grid-right-one" : "gw-grid-wrong-one";
      for (const line of wrap(verdict.text, box.width, "12px", 2)) {
        group.append(text(box.x, y, line, kind, verdict.text));
        y += LINE;
      }
    }
    for (const line of note ? wrap(note, box.width, "12px", failed ? 6 : 3) : []) {
      const kind = failed ? "gw-grid-wrong-one" : "gw-grid-soft";
      group.append(text(box.x, y, line, kind, note));
      y += LINE;
    }
    return group;
  }

  /** @param {number} k @param {Words} words */
  function drawRow(k, { layout, rows, maps, label, scales }) {
    const group = svg("g", { role: "row", "aria-label": rows[k].name });
    for (const { row, method, metric, box, caption } of layout.cells) {
      const map = row === k ? maps(method, row) : undefined;
      if (row !== k) continue;
      const outline = svg("g", { class: "gw-grid-place" });
      const y = caption.y + 15;
      const value = text(box.x, y, "", "gw-grid-value");
      const changed = text(box.x + box.width, y, "", "gw-grid-change gw-grid-right");
      const area = svg("rect", {
        ...{ x: box.x, y: box.y, width: box.width, height: box.height, class: "gw-grid-area" },
      });
      const cell = svg("g", { role: "cell", "aria-label": label(method, row, metric) });
      cell.append(area, outline, value, changed);
      group.append(cell);
      if (!map) continue;
      const now = baselineOf(map, metric);
      value.textContent = asItIs(metric, now, scales.occlusion[metric]);
      if (Number.isNaN(now)) value.setAttribute("class", "gw-grid-soft");
      cells.push({
        ...{ value, change: changed, map, metric, method, outline, box },
        scale: scales[method][metric],
      });
    }
    return group;
  }

  /** Outline a pixel everywhere and write its numbers; null takes both away.
   * @param {{x: number, y: number}|null} place @param {[number, number]} shape (y, x) */
  function point(place, shape) {
    for (const cell of cells) {
      const { box, outline, map, metric, scale } = cell;
      outline.replaceChildren(...(place ? square(box, place, shape) : []));
      const value = place ? valueAt(map, metric, place) : Number.NaN;
      cell.change.textContent = place ? change(metric, value, scale) : "";
      const arm = value > 0 ? "rise" : value < 0 ? "fall" : "none";
      cell.change.dataset.arm = arm;
    }
    for (const { box, outline } of images) {
      outline.replaceChildren(...(place ? square(box, place, shape) : []));
    }
  }

  /** @param {string} words @param {number} width @param {string} font */
  const fit = (words, width, font) => shorten(words, width, (part) => measure(part, font));

  /** @param {string} words @param {number} width @param {string} font @param {number} lines */
  const wrap = (words, width, font, lines) =>
    breakLines(words, width, lines, (part) => measure(part, font));

  return { element, draw, point };
}

/** A light line in a dark one shows on any colour; never smaller than eight pixels.
 * @param {Box} box @param {{x: number, y: number}} place @param {[number, number]} shape */
function square(box, { x, y }, [height, width]) {
  const [w, h] = [box.width / width, box.height / height];
  const side = [Math.max(8, w), Math.max(8, h)];
  const at = {
    x: box.x + (x + 0.5) * w - side[0] / 2,
    y: box.y + (y + 0.5) * h - side[1] / 2,
    width: side[0],
    height: side[1],
  };
  return ["gw-grid-dark", "gw-grid-light"].map((kind) => svg("rect", { ...at, class: kind }));
}

/** @param {number} x @param {number} y @param {string} words @param {string} kind
 * @param {string} [title] in full, where `words` are shortened */
function text(x, y, words, kind, title = "") {
  const made = svg("text", { x, y, class: kind }, words);
  if (title && title !== words) made.append(svg("title", {}, title));
  return made;
}

/** Words cut in the middle, so that "…-60" stays readable.
 * @param {string} words @param {number} width @param {(text: string) => number} size */
export function shorten(words, width, size) {
  if (size(words) <= width) return words;
  for (let kept = words.length - 1; kept > 1; kept--) {
    const tail = Math.min(4, kept >> 1);
    const short = `${words.slice(0, kept - tail).trimEnd()}…${words.slice(words.length - tail)}`;
    if (size(short) <= width) return short;
  }
  return "…";
}

/** At most `lines` lines, broken between words; the last one is shortened.
 * @param {string} words @param {number} width @param {number} lines
 * @param {(text: string) => number} size @returns {string[]} */
export function breakLines(words, width, lines, size) {
  const found = [];
  let rest = words.split(" ");
  while (rest.length && found.length < lines - 1) {
    let taken = 1;
    while (taken < rest.length && size(rest.slice(0, taken + 1).join(" ")) <= width) taken++;
    found.push(shorten(rest.slice(0, taken).join(" "), width, size));
    rest = rest.slice(taken);
  }
  if (rest.length) found.push(shorten(rest.join(" "), width, size));
  return found;
}

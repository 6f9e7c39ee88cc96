// The table as a file: CSV text, or a PNG of all its lines, also those out of view.

import { css } from "./table_paint.js";

/**
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_paint.js").Colors} Colors
 */

const MARGIN = 12;
const FOOT = 44;
const WORD_LINE = 16;
/** Room for the words below a narrow table. */
const LEAST = 520;
/** Browsers refuse larger canvases. */
const MAX_SIDE = 16_000;

/**
 * Draw the whole table: names, headings, cells and lines of words below.
 * @param {Layout} layout
 * @param {(context: CanvasRenderingContext2D, line: Line) => void} paint
 * @param {{ colors: Colors, font: string, words: string[] }} style
 */
export function drawTable(layout, paint, { colors, font, words }) {
  const { sizes, lines, tops } = layout;
  const width = Math.max(sizes.width, LEAST) + 2 * MARGIN;
  const height = sizes.header + tops[lines.length] + FOOT + 2 * MARGIN;
  const ratio = Math.min(2, MAX_SIDE / width, MAX_SIDE / height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(width * ratio);
  canvas.height = Math.floor(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser gave no 2d context for the picture");
  context.scale(ratio, ratio);
  context.fillStyle = css(colors.bg);
  context.fillRect(0, 0, width, height);
  context.translate(MARGIN, MARGIN);
  drawHeadings(context, layout, colors, font);
  lines.forEach((line, index) => {
    context.save();
    context.translate(0, sizes.header + tops[index]);
    drawName(context, line, sizes, colors, font);
    if (line.kind === "row") {
      context.translate(sizes.head, 0);
      paint(context, line);
    }
    context.restore();
  });
  context.font = font;
  context.fillStyle = css(colors.fg);
  words.forEach((text, index) => {
    const y = sizes.header + tops[lines.length] + 20 + index * WORD_LINE;
    context.fillText(fitted(context, text, Math.max(sizes.width, LEAST)), 0, y);
  });
  return canvas;
}

/** @param {CanvasRenderingContext2D} context @param {Layout} layout @param {Colors} colors
 * @param {string} font */
function drawHeadings(context, { sizes, columns, details }, colors, font) {
  context.font = font;
  const detailed = details.some((text) => text !== "");
  columns.forEach(({ label }, index) => {
    context.save();
    context.translate(sizes.head + index * sizes.column, 0);
    context.fillStyle = css(colors.fg);
    if (sizes.upright) {
      context.translate(sizes.column / 2 + 4, sizes.header - 6);
      context.rotate(-Math.PI / 2);
      context.fillText(fitted(context, label, sizes.header - 10), 0, 0);
    } else {
      context.fillText(
        fitted(context, label, sizes.column - 6),
        3,
        sizes.header - (detailed ? 24 : 8),
      );
      context.fillStyle = css(colors["fg-soft"]);
      context.fillText(fitted(context, details[index], sizes.column - 6), 3, sizes.header - 8);
    }
    context.restore();
  });
  context.fillStyle = css(colors.border);
  context.fillRect(0, sizes.header - 1, sizes.width, 1);
}

/** @param {CanvasRenderingContext2D} context @param {Line} line
 * @param {import("./table_layout.js").Sizes} sizes @param {Colors} colors @param {string} font */
function drawName(context, line, sizes, colors, font) {
  const group = line.kind === "group";
  context.font = group ? `600 ${font}` : font;
  context.fillStyle = css(colors.fg);
  context.textBaseline = "middle";
  context.textAlign = "left";
  const room = group ? sizes.width : sizes.head - 14;
  const text = group ? line.architecture : line.label;
  context.fillText(fitted(context, text, room), group ? 0 : 10, sizes[line.kind] / 2);
  context.fillStyle = css(colors.grid);
  context.fillRect(0, sizes[line.kind] - 1, sizes.width, 1);
  context.textBaseline = "alphabetic";
}

/**
 * `text`, cut with an ellipsis where it is wider than `room`.
 * @param {{ measureText: (text: string) => { width: number } }} context
 * @param {string} text
 * @param {number} room
 */
export function fitted(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return low ? `${text.slice(0, low)}…` : "";
}

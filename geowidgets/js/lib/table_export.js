// The whole table as a picture, also its lines out of view: one drawing, on a canvas or as SVG.

import { linesOf, measureIn } from "./print_words.js";
import { css } from "./table_paint.js";
import { createSvgContext } from "./table_svg.js";

/**
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_paint.js").Colors} Colors
 * @typedef {(context: CanvasRenderingContext2D, line: Line) => void} PaintLine
 * @typedef {{ colors: Colors, font: string, words: string[] }} Look
 */

const MARGIN = 12;
const FOOT = 12;
const WORD_LINE = 16;
/** Room for the words below a narrow table. */
const LEAST = 520;
const LEAST_FONT = 8; // CSS pixels
/** Browsers refuse larger canvases. */
const MAX_SIDE = 16_000;

/** @param {Layout} layout @param {Look} look */
function pictureSize({ sizes, lines, tops }, { words, font }) {
  const inner = Math.max(sizes.width, LEAST);
  const below = words.flatMap((text) => linesOf(text, inner, measureIn(font)));
  const foot = FOOT + WORD_LINE * below.length;
  return {
    below,
    width: inner + 2 * MARGIN,
    height: sizes.header + tops[lines.length] + foot + 2 * MARGIN,
  };
}

/**
 * The table as a canvas of twice the pixels, less where a browser would refuse so many.
 * @param {Layout} layout
 * @param {PaintLine} paint
 * @param {Look} look
 */
export function tableCanvas(layout, paint, look) {
  const { width, height } = pictureSize(layout, look);
  const ratio = Math.min(2, MAX_SIDE / width, MAX_SIDE / height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(width * ratio);
  canvas.height = Math.floor(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser gave no 2d context for the picture");
  context.scale(ratio, ratio);
  drawTable(context, layout, paint, look);
  return canvas;
}

/**
 * The table as an SVG document of shapes and text.
 * @param {Layout} layout
 * @param {PaintLine} paint
 * @param {Look} look
 */
export function tableSvg(layout, paint, look) {
  const measure = document.createElement("canvas").getContext("2d");
  if (!measure) throw new Error("the browser gave no 2d context to measure text with");
  const recorder = createSvgContext(measure);
  drawTable(recorder.context, layout, paint, look);
  const { width, height } = pictureSize(layout, look);
  return recorder.document(width, height);
}

/**
 * Names, headings, cells and lines of words below.
 * @param {CanvasRenderingContext2D} context
 * @param {Layout} layout
 * @param {PaintLine} paint
 * @param {Look} look
 */
function drawTable(context, layout, paint, look) {
  const { sizes, lines, tops } = layout;
  const { colors, font } = look;
  const { below, width, height } = pictureSize(layout, look);
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
  below.forEach((text, index) => {
    context.fillText(text, 0, sizes.header + tops[lines.length] + 20 + index * WORD_LINE);
  });
}

/** @param {CanvasRenderingContext2D} context @param {Layout} layout @param {Colors} colors
 * @param {string} font */
function drawHeadings(context, layout, colors, font) {
  const { sizes, columns } = layout;
  context.font = font;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  columns.forEach((column, index) => {
    context.save();
    context.translate(sizes.head + index * sizes.column, 0);
    if (column.family !== columns[index - 1]?.family) drawFamily(context, layout, index, colors);
    context.fillStyle = css(colors.fg);
    if (sizes.upright) {
      context.translate(sizes.column / 2 + 4, sizes.header - 6);
      context.rotate(-Math.PI / 2);
      context.fillText(fitted(context, column.label, sizes.header - 26), 0, 0);
    } else drawHeading(context, layout, index, colors);
    context.restore();
  });
  context.fillStyle = css(colors.border);
  context.fillRect(0, sizes.header - 1, sizes.width, 1);
}

/** A name in at most two lines, its severity below. @param {CanvasRenderingContext2D} context
 * @param {Layout} layout @param {number} index @param {Colors} colors */
function drawHeading(context, { sizes, columns, details }, index, colors) {
  const room = sizes.column - 6;
  const lines = wrapped(context, columns[index].label, room);
  const base = sizes.header - (details.some((text) => text !== "") ? 22 : 8);
  const { font } = context;
  lines.forEach((text, k) => {
    context.font = shrunk(font, room / context.measureText(text).width);
    context.fillText(fitted(context, text, room), 3, base - 13 * (lines.length - 1 - k));
    context.font = font;
  });
  context.fillStyle = css(colors["fg-soft"]);
  context.fillText(fitted(context, details[index], room), 3, sizes.header - 8);
}

/** A font in which words fit that are a little too long; on paper nothing tells the whole word.
 * @param {string} font @param {number} share of the room that they have */
export function shrunk(font, share) {
  if (!(share < 1)) return font;
  return font.replace(
    /([\d.]+)px/,
    (_, size) => `${Math.max(LEAST_FONT, share * size).toFixed(2)}px`,
  );
}

/** @param {CanvasRenderingContext2D} context @param {Layout} layout @param {number} index
 * @param {Colors} colors */
function drawFamily(context, { sizes, columns }, index, colors) {
  const { family } = columns[index];
  const count = columns.slice(index).findIndex((column) => column.family !== family);
  const width = (count < 0 ? columns.length - index : count) * sizes.column - 3;
  context.fillStyle = css(colors.border);
  context.fillRect(0, 0, width, 2);
  context.fillStyle = css(colors["fg-soft"]);
  if (context.measureText(family).width < width - 6) context.fillText(family, 3, 13);
}

/** Words in two lines where one does not hold them.
 * @param {{ measureText: (text: string) => { width: number } }} context
 * @param {string} text @param {number} room @returns {string[]} */
export function wrapped(context, text, room) {
  const words = text.split(" ");
  let first = words.length;
  while (first > 1 && context.measureText(words.slice(0, first).join(" ")).width > room) first -= 1;
  const rest = words.slice(first).join(" ");
  return rest ? [words.slice(0, first).join(" "), rest] : [text];
}

/** @param {CanvasRenderingContext2D} context @param {Line} line
 * @param {import("./table_layout.js").Sizes} sizes @param {Colors} colors @param {string} font */
function drawName(context, line, sizes, colors, font) {
  const group = line.kind === "group";
  context.font = group ? `600 ${font}` : font;
  context.fillStyle = css(colors.fg);
  context.textBaseline = "middle";
  context.textAlign = "left";
  const indent = group ? 0 : line.child ? 24 : 10;
  const room = group ? sizes.width : sizes.head - indent - 4;
  const text = group ? line.architecture : line.label;
  context.fillText(fitted(context, text, room), indent, sizes[line.kind] / 2);
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

// One tile: a cell of the heat map or of the plain numbers, and a line's prune potential.

import { differenceText, isGain, valueText } from "./table_measures.js";
import { css, DIMMED, fill, HATCHED, hatch, paintMissing, share } from "./table_paint.js";
import { heatColor, inkOn, mix } from "./table_palette.js";

/**
 * @typedef {import("./table_paint.js").Bar} Bar
 * @typedef {import("./table_paint.js").Box} Box
 * @typedef {import("./table_paint.js").Style} Style
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./theme.js").Rgba} Rgba
 */

/** Narrowest tile with room for a number, in pixels. */
const ROOM = 38;
/** … and for its spread over repeats beside it. */
const SPREAD_ROOM = 74;

/**
 * A cell of the heat map or of the plain numbers: one model, or its repeats.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {Bar} bar
 * @param {Style} style
 */
export function paintTile(context, box, bar, style) {
  const { colors, mode, font } = style;
  const { cell } = bar;
  const tile = { x: box.x + 0.5, y: box.y + 0.5, width: box.width - 1, height: box.height - 1 };
  const full = mode === "heat" ? tileColor(cell, style) : null;
  const background = full && bar.dim ? mix(colors.bg, full, DIMMED) : full;
  if (background) {
    context.fillStyle = css(background);
    fill(context, tile);
  }
  if (HATCHED.has(cell.state))
    hatch(context, tile, css(colors.fg, (mode === "heat" ? 0.45 : 0.25) / lighter(cell)));
  if (mode === "numbers" || (background && box.width >= ROOM)) {
    context.font = font;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const ink = background ? inkOn(background) : numberColor(cell, style);
    context.fillStyle = css(ink, bar.dim || cell.state === "waiting" ? 0.5 : 1);
    const right = mode === "numbers" ? box.x + box.width - 10 : box.x + box.width / 2 + 14;
    writeNumber(context, box, cell, style, right);
  } else if (cell.state === "missing") {
    const slot = { ...tile, x: box.x + box.width / 2 - 3, width: 7, height: box.height - 3 };
    paintMissing(context, slot, colors);
  }
  if (bar.mark || bar.hot) {
    context.lineWidth = 2;
    context.strokeStyle = css(bar.mark ? colors[bar.mark] : colors.accent);
    context.strokeRect(box.x + 1, box.y + 1, box.width - 2, box.height - 2);
  }
}

/** What is there in a moment is hatched more quietly. @param {Cell} cell */
const lighter = ({ state }) => (state === "waiting" ? 2 : 1);

/** The number, with ± std in softer ink where there are repeats and room.
 * @param {CanvasRenderingContext2D} context @param {Box} box @param {Cell} cell
 * @param {Style} style @param {number} right */
function writeNumber(context, box, cell, style, right) {
  const y = box.y + box.height / 2 + 0.5;
  const spread = style.mode === "numbers" && cell.repeats > 1 && cell.state !== "subset";
  if (!spread || box.width < SPREAD_ROOM || !Number.isFinite(cell.std)) {
    context.fillText(tileText(cell, style), right, y);
    return;
  }
  const words = ` ± ${valueText(style.measure, cell.std)}`;
  context.fillText(tileText(cell, style), right - context.measureText(words).width, y);
  context.fillStyle = css(style.colors["fg-soft"]);
  context.fillText(words, right, y);
}

/** @param {Cell} cell @param {Style} style @returns {Rgba | null} */
function tileColor(cell, style) {
  const { filtered, colors, scale, dark, measure } = style;
  if (cell.state === "missing") return null;
  const heat = heatColor(share(style, cell.value), dark);
  if (!filtered) return heat;
  if (cell.state !== "subset") return mix(colors.bg, heat, 0.35);
  if (!Number.isFinite(cell.difference)) return null;
  const strength = Math.min(1, Math.abs(cell.difference) / scale);
  const target = isGain(measure, cell.difference) ? colors.better : colors.worse;
  return mix(colors.bg, target, cell.clear ? 0.2 + 0.8 * strength : 0.12 * strength);
}

/** @param {Cell} cell @param {Style} style */
function numberColor(cell, { colors, measure }) {
  if (cell.state === "missing" || cell.state === "waiting") return colors["fg-soft"];
  if (cell.state !== "subset") return colors.fg;
  if (!cell.clear) return colors["fg-soft"];
  return isGain(measure, cell.difference) ? colors.better : colors.worse;
}

/** @param {Cell} cell @param {Style} style */
export function tileText(cell, { measure }) {
  if (cell.state === "missing") return "\u2013";
  if (cell.state !== "subset") return valueText(measure, cell.value);
  return Number.isFinite(cell.difference) ? differenceText(measure, cell.difference) : "\u2013";
}

/**
 * A line's prune potential: how much of it may go, from left to right, with its number. On a
 * subset a tick shows the whole set's.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {Cell} cell
 * @param {Style} style
 */
export function paintPotential(context, box, cell, style) {
  const { colors, font } = style;
  const subset = cell.state === "subset";
  const value = subset ? cell.subsetValue : cell.value;
  context.font = font;
  context.textBaseline = "middle";
  context.textAlign = "left";
  if (!Number.isFinite(value)) {
    context.fillStyle = css(colors["fg-soft"]);
    context.fillText("\u2013", box.x + 5, box.y + box.height / 2);
    return;
  }
  if (box.height > 30) paintWide(context, box, cell, value, style);
  else paintNarrow(context, box, value, style);
}

/** In a line of bars: a bar on its side below the number.
 * @param {CanvasRenderingContext2D} context @param {Box} box @param {Cell} cell
 * @param {number} value @param {Style} style */
function paintWide(context, box, cell, value, { colors, measure }) {
  const bar = { x: box.x + 5, y: box.y + box.height - 16, width: box.width - 12, height: 7 };
  context.fillStyle = css(colors.grid);
  fill(context, bar);
  context.fillStyle = css(colors.orange);
  fill(context, { ...bar, width: Math.max(1, bar.width * value) });
  context.fillStyle = css(colors.fg);
  if (cell.state === "subset") {
    context.fillRect(bar.x + bar.width * cell.value - 0.5, bar.y - 2, 1, bar.height + 4);
  }
  const text = `${valueText(measure, value)} %`;
  const y = box.y + 15;
  context.fillText(text, box.x + 5, y);
  if (cell.repeats < 2 || !Number.isFinite(cell.std)) return;
  const room = context.measureText(text).width;
  const words = `± ${valueText(measure, cell.std)}`;
  if (room + context.measureText(words).width + 12 > box.width) return;
  context.fillStyle = css(colors["fg-soft"]);
  context.fillText(words, box.x + 9 + room, y);
}

/** In a line of tiles: a tile as orange as the potential is high, a number where it has room.
 * @param {CanvasRenderingContext2D} context @param {Box} box @param {number} value
 * @param {Style} style */
function paintNarrow(context, box, value, { colors, measure, mode }) {
  const heat = mode === "heat";
  const color = mix(colors.bg, colors.orange, 0.08 + 0.92 * value);
  context.fillStyle = css(color);
  if (heat) context.fillRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
  if (heat && box.width < ROOM) return;
  context.fillStyle = css(heat ? inkOn(color) : colors.fg);
  context.textAlign = "right";
  const right = heat ? box.x + box.width / 2 + 14 : box.x + box.width - 10;
  context.fillText(valueText(measure, value), right, box.y + box.height / 2 + 0.5);
}

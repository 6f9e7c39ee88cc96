// Draws the cells of one line into a canvas context; knows no DOM and reads no data.

import { isClear } from "./table_cells.js";
import { barPlaces } from "./table_geometry.js";
import { heatColor, inkOn, mix } from "./table_palette.js";
import { percent } from "./table_rows.js";
import { points } from "./table_words.js";

/**
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./table_geometry.js").Mode} Mode
 * @typedef {import("./theme.js").Rgba} Rgba
 * @typedef {Record<typeof COLORS[number], Rgba>} Colors
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 * @typedef {{ cell: Cell, dim: boolean, mark: "" | "reference" | "compared", hot: boolean }} Bar
 * @typedef {{ mode: Mode, filtered: boolean, scale: number, parent: number, colors: Colors,
 *   font: string, dark: boolean }} Style `scale`: difference that fills half a cell; `parent`:
 *   accuracy of the line that is drawn across (the dense parent), or NaN
 */

export const COLORS = /** @type {const} */ ([
  "bg",
  "fg",
  "fg-soft",
  "border",
  "grid",
  "accent",
  "accent-soft",
  "blue",
  "better",
  "worse",
  "reference",
  "compared",
]);

const TOP = 5;
const BOTTOM = 6;
const DIMMED = 0.28;

/** @param {Rgba} color @param {number} [alpha] */
export const css = ([r, g, b, a], alpha = 1) => `rgb(${r} ${g} ${b} / ${a * alpha})`;

/**
 * One cell: all bars of a line in one column.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {Bar[]} bars
 * @param {Style} style
 */
export function paintCell(context, box, bars, style) {
  if (style.mode === "bars") paintBars(context, box, bars, style);
  else for (const bar of bars) paintTile(context, box, bar, style);
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {Bar[]} bars
 * @param {Style} style */
function paintBars(context, box, bars, style) {
  const { colors, filtered, parent } = style;
  const places = barPlaces(bars.length, box.width);
  const inner = { ...box, y: box.y + TOP, height: box.height - TOP - BOTTOM };
  const subset = filtered && bars.some(({ cell }) => cell.state === "subset");
  const left = box.x + places.start - 2;
  const right = box.x + box.width - places.start + 2;
  const level = subset ? inner.y + inner.height / 2 : inner.y + inner.height;
  context.fillStyle = css(colors.grid, 0.7); // the height of 100 %
  context.fillRect(left, inner.y, right - left, inner.height);
  bars.forEach((bar, i) => {
    const slot = { ...inner, x: box.x + places.start + i * places.pitch, width: places.width };
    if (bar.hot) {
      context.fillStyle = css(colors["accent-soft"]);
      context.fillRect(slot.x - 1.5, box.y + 1, slot.width + 3, box.height - 2);
    }
    context.globalAlpha = bar.dim ? DIMMED : 1;
    if (bar.cell.state === "missing") paintMissing(context, slot, colors);
    else if (subset && bar.cell.state === "subset") paintDifference(context, slot, bar.cell, style);
    else if (!subset) paintAccuracy(context, slot, bar.cell, style);
    context.globalAlpha = 1;
    if (bar.mark) paintMark(context, slot, box, colors[bar.mark]);
  });
  context.fillStyle = css(colors.border);
  context.fillRect(left, Math.round(level), right - left, 1);
  if (!subset && Number.isFinite(parent)) {
    context.fillStyle = css(colors.fg, 0.75);
    context.fillRect(left, Math.round(inner.y + inner.height * (1 - parent)), right - left, 1);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Box} slot @param {Cell} cell
 * @param {Style} style */
function paintAccuracy(context, slot, cell, { colors }) {
  const height = Math.max(1, slot.height * cell.accuracy);
  const bar = { ...slot, y: slot.y + slot.height - height, height };
  context.fillStyle = css(colors.blue, cell.state === "elsewhere" ? 0.35 : 1);
  fill(context, bar);
  if (cell.state === "elsewhere") hatch(context, bar, css(colors.fg, 0.55));
  else whisker(context, slot, 1 - cell.low, 1 - cell.high, css(colors.fg, 0.6));
}

/** Upwards and filled: better; downwards: worse; pale: the interval holds 0.
 * @param {CanvasRenderingContext2D} context @param {Box} slot @param {Cell} cell
 * @param {Style} style */
function paintDifference(context, slot, cell, { colors, scale }) {
  if (!Number.isFinite(cell.difference)) return;
  const half = slot.height / 2;
  const size = (half * cell.difference) / scale;
  const middle = slot.y + half;
  context.fillStyle = css(
    cell.difference >= 0 ? colors.better : colors.worse,
    isClear(cell) ? 1 : 0.3,
  );
  fill(context, { ...slot, y: Math.min(middle, middle - size), height: Math.abs(size) });
  const at = (/** @type {number} */ value) => 0.5 - Math.max(-1, Math.min(1, value / scale)) / 2;
  whisker(context, slot, at(cell.differenceLow), at(cell.differenceHigh), css(colors.fg, 0.45));
}

/** @param {CanvasRenderingContext2D} context @param {Box} box */
const fill = (context, { x, y, width, height }) => context.fillRect(x, y, width, height);

/** A thin vertical line from `from` to `to` (fractions of the slot's height, from its top); left
 * out where it would be a dot or the bar is too narrow for it.
 * @param {CanvasRenderingContext2D} context @param {Box} slot @param {number} from
 * @param {number} to @param {string} color */
function whisker(context, slot, from, to, color) {
  const height = Math.abs(from - to) * slot.height;
  if (slot.width < 5 || height < 3) return;
  context.fillStyle = color;
  const y = slot.y + Math.min(from, to) * slot.height;
  context.fillRect(slot.x + slot.width / 2 - 0.5, y, 1, height);
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {string} color */
function hatch(context, box, color) {
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  for (let d = -box.height; d < box.width; d += 4) {
    context.moveTo(box.x + d, box.y + box.height);
    context.lineTo(box.x + d + box.height, box.y);
  }
  context.stroke();
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Box} slot @param {Colors} colors */
function paintMissing(context, slot, colors) {
  context.strokeStyle = css(colors["fg-soft"]);
  context.lineWidth = 1;
  context.setLineDash([2, 2]);
  const side = Math.max(2, Math.min(slot.width, 7) - 1);
  const y = slot.y + slot.height - side - 1.5;
  context.strokeRect(slot.x + 0.5, y, side, side);
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {Box} slot @param {Box} box
 * @param {Rgba} color */
function paintMark(context, slot, box, color) {
  context.fillStyle = css(color);
  context.fillRect(slot.x - 1, box.y + box.height - 4, slot.width + 2, 3);
  context.strokeStyle = css(color);
  context.lineWidth = 1.5;
  context.strokeRect(slot.x - 1.5, slot.y - 2.5, slot.width + 3, slot.height + 5);
}

/** A cell of the heat map or of the plain numbers: one model.
 * @param {CanvasRenderingContext2D} context @param {Box} box @param {Bar} bar
 * @param {Style} style */
function paintTile(context, box, bar, style) {
  const { colors, mode, font } = style;
  const { cell } = bar;
  const tile = { x: box.x + 0.5, y: box.y + 0.5, width: box.width - 1, height: box.height - 1 };
  const full = mode === "heat" ? tileColor(cell, style) : null;
  const background = full && bar.dim ? mix(colors.bg, full, DIMMED) : full;
  const ink = background ? inkOn(background) : numberColor(cell, colors);
  if (background) {
    context.fillStyle = css(background);
    fill(context, tile);
  }
  if (cell.state === "elsewhere")
    hatch(context, tile, css(colors.fg, mode === "heat" ? 0.45 : 0.25));
  if (mode === "numbers" || (background && box.width >= 38)) {
    context.font = font;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillStyle = css(ink, bar.dim ? 0.5 : 1);
    const right = mode === "numbers" ? box.x + box.width - 10 : box.x + box.width / 2 + 14;
    context.fillText(tileText(cell), right, box.y + box.height / 2 + 0.5);
  } else if (cell.state === "missing") {
    paintMissing(
      context,
      { ...tile, x: box.x + box.width / 2 - 3, width: 7, height: box.height - 3 },
      colors,
    );
  }
  if (bar.mark || bar.hot) {
    context.lineWidth = 2;
    context.strokeStyle = css(bar.mark ? colors[bar.mark] : colors.accent);
    context.strokeRect(box.x + 1, box.y + 1, box.width - 2, box.height - 2);
  }
}

/** @param {Cell} cell @param {Style} style @returns {Rgba | null} */
function tileColor(cell, { filtered, colors, scale, dark }) {
  if (cell.state === "missing") return null;
  if (!filtered) return heatColor(cell.accuracy, dark);
  if (cell.state !== "subset") return mix(colors.bg, heatColor(cell.accuracy, dark), 0.35);
  if (!Number.isFinite(cell.difference)) return null;
  const strength = Math.min(1, Math.abs(cell.difference) / scale);
  const target = cell.difference >= 0 ? colors.better : colors.worse;
  return mix(colors.bg, target, isClear(cell) ? 0.2 + 0.8 * strength : 0.12 * strength);
}

/** @param {Cell} cell @param {Colors} colors */
function numberColor(cell, colors) {
  if (cell.state === "missing") return colors["fg-soft"];
  if (cell.state !== "subset") return colors.fg;
  if (!isClear(cell)) return colors["fg-soft"];
  return cell.difference > 0 ? colors.better : colors.worse;
}

/** @param {Cell} cell */
export function tileText(cell) {
  if (cell.state === "missing") return "\u2013";
  if (cell.state !== "subset") return percent(cell.accuracy);
  return Number.isFinite(cell.difference) ? points(cell.difference) : "\u2013";
}

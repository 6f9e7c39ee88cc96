// Draws the cells of one line into a canvas context; knows no DOM and reads no data.

import { barPlaces } from "./table_geometry.js";
import { isGain } from "./table_measures.js";
import { paintTile } from "./table_tiles.js";

/**
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./table_geometry.js").Mode} Mode
 * @typedef {import("./table_measures.js").Measure} Measure
 * @typedef {import("./theme.js").Rgba} Rgba
 * @typedef {Record<typeof COLORS[number], Rgba>} Colors
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 * @typedef {{ cell: Cell, dim: boolean, mark: "" | "reference" | "compared", hot: boolean }} Bar
 * @typedef {{ mode: Mode, filtered: boolean, measure: Measure, domain: [number, number],
 *   scale: number, parent: number, notch: number, colors: Colors, font: string, dark: boolean
 *   }} Style `domain`: the shared scale of values; `scale`: difference that fills half a cell;
 *   `parent`: value of the line that is drawn across (the dense parent), or NaN; `notch`: the bar
 *   that is the prune potential, −1 none
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
  "orange",
  "better",
  "worse",
  "reference",
  "compared",
]);

const TOP = 5;
const BOTTOM = 6;
export const DIMMED = 0.28;
/** Where a clause holds and a cell shows its whole set nevertheless. @type {Set<Cell["state"]>} */
export const HATCHED = new Set(["elsewhere", "fixed", "waiting"]);

const REMEMBERED = 4096; // colours as text: a heat map has some hundred
/** By opacity in thousandths, then by colour: both small integers, which maps find fastest.
 * @type {Map<number, string>[]} */
const texts = [];

/** A colour as style sheets write it, its opacity to a thousandth; remembered, as a drag asks for
 * the same few thousands of times. @param {Rgba} color @param {number} [alpha] */
export function css([r, g, b, a], alpha = 1) {
  const opacity = Math.round(1000 * a * alpha);
  texts[opacity] ??= new Map();
  const known = texts[opacity];
  const key = (r << 16) | (g << 8) | b;
  let text = known.get(key);
  if (text === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    text = `rgb(${r} ${g} ${b} / ${opacity / 1000})`;
    known.set(key, text);
  }
  return text;
}

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

/** Place of a value between the ends of the scale, 0 at the bottom. @param {Style} style
 * @param {number} value */
export function share({ domain: [low, high] }, value) {
  return Math.max(0, Math.min(1, (value - low) / (high - low)));
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {Bar[]} bars
 * @param {Style} style */
function paintBars(context, box, bars, style) {
  const { colors, filtered, parent, notch } = style;
  const places = barPlaces(bars.length, box.width);
  const inner = { ...box, y: box.y + TOP, height: box.height - TOP - BOTTOM };
  const subset = filtered && bars.some(({ cell }) => cell.state === "subset");
  const left = box.x + places.start - 2;
  const right = box.x + box.width - places.start + 2;
  const ground = subset ? 0.5 : share(style, 0);
  const level = inner.y + inner.height * (1 - ground);
  context.fillStyle = css(colors.grid, 0.7); // the height of the whole scale
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
    else if (!subset) paintValue(context, slot, bar.cell, style);
    context.globalAlpha = 1;
    if (i === notch) paintNotch(context, slot, box, colors);
    if (bar.mark) paintMark(context, slot, box, colors[bar.mark]);
  });
  context.fillStyle = css(colors.border);
  context.fillRect(left, Math.round(level), right - left, 1);
  if (!subset && Number.isFinite(parent)) {
    context.fillStyle = css(colors.fg, 0.75);
    const y = Math.round(inner.y + inner.height * (1 - share(style, parent)));
    context.fillRect(left, y, right - left, 1);
  }
}

/** A bar from 0 to the value, with its spread over repeats or its interval over samples.
 * @param {CanvasRenderingContext2D} context @param {Box} slot @param {Cell} cell
 * @param {Style} style */
function paintValue(context, slot, cell, style) {
  const { colors } = style;
  const [zero, value] = [share(style, 0), share(style, cell.value)];
  const height = Math.max(1, slot.height * Math.abs(value - zero));
  const top = slot.y + slot.height * (1 - Math.max(zero, value));
  const bar = { ...slot, y: Math.min(top, slot.y + slot.height - 1), height };
  const plain = cell.state === "whole";
  context.fillStyle = css(colors.blue, plain ? 1 : 0.35);
  fill(context, bar);
  if (HATCHED.has(cell.state)) hatch(context, bar, css(colors.fg, 0.55));
  if (!plain) return;
  const spread = cell.repeats > 1;
  const low = spread ? cell.value - cell.std : cell.low;
  const high = spread ? cell.value + cell.std : cell.high;
  const color = css(colors.fg, spread ? 0.9 : 0.6);
  whisker(context, slot, 1 - share(style, low), 1 - share(style, high), color, spread);
}

/** Upwards: more; coloured by whether that is better; pale: the interval holds 0.
 * @param {CanvasRenderingContext2D} context @param {Box} slot @param {Cell} cell
 * @param {Style} style */
function paintDifference(context, slot, cell, { colors, scale, measure }) {
  if (!Number.isFinite(cell.difference)) return;
  const half = slot.height / 2;
  const size = half * Math.max(-1, Math.min(1, cell.difference / scale));
  const middle = slot.y + half;
  const color = isGain(measure, cell.difference) ? colors.better : colors.worse;
  context.fillStyle = css(color, cell.clear ? 1 : 0.3);
  context.fillRect(slot.x, Math.min(middle, middle - size), slot.width, Math.abs(size));
  const at = (/** @type {number} */ value) => 0.5 - Math.max(-1, Math.min(1, value / scale)) / 2;
  whisker(
    context,
    slot,
    at(cell.differenceLow),
    at(cell.differenceHigh),
    css(colors.fg, 0.45),
    false,
  );
}

/** @param {CanvasRenderingContext2D} context @param {Box} box */
export const fill = (context, { x, y, width, height }) => context.fillRect(x, y, width, height);

/** A thin vertical line from `from` to `to` (fractions of the slot's height, from its top), left
 * out where it would be a dot or the bar is too narrow for it; with feet for a spread over repeats.
 * @param {CanvasRenderingContext2D} context @param {Box} slot @param {number} from
 * @param {number} to @param {string} color @param {boolean} feet */
function whisker(context, slot, from, to, color, feet) {
  const height = Math.abs(from - to) * slot.height;
  if (slot.width < 5 || !(height >= (feet ? 1 : 3))) return;
  context.fillStyle = color;
  const y = slot.y + Math.min(from, to) * slot.height;
  const x = slot.x + slot.width / 2;
  context.fillRect(x - 0.5, y, 1, height);
  if (!feet) return;
  const half = Math.min(3, slot.width / 2);
  context.fillRect(x - half, y, 2 * half, 1);
  context.fillRect(x - half, y + height - 1, 2 * half, 1);
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {string} color */
export function hatch(context, box, color) {
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
export function paintMissing(context, slot, colors) {
  context.strokeStyle = css(colors["fg-soft"]);
  context.lineWidth = 1;
  context.setLineDash([2, 2]);
  const side = Math.max(2, Math.min(slot.width, 7) - 1);
  const y = slot.y + slot.height - side - 1.5;
  context.strokeRect(slot.x + 0.5, y, side, side);
  context.setLineDash([]);
}

/** A small wedge below the bar that the model can be pruned to.
 * @param {CanvasRenderingContext2D} context @param {Box} slot @param {Box} box
 * @param {Colors} colors */
function paintNotch(context, slot, box, colors) {
  const x = slot.x + slot.width / 2;
  const y = box.y + box.height - BOTTOM + 1;
  context.fillStyle = css(colors.orange);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + 4, y + 5);
  context.lineTo(x - 4, y + 5);
  context.fill();
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

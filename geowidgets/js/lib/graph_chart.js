// A small chart with two axes: the frame that the panels beside a weight graph share.
import { html, svg } from "./elements.js";
import { fittingTicks, linear } from "./scales.js";

/** @typedef {[number, number]} Domain */
/** @typedef {{width: number, height: number, left: number, right: number, top: number,
 *   bottom: number}} Room pixels; the plot lies between left and right, top and bottom */

const LETTER = 6.2; // CSS pixels of a digit at 11 px
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 12, 8, 34];

/** @param {{title: string, label: string, second?: boolean}} options `label` for those who listen,
 *   `second` whether there is an axis on the right */
export function createChart({ title, label, second = false }) {
  const heading = html("div", { class: "gw-weights-heading" }, title);
  const axes = svg("g", { class: "gw-weights-axes", "aria-hidden": "true" });
  const marks = svg("g", { class: "gw-weights-marks", "aria-hidden": "true" });
  const area = svg("rect", { class: "gw-weights-area", "data-panel": 0 });
  const top = svg("g", { class: "gw-weights-top", "aria-hidden": "true" });
  const over = svg("svg", { class: "gw-weights-chart", role: "img", "aria-label": label });
  over.append(axes, marks, area, top);
  /** @type {Room} */
  let room = { width: 0, height: 0, left: LEFT, right: LEFT, top: TOP, bottom: TOP };
  let drawn = "";

  return {
    element: html("div", { class: "gw-weights-panel" }, heading, over),
    heading,
    over,
    marks,
    top,
    room: () => room,
    /** @param {number} width @param {number} height CSS pixels of the drawing */
    resize(width, height) {
      room = {
        width,
        height,
        left: LEFT,
        right: width - (second ? LEFT : RIGHT),
        top: TOP,
        bottom: height - BOTTOM,
      };
      for (const [name, value] of Object.entries({ width, height })) {
        over.setAttribute(name, String(value));
      }
      const size = { x: LEFT, y: 0, width: room.right - LEFT, height: room.bottom + 4 };
      for (const [name, value] of Object.entries(size)) {
        area.setAttribute(name, String(Math.max(0, value)));
      }
      drawn = "";
    },
    /** Axes of these domains; `right` that of the second. @param {{x: Domain, y: Domain,
     *   right?: Domain, xTitle: string, yTitle: string, rightTitle?: string}} now */
    axes(now) {
      const key = JSON.stringify(now);
      if (key === drawn) return;
      drawn = key;
      const { left, right, top: high, bottom } = room;
      /** @type {SVGElement[]} */
      const nodes = [line(left, bottom, right, bottom)];
      for (const { at, label: text } of fittingTicks(now.x, [left, right], size)) {
        nodes.push(line(at, bottom, at, bottom + 4), words(text, at, bottom + 15, "middle"));
      }
      for (const { at, label: text } of fittingTicks(now.y, [bottom, high], () => 11)) {
        nodes.push(line(left, at, right, at, "gw-weights-grid"));
        nodes.push(words(text, left - 5, at + 4, "end"));
      }
      if (now.right) {
        for (const { at, label: text } of fittingTicks(now.right, [bottom, high], () => 11)) {
          nodes.push(words(text, right + 5, at + 4, "start"));
        }
      }
      nodes.push(words(now.xTitle, (left + right) / 2, bottom + 30, "middle"));
      nodes.push(upright(now.yTitle, 10, (high + bottom) / 2, "gw-weights-y"));
      if (now.rightTitle) {
        nodes.push(upright(now.rightTitle, room.width - 3, (high + bottom) / 2, "gw-weights-y2"));
      }
      axes.replaceChildren(...nodes);
    },
    /** @param {Domain} domain */
    x: (domain) => linear(domain, [room.left, room.right]),
    /** @param {Domain} domain */
    y: (domain) => linear(domain, [room.bottom, room.top]),
  };
}

const size = (/** @type {string} */ text) => text.length * LETTER;

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2
 * @param {string} [name] */
const line = (x1, y1, x2, y2, name = "gw-weights-axis") =>
  svg("line", { class: name, x1, y1, x2, y2 });

/** @param {string} text @param {number} x @param {number} y @param {string} anchor */
const words = (text, x, y, anchor) =>
  svg("text", { class: "gw-weights-text", x, y, "text-anchor": anchor }, text);

/** @param {string} text @param {number} x @param {number} y @param {string} name */
const upright = (text, x, y, name) =>
  svg(
    "text",
    {
      class: `gw-weights-text ${name}`,
      "text-anchor": "middle",
      transform: `translate(${x} ${y}) rotate(-90)`,
    },
    text,
  );

/** A brush's box. @param {[number, number][]|null} path @param {Room} room
 * @param {boolean} wide whether it takes the whole height */
export function brushBox(path, room, wide) {
  if (!path) return [];
  const [[x0, y0], [x1, y1]] = [path[0], path[path.length - 1]];
  const [top, height] = wide
    ? [room.top, room.bottom - room.top]
    : [Math.min(y0, y1), Math.abs(y1 - y0)];
  return [
    svg("rect", {
      class: "gw-weights-brush",
      x: Math.min(x0, x1),
      y: top,
      width: Math.abs(x1 - x0),
      height,
    }),
  ];
}

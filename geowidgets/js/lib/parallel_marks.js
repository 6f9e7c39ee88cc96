// What changes on one axis while one brushes: densities beside it, the range on it.
import { mark, svg, write } from "./elements.js";
import { areaPath, peak, spread } from "./parallel_histograms.js";
import { axisValue } from "./parallel_words.js";
import { inverse, linear } from "./scales.js";

/** @typedef {import("./parallel_frame.js").OneAxis} OneAxis */

const REACH = 8; // left of the axis, where a brush still takes hold
const HANDLE = 5;
const LABEL = 12; // a label's height
const CHARACTER = 7; // and a bold character's width

/** From a value to its height and back. @param {OneAxis} one */
export function heights({ domain, top, bottom, inverted }) {
  const range = /** @type {[number, number]} */ (inverted ? [top, bottom] : [bottom, top]);
  return { toY: linear(domain, range), toValue: inverse(domain, range) };
}

/** @param {OneAxis} one */
export function createAxisMarks(one) {
  const { axis, place, top, bottom } = one;
  const { toY } = heights(one);
  const [x, width, height] = [place.x, place.band + REACH, bottom - top];
  const spreads = ["reference", "compared"].map((kind) =>
    svg("path", { class: `gw-parallel-spread gw-parallel-${kind}` }),
  );
  // Lines fade behind the densities.
  const papers = spreads.map(() => svg("path", { class: "gw-parallel-paper" }));
  const area = part("area", svg("rect", { class: "gw-parallel-area", y: top, height }));
  area.setAttribute("x", String(x - REACH));
  area.setAttribute("width", String(width));
  const box = part("move", svg("rect", { class: "gw-parallel-range", x: x - REACH, width }));
  const ends = ["low", "high"].map((name) => ({
    grip: part(
      name,
      svg("rect", { class: "gw-parallel-grip", x: x - REACH, width, height: 2 * HANDLE }),
    ),
    bar: svg("path", { class: "gw-parallel-end" }),
    label: svg("text", { class: "gw-parallel-bound", x: x + place.band + 4 }),
  }));
  const range = svg(
    "g",
    { visibility: "hidden" },
    box,
    ...ends.flatMap(({ bar, label, grip }) => [bar, label, grip]),
  );

  /** A density's outline beside the axis. @param {Float64Array|null} share @param {number} most */
  function outline(share, most) {
    const size = { x: x + 1, top, height, width: place.band - 2, most };
    return areaPath(share, { ...size, inverted: one.inverted });
  }

  /** @param {(Int32Array|null)[]} counts of all in the reference and all in the compared pair */
  function drawSpreads(counts) {
    const shares = counts.map((bins) => (bins ? spread(bins) : null));
    const most = peak(shares); // one scale, so that shapes compare
    shares.forEach((share, k) => {
      const d = outline(share, most);
      spreads[k].setAttribute("d", d);
      papers[k].setAttribute("d", d);
    });
  }

  /** The outline of the selected, on a scale of their own: they may be a thousandth of all.
   * @param {Int32Array} bins */
  function selectedPath(bins) {
    const share = spread(bins);
    return outline(share, peak([share]));
  }

  /** @param {[number, number]|undefined} values @param {boolean} ghost drawn on another pair */
  function drawRange(values, ghost) {
    mark(range, "visibility", values ? "visible" : "hidden");
    mark(range, "class", ghost ? "gw-parallel-ghost" : "");
    if (!values) return;
    const within = values.map((value) => Math.min(bottom, Math.max(top, toY(value))));
    const [up, down] = [Math.min(...within), Math.max(...within)];
    box.setAttribute("y", String(up));
    box.setAttribute("height", String(Math.max(1, down - up)));
    ends.forEach(({ grip, bar, label }, k) => {
      const y = within[k];
      const upper = y <= within[1 - k] && !(y === within[1 - k] && k === 0);
      grip.setAttribute("y", String(upper ? y - 2 * HANDLE + 2 : y - 2));
      bar.setAttribute("d", `M${x - REACH} ${y}h${width}`);
      // Below the axis's name, and below each other where the range is thin.
      const above = Math.max(top + LABEL / 2, up - 3);
      label.setAttribute("y", String(upper ? above : Math.max(above + LABEL, y + 13)));
      write(label, axisValue(axis, values[k]));
      // The last axis's numbers stay inside of the picture.
      const beside = Math.min(x + place.band + 4, one.limit - 2 - widthOf(label));
      label.setAttribute("x", String(beside));
    });
  }

  /** The range's numbers and where they stand, as far as it has any. */
  function numbers() {
    if (range.getAttribute("visibility") === "hidden") return [];
    return ends.map(({ label }) => ({
      label,
      left: Number(label.getAttribute("x")),
      right: Number(label.getAttribute("x")) + widthOf(label),
      y: Number(label.getAttribute("y")),
    }));
  }

  return {
    numbers,
    below: svg("g", {}, ...papers, ...spreads),
    above: svg("g", {}, area, range),
    drawSpreads,
    selectedPath,
    drawRange,
  };
}

/** @param {SVGTextElement} label */
const widthOf = (label) => CHARACTER * (label.textContent ?? "").length;

/** @template {SVGElement} Made @param {string} name @param {Made} element */
function part(name, element) {
  element.dataset.part = name;
  return element;
}

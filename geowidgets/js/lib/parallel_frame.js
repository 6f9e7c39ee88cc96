// The axes as SVG: names, ticks, and for each a group that takes keys and gestures.
import { mark, svg } from "./elements.js";
import { SLANT } from "./parallel_layout.js";
import { createAxisMarks } from "./parallel_marks.js";
import { spokenAxis } from "./parallel_words.js";
import { fittingTicks } from "./scales.js";

/** @typedef {import("./parallel_scene.js").Scene} Scene */
/** @typedef {import("./parallel_layout.js").AxisPlace} AxisPlace */
/** @typedef {{axis: import("./parallel_axes.js").Axis, place: AxisPlace, limit: number,
 *   top: number, bottom: number, domain: [number, number], inverted: boolean}} OneAxis */

const CHARACTER = 6.6; // a tick label's width per character
const LABEL = 15; // a tick label's height with room around it
const COSINE = Math.cos((SLANT * Math.PI) / 180);
const NARROW = 50; // a step between axes in which labels would crowd lines

/** @param {SVGSVGElement} target @param {import("./text_ruler.js").Ruler} ruler */
export function createFrame(target, ruler) {
  const hovered = svg("path", { class: "gw-parallel-hover", "aria-hidden": "true" });
  const focused = svg("path", { class: "gw-parallel-focus", "aria-hidden": "true" });
  // One path for all axes: a drag changes it at every move.
  const selected = svg("path", { class: "gw-parallel-spread gw-parallel-selected" });
  const slot = svg("path", { class: "gw-parallel-slot", "aria-hidden": "true" });
  /** @type {OneAxis[]} */
  let axes = [];
  /** @type {{group: SVGGElement, marks: ReturnType<typeof createAxisMarks>,
   *   labels: SVGTextElement[]}[]} `labels` of the ticks */
  let parts = [];
  let current = "";

  /** @param {Scene} scene */
  function place({ axes: shown, layout, domains, inverted }) {
    const wasFocused = focusedAxis();
    target.setAttribute("width", String(layout.width));
    target.setAttribute("height", String(layout.height));
    axes = shown.map((axis, k) => ({
      axis,
      place: layout.axes[k],
      limit: layout.width,
      top: layout.top,
      bottom: layout.bottom,
      domain: domains[k],
      inverted: inverted[k],
    }));
    if (!axes.some((one) => one.axis.id === current)) current = axes[0]?.axis.id ?? "";
    parts = axes.map((one, k) => makeAxis(one, k, layout));
    const groups = parts.map((part) => part.group);
    const spreads = parts.map((part) => part.marks.below);
    target.replaceChildren(...caption(), ...spreads, selected, ...groups, focused, hovered, slot);
    setCurrent(current);
    if (wasFocused) focus(wasFocused);
  }

  /** The unit of the class angles, along the first of them. */
  function caption() {
    const first = axes[0];
    if (first?.axis.kind !== "angle") return [];
    const middle = (first.top + first.bottom) / 2;
    const transform = `translate(13 ${middle}) rotate(-90)`;
    const attributes = { class: "gw-parallel-caption", transform, "text-anchor": "middle" };
    return [svg("text", attributes, "angle to class [°]")];
  }

  /** @param {OneAxis} one @param {number} k
   * @param {import("./parallel_layout.js").ParallelLayout} layout */
  function makeAxis(one, k, layout) {
    const { axis, place: at, top, bottom } = one;
    const marks = createAxisMarks(one);
    const ticks = tickMarks(one, labelled(k));
    const group = svg(
      "g",
      {
        class: `gw-parallel-axis gw-parallel-${axis.kind}`,
        role: "group",
        "aria-roledescription": "axis",
        tabindex: -1,
        onfocus: () => setCurrent(axis.id),
      },
      svg("path", { class: "gw-parallel-line", d: `M${at.x + 0.5} ${top}V${bottom}` }),
      ...ticks,
      title(one, layout),
      marks.above,
      ...buttons(one),
    );
    group.dataset.axis = axis.id;
    const labels = /** @type {SVGTextElement[]} */ (ticks.filter((t) => t.tagName === "text"));
    return { group, marks, labels };
  }

  /** Labels stand where the scale begins or turns: neighbours share the class angles' scale.
   * @param {number} k */
  function labelled(k) {
    const [before, one] = [axes[k - 1], axes[k]];
    if (one.axis.kind === "metric" || !before) return true;
    return before.inverted !== one.inverted;
  }

  /** @param {OneAxis} one @param {import("./parallel_layout.js").ParallelLayout} layout */
  function title({ axis, place: at, top }, { slanted: slants, titleRoom, width }) {
    const slanted = slants[axis.kind];
    const x = slanted ? at.x + 5 : at.x + at.band / 2;
    const room = slanted
      ? Math.min(titleRoom.slanted, (width - x) / COSINE)
      : Math.min(titleRoom.level, 2 * (width - x), 2 * x - 4);
    const text = ruler.fit(axis.name, room);
    const turn = slanted ? ` rotate(${-SLANT})` : "";
    const anchor = slanted ? "start" : "middle";
    const box = {
      x: slanted ? -3 : -room / 2,
      y: -14,
      width: Math.max(8, room),
      height: 19,
      rx: 3,
    };
    const group = svg(
      "g",
      { class: "gw-parallel-name", transform: `translate(${x} ${top - 9})${turn}` },
      svg("title", {}, `${axis.name} – drag to reorder`),
      svg("rect", box),
      svg("text", { "text-anchor": anchor }, text),
    );
    group.dataset.part = "title";
    return group;
  }

  /** Where axes stand close, numbers of ranges give way to those on axes before (they stand in
   * words above, too), and ticks' labels to the numbers that stay. */
  function makeWay() {
    const numbers = parts.flatMap(({ marks }) => marks.numbers());
    /** @type {typeof numbers} */
    const stay = [];
    for (const one of numbers) {
      const met = stay.some(
        (other) => other.label.parentNode !== one.label.parentNode && meet(one, other),
      );
      mark(one.label, "visibility", met ? "hidden" : "inherit");
      if (!met) stay.push(one);
    }
    axes.forEach(({ place: at }, k) => {
      for (const label of parts[k].labels) {
        const right = at.x - 6;
        const left = right - CHARACTER * (label.textContent ?? "").length;
        const tick = { left, right, y: Number(label.getAttribute("y")) };
        mark(label, "visibility", stay.some((one) => meet(one, tick)) ? "hidden" : "inherit");
      }
    });
  }

  /** @param {string} id */
  function setCurrent(id) {
    current = id;
    axes.forEach((one, k) => {
      parts[k].group.setAttribute("tabindex", one.axis.id === id ? "0" : "-1");
    });
  }

  /** @param {string} id */
  function focus(id) {
    const k = axes.findIndex((one) => one.axis.id === id);
    if (k < 0) return;
    setCurrent(id);
    parts[k].group.focus({ preventScroll: true });
  }

  /** The axis that has the focus, or "". */
  function focusedAxis() {
    const tree = /** @type {Document|ShadowRoot} */ (target.getRootNode());
    const group = tree.activeElement?.closest("[data-axis]");
    if (!group || !target.contains(group)) return "";
    return /** @type {SVGGElement} */ (group).dataset.axis ?? "";
  }

  return {
    place,
    makeWay,
    focus,
    focusedAxis,
    current: () => current,
    axes: () => axes,
    parts: () => parts,
    /** @param {OneAxis} one @param {number} k @param {[number, number]|undefined} range */
    spoken: (one, k, range) => spokenAxis(one.axis, k, axes.length, range, one.inverted),
    /** Where a dragged name would go, or null. @param {number|null} x */
    showSlot(x) {
      const { top = 0, bottom = 0 } = axes[0] ?? {};
      mark(slot, "d", x === null ? "" : `M${x} ${top - 22}V${bottom}`);
    },
    /** How the selected are spread. @param {Int32Array[]|null} counts in bins, axis by axis */
    showSelected(counts) {
      const d = counts ? parts.map(({ marks }, k) => marks.selectedPath(counts[k])).join("") : "";
      mark(selected, "d", d);
    },
    /** @param {string} d path of the line under the pointer */
    showHovered: (d) => mark(hovered, "d", d),
    /** @param {string} d path of the focused sample's line */
    showFocused: (d) => mark(focused, "d", d),
  };
}

/** @typedef {ReturnType<typeof createFrame>} Frame */

/** @typedef {{left: number, right: number, y: number}} Line of text, `y` its foot */

/** Whether two lines of text would touch. @param {Line} a @param {Line} b */
const meet = (a, b) => a.right > b.left && b.right > a.left && Math.abs(a.y - b.y) < LABEL - 2;

/** @param {OneAxis} one @param {boolean} labels */
function tickMarks({ place, top, bottom, domain, inverted }, labels) {
  const range = /** @type {[number, number]} */ (inverted ? [top, bottom] : [bottom, top]);
  return fittingTicks(domain, range, () => LABEL, place.step < NARROW ? 34 : 14).flatMap(
    ({ at, label }) => {
      const y = Math.round(at) + (at < bottom ? 0.5 : -0.5);
      const mark = svg("path", { class: "gw-parallel-tick", d: `M${place.x - 3} ${y}h3` });
      if (!labels) return [mark];
      const text = { class: "gw-parallel-label", x: place.x - 6, y: at + 4, "text-anchor": "end" };
      return [mark, svg("text", text, label)];
    },
  );
}

/** Turn over and hide; seen while the axis is pointed at or has the focus. @param {OneAxis} one */
function buttons({ axis, place, bottom, inverted }) {
  /** @param {string} part @param {number} x @param {string} d @param {string} words */
  const button = (part, x, d, words) => {
    const group = svg(
      "g",
      { class: "gw-parallel-button", transform: `translate(${x} ${bottom + 4})` },
      svg("title", {}, words),
      svg("rect", { width: 16, height: 16, rx: 3 }),
      svg("path", { d }),
    );
    group.dataset.part = part;
    return group;
  };
  const middle = place.x + place.band / 2;
  const turn = inverted ? "low values at the bottom" : "low values at the top";
  return [
    button("invert", middle - 17, "M5 12V4M3 6l2-2 2 2M11 4v8M9 10l2 2 2-2", `${turn} (I)`),
    button("hide", middle + 1, "M5 5l6 6M11 5l-6 6", `hide ${axis.name} (H)`),
  ];
}

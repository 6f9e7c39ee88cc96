// What lies above the dots: class names with accuracies, brushes, the focused sample.
import { mark, svg, write } from "./elements.js";
import { linear } from "./scales.js";
import { amount, share } from "./words.js";

/** @typedef {import("./local_dots.js").Panel} Panel */
/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {{n: number, correct: number, missing: number, chosen: number|null,
 *   chosenCorrect: number}} Counts of one class; `chosen` null without a selection */
/** @typedef {import("./local_clause.js").Step} Step */

/** @param {Counts} counts @param {string} name */
function spoken({ n, correct, missing, chosen, chosenCorrect }, name) {
  const parts = [
    `class ${name}`,
    n ? `${share(correct, n)} of ${amount(n)} correct` : "no samples",
  ];
  if (chosen !== null)
    parts.push(`${amount(chosen)} selected, ${share(chosenCorrect, chosen)} correct`);
  if (missing) parts.push(`${amount(missing)} without a value`);
  return parts.join(", ");
}

const SHORT = 150; // a plot narrower than this has room for numbers alone
const ACCURACY = 58; // room for "100.0 %" and a gap

/** @param {SVGSVGElement} target
 * @param {{ruler: import("./text_ruler.js").Ruler, open: (k: number) => void, pick: (k: number, add: boolean) => void,
 *   name: (c: number) => string}} options */
export function createMarks(target, { ruler, open, pick, name }) {
  /** @type {Panel[]} */
  let panels = [];
  /** @type {ReturnType<typeof makePanel>[]} */
  let parts = [];
  let current = 0;

  /** @param {Panel} panel @param {number} k */
  function makePanel({ place, class: c, frame: around, label }, k) {
    const { left, top, width, height } = place;
    const outer = around ?? place;
    const accuracy = svg("text", {
      class: "gw-local-accuracy",
      x: outer.left + outer.width,
      y: outer.top - 7,
      "text-anchor": "end",
    });
    const title = svg(
      "text",
      { class: "gw-local-class", x: outer.left, y: outer.top - 7 },
      label ? "" : `${ruler.fit(name(c), outer.width - ACCURACY)} `, // apart from the next, read aloud
    );
    const note = svg("text", {
      class: "gw-local-note",
      x: left + width / 2,
      y: top + height / 2,
      "text-anchor": "middle",
    });
    const missing = svg("text", {
      class: "gw-local-missing",
      "aria-hidden": "true",
      x: left + width - 4,
      y: top + height - 5,
      "text-anchor": "end",
    });
    const shapes = svg("g");
    const head = svg("rect", {
      class: "gw-local-head",
      x: outer.left,
      y: outer.top - 22,
      width: outer.width,
      height: label ? 0 : 20,
      rx: 3,
    });
    const frame = svg("rect", { class: "gw-local-area", x: left, y: top, width, height });
    frame.dataset.panel = String(k);
    const group = svg(
      "g",
      {
        class: "gw-local-panel",
        role: "button",
        tabindex: k === current ? 0 : -1,
        onfocus: () => setCurrent(k),
      },
      head,
      title,
      accuracy,
      note,
      frame,
      shapes,
    );
    head.addEventListener("click", (event) => {
      if (event.shiftKey) pick(k, true);
      else open(k);
    });
    // Around the button: what is inside one should be part of its name.
    const hint = label ?? `${name(c)}: click for all metrics, Shift+click to select`;
    const whole = svg("g", {}, svg("title", {}, hint), missing, group);
    return { whole, group, accuracy, note, missing, shapes, frame };
  }

  /** @param {number} k */
  function setCurrent(k) {
    current = k;
    parts.forEach((part, j) => {
      part.group.setAttribute("tabindex", j === k ? "0" : "-1");
    });
  }

  const ring = svg("circle", { class: "gw-local-focus", r: 6, "aria-hidden": "true" });

  /** @param {{width: number, height: number}} layout @param {Panel[]} next */
  function place(layout, next) {
    const focused = parts.findIndex((part) => part.group === focusedIn(target));
    panels = next;
    ruler.reset();
    current = Math.min(current, Math.max(0, panels.length - 1));
    parts = panels.map(makePanel);
    target.setAttribute("width", String(layout.width));
    target.setAttribute("height", String(layout.height));
    target.replaceChildren(...parts.map((part) => part.whole), ring);
    if (focused >= 0) focusPanel(current);
  }

  /** @param {number} k */
  function focusPanel(k) {
    if (!parts[k]) return;
    setCurrent(k);
    parts[k].group.focus({ preventScroll: true });
  }

  /** @param {Counts[]} counts @param {number[]|null} classes chosen by the class clause */
  function count(counts, classes) {
    counts.forEach((one, k) => {
      const { n, correct, missing, chosen, chosenCorrect } = one;
      const part = parts[k];
      const on = classes?.includes(panels[k].class) ?? false;
      const { label } = panels[k];
      write(part.accuracy, n && !label ? share(correct, n) : "");
      write(part.note, n ? "" : "no samples");
      if (label) {
        mark(part.group, "aria-label", label);
        return;
      }
      const words = [];
      const room = panels[k].place.width > SHORT;
      if (chosen) {
        const what = room ? " selected" : "";
        words.push(`${amount(chosen)}${what} · ${share(chosenCorrect, chosen)}`);
      }
      if (missing) words.push(`${amount(missing)} without a value`);
      write(part.missing, words.join(" · "));
      mark(part.group, "aria-label", spoken(one, name(panels[k].class)));
      mark(part.group, "aria-pressed", String(on));
      part.group.classList.toggle("gw-local-on", on);
      part.group.classList.toggle("gw-local-off", classes !== null && !on);
    });
  }

  /** @param {Step[]} steps @param {boolean} ghost drawn on another pair */
  function outline(steps, ghost) {
    parts.forEach((part, k) => {
      const here = steps.filter((step) => drawnIn(step, panels[k]));
      part.shapes.replaceChildren(
        ...here.flatMap((step) => {
          const d = path(step.shape, panels[k]);
          const kind = step.op === "subtract" ? " gw-local-minus" : "";
          const state = ghost ? " gw-local-ghost" : "";
          return d ? svg("path", { class: `gw-local-brush${kind}${state}`, d }) : [];
        }),
      );
    });
  }

  /** @param {{x: number, y: number}|null} where @param {number} radius */
  function focus(where, radius) {
    ring.setAttribute("visibility", where ? "visible" : "hidden");
    if (!where) return;
    ring.setAttribute("cx", String(where.x));
    ring.setAttribute("cy", String(where.y));
    ring.setAttribute("r", String(radius + 4));
  }

  return { place, count, outline, focus, focusPanel, current: () => current };
}

/** Whether a step was drawn on a panel's axes and class. @param {Step} step @param {Panel} panel */
const drawnIn = ({ class: c, x = "angle", y = "length" }, panel) =>
  (c === null || c === panel.class) && x === panel.axes.x && y === panel.axes.y;

/** The focused element, also inside of a shadow root. @param {Element} el */
function focusedIn(el) {
  const tree = /** @type {Document|ShadowRoot} */ (el.getRootNode());
  return tree.activeElement ?? null;
}

/** @param {Shape} shape @param {Panel} panel */
function path(shape, { place, x, y }) {
  const toX = linear(x, [place.left, place.left + place.width]);
  const toY = linear(y, [place.top + place.height, place.top]);
  /** @param {number} value @param {number} low @param {number} high */
  const within = (value, low, high) => Math.min(high, Math.max(low, value)).toFixed(1);
  /** @param {[number, number]} point */
  const at = ([px, py]) => {
    const right = place.left + place.width;
    const bottom = place.top + place.height;
    return `${within(toX(px), place.left, right)} ${within(toY(py), place.top, bottom)}`;
  };
  if (shape.kind !== "lasso" && shape.kind !== "box") return null;
  if (shape.kind === "lasso") {
    return shape.points.length ? `M${shape.points.map(at).join("L")}Z` : null;
  }
  const [[x0, x1], [y0, y1]] = [shape.x, shape.y];
  const corners = /** @type {[number, number][]} */ ([
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ]);
  return `M${corners.map(at).join("L")}Z`;
}

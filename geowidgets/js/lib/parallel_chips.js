// The ranges in words and numbers: to read, to type, to drop.
import { hide, html } from "./elements.js";
import { axisTitle } from "./parallel_words.js";

/** @typedef {import("./parallel_axes.js").Axis} Axis */
/** @typedef {[number, number]} Range */
/** @typedef {import("./parallel_ranges.js").Confusable} Confusable */

/** @param {{axis: (id: string) => Axis|undefined, domain: (axis: Axis) => Range,
 *   setRange: (id: string, range: Range|null) => void,
 *   ask: (question: Confusable|null) => void, done: (id: string) => void}} options
 *   `done` when typing has ended */
export function createChips({ axis: find, domain, setRange, ask, done }) {
  const element = html("div", {
    class: "gw-parallel-chips",
    role: "group",
    "aria-label": "ranges",
  });
  hide(element, true);
  /** @type {Map<string, {element: HTMLElement, fields: HTMLInputElement[]}>} */
  const chips = new Map();
  const question = createQuestion(ask);
  /** An axis whose range is being typed though it has none yet. */
  let typing = "";

  /** @param {string} name @param {() => void} changed */
  function field(name, changed) {
    return html("input", {
      class: "gw-control gw-number",
      type: "number",
      step: "any",
      "aria-label": name,
      onchange: changed,
    });
  }

  /** @param {Axis} axis */
  function makeChip(axis) {
    const words = axisTitle(axis);
    const read = () => {
      const [low, high] = domain(axis);
      const typed = fields.map((input, k) =>
        input.value === "" || !Number.isFinite(input.valueAsNumber)
          ? [low, high][k]
          : input.valueAsNumber,
      );
      typing = "";
      setRange(axis.id, [Math.min(...typed), Math.max(...typed)]);
    };
    const fields = [field(`${words} from`, read), field(`${words} to`, read)];
    const drop = () => {
      typing = "";
      setRange(axis.id, null);
      draw(last.axes, last.confusable);
    };
    const label = `drop the range of ${words}`;
    const chip = html(
      "span",
      {
        class: "gw-parallel-chip",
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== "Enter" && event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          if (event.key === "Enter") read();
          typing = "";
          done(axis.id);
        },
      },
      html("span", { class: "gw-parallel-chip-name", title: words }, words),
      fields[0],
      "to",
      fields[1],
      axis.unit,
      html("button", { class: "gw-parallel-drop", "aria-label": label, onclick: drop }, "×"),
    );
    return { element: chip, fields };
  }

  /** @type {{axes: Record<string, Range>, confusable: Confusable|null}} */
  let last = { axes: {}, confusable: null };

  /** @param {Record<string, Range>} axes @param {Confusable|null} confusable */
  function draw(axes, confusable) {
    last = { axes, confusable };
    const ids = [...new Set([...Object.keys(axes), ...(typing ? [typing] : [])])];
    const wanted = ids.filter((id) => find(id));
    for (const id of [...chips.keys()]) {
      if (wanted.includes(id)) continue;
      chips.get(id)?.element.remove();
      chips.delete(id);
    }
    for (const id of wanted) {
      const axis = /** @type {Axis} */ (find(id));
      const known = chips.get(id) ?? makeChip(axis);
      if (!chips.has(id)) {
        chips.set(id, known);
        element.append(known.element);
      }
      known.fields.forEach((input, k) => {
        const text = axes[id] ? shortest(axes[id][k], axis.digits) : "";
        // What is being typed is not overwritten by what it was.
        if (input.value !== text && !isActive(input)) input.value = text;
      });
    }
    question.draw(confusable);
    if (confusable && !question.element.isConnected) element.prepend(question.element);
    if (!confusable) question.element.remove();
    hide(element, !wanted.length && !confusable);
  }

  return {
    element,
    draw,
    /** Type the range of an axis. @param {string} id */
    type(id) {
      typing = id;
      draw(last.axes, last.confusable);
      const input = chips.get(id)?.fields[0];
      input?.focus();
      input?.select();
    },
  };
}

/** The question's thresholds. @param {(question: Confusable|null) => void} ask */
function createQuestion(ask) {
  /** @param {string} name @param {number} max @param {number} step */
  const field = (name, max, step) =>
    html("input", {
      class: "gw-control gw-number",
      type: "number",
      min: 0,
      max,
      step,
      "aria-label": name,
      onchange: () => read(),
    });
  const fields = [field("least probability", 1, 0.01), field("degrees, at most", 180, 1)];
  function read() {
    const [probability, degrees] = fields.map((input) => input.valueAsNumber);
    if (Number.isFinite(probability) && Number.isFinite(degrees)) ask({ probability, degrees });
  }
  const element = html(
    "span",
    { class: "gw-parallel-chip" },
    html("span", {}, "right, probability ≥"),
    fields[0],
    "another class within",
    fields[1],
    "° of its own",
    html(
      "button",
      { class: "gw-parallel-drop", "aria-label": "drop the question", onclick: () => ask(null) },
      "×",
    ),
  );
  return {
    element,
    /** @param {Confusable|null} confusable */
    draw(confusable) {
      if (!confusable) return;
      [confusable.probability, confusable.degrees].forEach((value, k) => {
        if (!isActive(fields[k])) fields[k].value = String(value);
      });
    },
  };
}

/** @param {Element} el */
const isActive = (el) => /** @type {Document|ShadowRoot} */ (el.getRootNode()).activeElement === el;

/** @param {number} value @param {number} digits */
const shortest = (value, digits) => String(Number(value.toFixed(digits + 1)));

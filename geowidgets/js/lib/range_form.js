// Selecting by typed ranges: the lasso for hands that have no pointer.
import { searchableChooser } from "./class_field.js";
import { html } from "./elements.js";

/** @typedef {{class: number|null, x: [number, number], y: [number, number],
 *   op: "replace"|"add"|"subtract"}} Ranges */

/** @param {{classes: () => string[], names: {x: string, y: string},
 *   submit: (ranges: Ranges) => void}} options */
export function createRangeForm({ classes, names, submit }) {
  const list = html("span");
  let chosen = "";
  const fields = ["x0", "x1", "y0", "y1"].map((name) =>
    html("input", {
      class: "gw-control gw-number",
      type: "number",
      step: "any",
      name,
      "aria-label": `${name[0] === "x" ? names.x : names.y} ${name[1] === "0" ? "from" : "to"}`,
    }),
  );

  /** @param {number} k @param {number} otherwise */
  const bound = (k, otherwise) => (fields[k].value === "" ? otherwise : Number(fields[k].value));

  /** @param {Ranges["op"]} op */
  function send(op) {
    submit({
      class: chosen === "" ? null : Number(chosen),
      x: [bound(0, -1e30), bound(1, 1e30)],
      y: [bound(2, -1e30), bound(3, 1e30)],
      op,
    });
  }

  /** @param {string} text @param {Ranges["op"]} op */
  const button = (text, op) =>
    html("button", { class: "gw-control", type: "button", onclick: () => send(op) }, text);

  const element = html(
    "form",
    {
      class: "gw-form",
      "aria-label": "select by typed ranges",
      // JupyterLab swallows the submit event that Enter in a field would cause.
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
        event.preventDefault();
        send("replace");
      },
      onsubmit: (/** @type {Event} */ event) => event.preventDefault(),
    },
    list,
    range(names.x, fields[0], fields[1]),
    range(names.y, fields[2], fields[3]),
    button("Select", "replace"),
    button("Add", "add"),
    button("Subtract", "subtract"),
  );
  element.hidden = true;

  return {
    element,
    /** Show or hide; `c` is the class to start with, null every one.
     * @param {number|null} c */
    toggle(c) {
      element.hidden = !element.hidden;
      if (element.hidden) return;
      chosen = c === null ? "" : String(c);
      const names = /** @type {[string, string][]} */ (classes().map((n, k) => [String(k), n]));
      const choose = (/** @type {string} */ value) => {
        chosen = value;
      };
      list.replaceChildren(
        searchableChooser("Class", [["", "every class"], ...names], chosen, choose),
      );
      fields[0].focus();
    },
  };
}

/** @param {string} name @param {HTMLElement} from @param {HTMLElement} to */
function range(name, from, to) {
  return html("span", { class: "gw-field" }, html("span", {}, name), from, "to", to);
}

// A list to choose from: a drop-down of a few, a field with search of many.
import { chooser, html } from "./elements.js";

const FEW = 40; // more than these nobody wants to scroll through
let lists = 0;

/** @typedef {[string, string, boolean?]} Option value, text, whether it cannot be chosen */

/** A labelled field; `changed` hears the value.
 * @param {string} title @param {Option[]} options @param {string} value
 * @param {(value: string) => void} changed */
export function searchableChooser(title, options, value, changed) {
  if (options.length <= FEW) return chooser(title, options, value, changed);
  const id = `gw-list-${lists++}`;
  let now = value;
  const shown = () => options.find(([key]) => key === now)?.[1] ?? "";

  function commit() {
    const found = matching(options, input.value);
    if (found && found[0] !== now) {
      now = found[0];
      changed(now);
    }
    rest();
  }

  function rest() {
    input.value = shown();
    input.title = shown();
  }

  const input = html("input", {
    class: "gw-control gw-class-search",
    type: "text",
    list: id,
    autocomplete: "off",
    // The list shows what matches the text, so that the text must go before another is looked for.
    onfocus: () => {
      input.placeholder = shown();
      input.value = "";
    },
    onblur: commit,
    onchange: commit,
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") input.value = "";
      input.blur();
    },
  });
  const list = html("datalist", { id });
  for (const [, text, disabled] of options) {
    if (!disabled) list.append(html("option", { value: text }));
  }
  rest();
  return html("label", { class: "gw-field" }, html("span", {}, title), input, list);
}

/** The option that a text means: the one of that name, else the first that begins with it, else
 * the first that contains it. @param {Option[]} options @param {string} text */
export function matching(options, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return undefined;
  const open = options.filter(([, , disabled]) => !disabled);
  const named = (/** @type {(name: string) => boolean} */ test) =>
    open.find(([, name]) => test(name.toLowerCase()));
  return (
    named((name) => name === wanted) ??
    named((name) => name.startsWith(wanted)) ??
    named((name) => name.includes(wanted))
  );
}

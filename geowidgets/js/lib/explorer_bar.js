// Undo, redo, clear, and what is selected now.

import { html, mark, write } from "./elements.js";
import { selectionWords } from "./explorer_words.js";
import { createSubsetMenu } from "./selection_subset_menu.js";

/**
 * @param {HTMLElement} bar
 * @param {{ columns: import("./columns_hub.js").ColumnsHub,
 *   selection: import("./selection_hub.js").SelectionHub, signal: AbortSignal }} options
 */
export function createBar(bar, { columns, selection, signal }) {
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Selection");
  const undo = button("↶ Undo", "Undo the last change of the selection", "undo");
  const redo = button("↷ Redo", "Take the undone change again", "redo");
  const clear = button("Clear", "Drop every clause", "clear");
  const summary = html("span", { class: "gw-explorer-summary", role: "status" });
  bar.append(undo, redo, clear, createSubsetMenu({ selection, signal }), summary);

  /** @param {string} text @param {string} title @param {string} type */
  function button(text, title, type) {
    const pressed = () => selection.dispatch({ type });
    return html("button", { class: "gw-control", type: "button", title, onclick: pressed }, text);
  }

  function show() {
    const state = selection.state();
    const steps = selection.steps();
    undo.disabled = steps.undo === 0;
    redo.disabled = steps.redo === 0;
    const { models, benchmarks, pairs, classes, clauses } = state;
    clear.disabled =
      !clauses.length && [models, benchmarks, pairs, classes].every((c) => c === null);
    const words = selectionWords(state, columns.directory(), (set) => {
      const mask = selection.mask(set);
      return mask ? selection.count(mask) : null;
    });
    write(summary, words);
    mark(summary, "title", words);
  }

  selection.subscribe(show, { signal });
  columns.subscribe((changed) => changed.has("directory") && show(), { signal });
  show();
}

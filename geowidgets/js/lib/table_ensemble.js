// A button that lets the chosen models vote: one more row, counted by the kernel.
import { html } from "./elements.js";

/** @typedef {ReturnType<typeof createEnsembleButton>} EnsembleButton */

/** @param {{columns: import("./columns_hub.js").ColumnsHub,
 *   selection: import("./selection_hub.js").SelectionHub, ask: (models: string[]) => void,
 *   changed: () => void, signal: AbortSignal}} options `ask` the kernel; `changed`: there is
 *   something else to say */
export function createEnsembleButton({ columns, selection, ask, changed, signal }) {
  let waiting = false;
  let problem = "";
  const element = html("button", {
    class: "gw-control gw-table-ensemble",
    type: "button",
    onclick: () => {
      try {
        problem = "";
        waiting = true;
        ask(members());
      } catch {
        waiting = false;
        problem = "An ensemble's votes are counted by Python, and no kernel is attached.";
      }
      show();
      changed();
    },
  });

  function members() {
    const { models } = columns.directory();
    const chosen = selection.state().models ?? [];
    return chosen.flatMap((k) => (models[k] && !models[k].members ? [models[k].name] : []));
  }

  function show() {
    const names = members();
    element.hidden = names.length < 2 && !waiting;
    element.disabled = waiting;
    element.textContent = waiting ? "Counting votes…" : `Ensemble of ${names.length}`;
    element.title = `a row of what most of these say: ${names.join(", ")}`;
  }

  /** The kernel has answered, by a row or by words. */
  function settle() {
    waiting = false;
    show();
  }

  columns.subscribe((keys) => keys.has("directory") && settle(), { signal });
  selection.subscribe(
    ({ changed: fields }) => {
      if (fields.has("error")) settle();
      else if (fields.has("models")) show();
    },
    { signal },
  );
  show();
  return { element, settle, problem: () => problem };
}

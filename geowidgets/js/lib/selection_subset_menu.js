// A menu of the named subsets: apply one, forget one, keep what is selected now under a name.
import { html } from "./elements.js";
import { activeIn, button, menu } from "./view_buttons.js";
import { amount } from "./words.js";

/** @param {{selection: import("./selection_hub.js").SelectionHub, signal: AbortSignal}} options */
export function createSubsetMenu({ selection, signal }) {
  const list = html("ul", { class: "gw-subset-list", "aria-label": "saved subsets" });
  const problem = html("div", { class: "gw-subset-problem", role: "alert", hidden: true });
  const name = html("input", {
    class: "gw-control",
    type: "text",
    maxlength: 80,
    placeholder: "name",
    "aria-label": "name for what is selected",
    // JupyterLab swallows the submit event that Enter in a field would cause.
    onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && save(),
  });
  const keep = button("Save", save, "keep the selected samples under this name");
  const made = menu("Subsets", [
    list,
    html("div", { class: "gw-subset-new" }, name, keep),
    problem,
  ]);
  made.classList.add("gw-subsets");

  /** @param {() => void} action */
  function attempt(action) {
    try {
      action();
      problem.hidden = true;
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error);
      problem.hidden = false;
    }
  }

  function save() {
    attempt(() => {
      selection.saveSubset(name.value);
      name.value = "";
    });
  }

  /** @param {string} one @param {import("./selection_subsets.js").Subset} subset */
  function entry(one, { set, n }) {
    const several = Object.keys(selection.sizes().sets).length > 1;
    const count = `${amount(n)}${several ? ` of ${set}` : ""}`;
    const apply = button("", () => attempt(() => selection.applySubset(one)), one);
    apply.append(html("span", { class: "gw-subset-name" }, one), html("strong", {}, count));
    apply.setAttribute("aria-label", `select ${one}, ${count} samples`);
    const drop = button("×", () => attempt(() => selection.forgetSubset(one)), `forget ${one}`);
    drop.setAttribute("aria-label", `forget ${one}`);
    const { clauses } = selection.state();
    const on = clauses.length === 1 && clauses[0].predicate.name === one;
    apply.setAttribute("aria-pressed", String(on));
    return html("li", {}, apply, drop);
  }

  function show() {
    const subsets = Object.entries(selection.subsets());
    const used = activeIn(list)?.getAttribute("aria-label");
    list.replaceChildren(...subsets.map(([one, subset]) => entry(one, subset)));
    list.hidden = !subsets.length;
    if (!used) return;
    const again = [...list.querySelectorAll("button")].find(
      (one) => one.getAttribute("aria-label") === used,
    );
    again?.focus(); // else leaving the menu would not close it
  }

  made.addEventListener("toggle", show);
  selection.subscribe(
    ({ changed }) => made.open && (changed.has("subsets") || changed.has("clauses")) && show(),
    { signal },
  );
  return made;
}

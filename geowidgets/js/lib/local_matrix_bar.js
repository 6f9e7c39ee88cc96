// What stands above the scatter-plot matrix: the way back, the class, values or differences.
import { searchableChooser } from "./class_field.js";
import { html } from "./elements.js";
import { toggle } from "./view_buttons.js";
import { amount, share } from "./words.js";

/** @param {{close: () => void, choose: (c: number) => void, setDelta: (on: boolean) => void}} on */
export function createMatrixBar({ close, choose, setDelta }) {
  const back = html(
    "button",
    { class: "gw-control", type: "button", title: "back to the panels (Escape)", onclick: close },
    "‹ All classes",
  );
  const list = html("span");
  const words = html("span", { class: "gw-soft" });
  const look = html("span", { class: "gw-bar-group", role: "group", "aria-label": "values" });
  const element = html("div", { class: "gw-bar gw-local-matrix-bar", hidden: true });
  element.append(back, list, words, look);
  let listed = "";

  return {
    element,
    back,
    /** @param {{c: number|null, names: string[], delta: boolean, comparing: boolean,
     *   counts: import("./local_marks.js").Counts|null, missing: number}} now */
    update({ c, names, delta, comparing, counts, missing }) {
      element.hidden = c === null;
      if (c === null) return;
      const now = JSON.stringify([c, names]);
      if (now !== listed) {
        const options = /** @type {[string, string][]} */ (names.map((n, k) => [String(k), n]));
        const chosen = (/** @type {string} */ value) => choose(Number(value));
        list.replaceChildren(searchableChooser("Class", options, String(c), chosen));
        listed = now;
      }
      const said = counts
        ? [`${share(counts.correct, counts.n)} of ${amount(counts.n)} correct`]
        : [];
      if (missing) said.push(`${amount(missing)} without a value`);
      words.textContent = said.join(" · ");
      look.hidden = !comparing;
      look.replaceChildren(
        toggle("Values", !delta, () => setDelta(false)),
        toggle("Δ compared − reference", delta, () => setDelta(true)),
      );
    },
  };
}

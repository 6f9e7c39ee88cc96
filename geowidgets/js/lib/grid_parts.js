// The elements that make up the attribution grid, still empty.
import { html } from "./elements.js";

export function createParts() {
  const hidden = { hidden: true };
  const first = html("strong");
  const rest = html("span", { class: "gw-soft" });
  const progressText = html("span");
  const bar = html("progress", { max: 1 });
  const cancel = html("button", { class: "gw-control", type: "button" }, "Cancel");
  const retry = html("button", { class: "gw-control", type: "button" }, "Compute them");
  const halted = html("span");
  const more = html("button", { class: "gw-control", type: "button", ...hidden });
  const emptyWords = html("div", { class: "gw-grid-empty-words" });
  const parts = {
    first,
    rest,
    bar,
    progressText,
    cancel,
    retry,
    halted,
    more,
    emptyWords,
    line: html("div", { class: "gw-grid-line", "aria-live": "polite" }, first, " ", rest),
    key: legend(),
    spoken: html("div", { class: "gw-visually-hidden", "aria-live": "polite" }),
    progress: html(
      "div",
      { class: "gw-progress gw-grid-progress", role: "status", ...hidden },
      bar,
      progressText,
      cancel,
    ),
    stopped: html("div", { class: "gw-progress", ...hidden }, halted, retry),
    error: html("div", { class: "gw-error", role: "alert", ...hidden }),
    empty: html("div", { class: "gw-empty gw-grid-empty", ...hidden }, emptyWords),
    stage: html("div", {
      class: "gw-grid-stage",
      tabindex: 0,
      role: "group",
      "aria-label":
        "attribution maps: arrows move the place, Enter holds it, brackets go to another sample",
    }),
  };
  return {
    ...parts,
    /** @param {string[]} words instead of the maps, one paragraph each; none shows the maps */
    say(words) {
      emptyWords.replaceChildren(...words.map((line) => html("p", {}, line)));
      parts.empty.hidden = !words.length;
      parts.stage.hidden = words.length > 0;
      parts.key.hidden = words.length > 0;
    },
    /** @param {string} words above the maps, which stay; "" takes them away */
    showError(words) {
      parts.error.textContent = words;
      parts.error.hidden = !words;
    },
  };
}

function legend() {
  return html(
    "div",
    { class: "gw-grid-key" },
    html("span", { class: "gw-grid-key-fall" }, "falls"),
    html("span", { class: "gw-grid-key-rise" }, "rises when the region is hidden"),
    html("span", { class: "gw-grid-key-value" }, "as it is"),
  );
}

// The elements that say what a sample view shows and does, and how they are filled.
import { hide, html, write } from "./elements.js";

/** @typedef {ReturnType<typeof createViewParts>} ViewParts */
/** @typedef {ReturnType<typeof createStatus>} Status */

const SLOW_MS = 500; // what takes longer shows its progress

/** @param {string} prefix of the view's class names */
export function createViewParts(prefix) {
  const countFirst = html("strong");
  const countRest = html("span", { class: "gw-soft" });
  const ghostText = html("span");
  const reapply = html("button", { class: "gw-control", type: "button" }, "Re-apply here");
  const progressText = html("span");
  const bar = html("progress", { max: 1 });
  const hidden = { hidden: true };
  const count = html(
    "div",
    { class: `gw-view-words ${prefix}-words`, "aria-live": "polite" },
    countFirst,
    " ",
    countRest,
  );
  return {
    countFirst,
    countRest,
    ghostText,
    reapply,
    progressText,
    bar,
    count,
    empty: html("div", { class: "gw-empty", ...hidden }),
    ghost: html(
      "div",
      { class: `gw-view-ghost ${prefix}-ghost-note`, ...hidden },
      ghostText,
      " ",
      reapply,
    ),
    error: html("div", { class: "gw-error", role: "alert", ...hidden }),
    progress: html(
      "div",
      { class: "gw-progress", role: "status", ...hidden },
      bar,
      " ",
      progressText,
    ),
  };
}

/** @param {ViewParts & {stage: HTMLElement}} parts `stage` the picture */
export function createStatus(parts) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let slow;
  let failed = false; // whether the error that stands there is of the last action

  /** @param {HTMLElement} element @param {string} words "" hides it */
  function show(element, words) {
    write(element, words);
    hide(element, !words);
  }

  /** @param {string} words above the picture, which stays */
  const error = (words) => show(parts.error, words);

  /** @param {unknown} thrown */
  const fail = (thrown) => error(thrown instanceof Error ? thrown.message : String(thrown));

  return {
    error,
    fail,
    /** An action whose errors stand in the view.
     * @template {any[]} Arguments @param {(...args: Arguments) => void} action */
    attempt:
      (action) =>
      (/** @type {Arguments} */ ...args) => {
        try {
          action(...args);
          if (failed) error("");
          failed = false;
        } catch (thrown) {
          fail(thrown);
          failed = true;
        }
      },
    /** @param {string} words instead of the picture */
    say(words) {
      show(parts.empty, words);
      hide(parts.stage, Boolean(words));
    },
    /** @param {{first: string, rest: string}} words */
    count({ first, rest }) {
      write(parts.countFirst, first);
      write(parts.countRest, rest);
    },
    /** @param {{arrived: number, of: number, name: string}|null} waiting */
    wait(waiting) {
      if (!waiting) {
        clearTimeout(slow);
        slow = undefined;
        hide(parts.progress, true);
        return;
      }
      const { arrived, of, name } = waiting;
      parts.progressText.textContent = `Loading ${name}: ${arrived} of ${of} columns`;
      parts.bar.value = arrived / of;
      slow ??= setTimeout(() => {
        hide(parts.progress, false);
      }, SLOW_MS);
    },
    /** @param {string} pair on which the brush was drawn, "" where it is the one shown
     * @param {boolean} applicable whether it says what could be done here */
    ghost(pair, applicable) {
      hide(parts.ghost, !pair);
      write(parts.ghostText, `Brush drawn on ${pair}; it keeps its samples.`);
      hide(parts.reapply, !applicable);
    },
  };
}

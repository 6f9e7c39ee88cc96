// What the view says in words: counts, waiting, errors, and where a brush was drawn.

/** @typedef {ReturnType<typeof import("./parallel_parts.js").createParts>} Parts */

const SLOW_MS = 500; // what takes longer shows its progress

/** @param {Parts} parts */
export function createStatus(parts) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let slow;

  /** @param {HTMLElement} element @param {string} words "" hides it */
  function show(element, words) {
    element.textContent = words;
    element.hidden = !words;
  }

  return {
    /** @param {string} words */
    error: (words) => show(parts.error, words),
    /** @param {string} words over the picture */
    note: (words) => show(parts.note, words),
    /** @param {string} words instead of the picture */
    say(words) {
      show(parts.empty, words);
      parts.stage.hidden = Boolean(words);
    },
    /** @param {{first: string, rest: string}} words */
    count({ first, rest }) {
      parts.countFirst.textContent = first;
      parts.countRest.textContent = rest;
    },
    /** @param {{arrived: number, of: number, name: string}|null} waiting */
    wait(waiting) {
      if (!waiting) {
        clearTimeout(slow);
        slow = undefined;
        parts.progress.hidden = true;
        return;
      }
      const { arrived, of, name } = waiting;
      parts.progressText.textContent = `Loading ${name}: ${arrived} of ${of} columns`;
      parts.bar.value = arrived / of;
      slow ??= setTimeout(() => {
        parts.progress.hidden = false;
      }, SLOW_MS);
    },
    /** @param {string} pair on which the brush was drawn, "" where it is the one shown
     * @param {boolean} foreign whether it says nothing that could be applied here */
    ghost(pair, foreign) {
      parts.ghost.hidden = !pair;
      parts.ghostText.textContent = `Brush drawn on ${pair}; it keeps its samples.`;
      parts.reapply.hidden = foreign;
    },
  };
}

// How far a weight graph is, what it shows in one sentence, and what is wrong.

/** @typedef {ReturnType<typeof import("./graph_parts.js").createParts>} Parts */

const SLOW_MS = 500; // what takes longer shows its progress

/** @param {Parts} parts */
export function createStatus(parts) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let slow;

  /** @param {HTMLElement} element @param {string} words "" hides it */
  function show(element, words) {
    if (element.textContent !== words) element.textContent = words;
    element.hidden = !words;
  }

  /** @param {string} words "" when it is done */
  function progress(words) {
    if (!words) {
      clearTimeout(slow);
      slow = undefined;
      parts.progress.hidden = true;
      return;
    }
    parts.progressText.textContent = words;
    slow ??= setTimeout(() => {
      parts.progress.hidden = false;
    }, SLOW_MS);
  }

  return {
    /** @param {string} words */
    error: (words) => show(parts.error, words),
    /** @param {{name: string, done: number, message: string}} phase @param {boolean} there */
    phase({ name, done, message }, there) {
      parts.body.hidden = !there;
      show(parts.empty, there || name === "failed" ? "" : "The graph appears here in a moment.");
      if (name === "failed") show(parts.error, `The graph has no numbers: ${message}`);
      if (there) return;
      parts.bar.value = done;
      progress(name === "computing" ? "Cosines of all units, epoch by epoch" : "");
    },
    /** @param {string|null} words what the graph waits for */
    wait(words) {
      parts.bar.removeAttribute("value");
      progress(words ?? "");
      if (!words) show(parts.error, "");
    },
    /** @param {{first: string, rest: string}} words */
    count({ first, rest }) {
      if (parts.countFirst.textContent !== first) parts.countFirst.textContent = first;
      if (parts.countRest.textContent !== rest) parts.countRest.textContent = rest;
    },
    /** @param {import("./graph_scene.js").Scene} scene */
    note({ shown, short, epoch }) {
      const lacking = `This page holds edges from an inner product of ${epoch.floor.toFixed(3)} on; weaker ones need a kernel.`;
      const words = shown
        ? short
          ? lacking
          : ""
        : "Every unit is hidden: norm 0, or a constant output";
      show(parts.note, words);
    },
  };
}

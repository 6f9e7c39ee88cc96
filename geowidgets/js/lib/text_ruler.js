// How wide texts are, in the page's own font.
import { fitted } from "./table_export.js";

/** @typedef {ReturnType<typeof createRuler>} Ruler */

/** @param {HTMLElement} root @param {string} font weight and size */
export function createRuler(root, font) {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) throw new Error("the browser gave no 2d context to measure names with");
  const ruler = {
    /** After a change of the page's style. */
    reset() {
      context.font = `${font} ${getComputedStyle(root).fontFamily}`;
    },
    /** @param {string} text */
    measure: (text) => context.measureText(text).width,
    /** The text, or as much of its start as has room. @param {string} text @param {number} room */
    fit: (text, room) => fitted(context, text, room),
  };
  ruler.reset();
  ruler.measure("0"); // a font's first use takes up to 20 ms: before there are data nobody waits
  return ruler;
}

// Words in pictures: as many lines as they need, measured in the font that they will have.

/** @typedef {(text: string) => number} Measure */

/** @type {CanvasRenderingContext2D|null} */
let context = null;

/** How wide texts are in a font. @param {string} font as CSS has it: style, weight, size, family
 * @returns {Measure} */
export function measureIn(font) {
  context ??= document.createElement("canvas").getContext("2d");
  const ruler = context;
  if (!ruler) throw new Error("this browser gives no canvas to measure words with");
  return (text) => {
    ruler.font = font;
    return ruler.measureText(text).width;
  };
}

/** Words as lines that have room; a word alone that has none stays whole.
 * @param {string} words @param {number} room @param {Measure} measure @returns {string[]} */
export function linesOf(words, room, measure) {
  /** @type {string[]} */
  const lines = [];
  for (const word of words.split(/[ \n]+/).filter(Boolean)) {
    const last = lines[lines.length - 1];
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && measure(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A view's sentence: what it counts, and the rest of it.
 * @param {{countFirst: Element, countRest: Element}} parts */
export const sentenceOf = ({ countFirst, countRest }) =>
  [countFirst, countRest]
    .map(({ textContent }) => textContent ?? "")
    .filter(Boolean)
    .join(" · ");

// Who is in the picture and who of them is selected: drawn, counted and said.
import * as bits from "./bits.js";
import { hide, write } from "./elements.js";
import { countMissing } from "./parallel_data.js";
import { drawLegend } from "./parallel_parts.js";
import { classWords, summary } from "./parallel_words.js";

/** @typedef {import("./parallel_loader.js").Loaded} Loaded */

/** @param {{parts: ReturnType<typeof import("./parallel_parts.js").createParts>,
 *   status: import("./view_parts.js").Status,
 *   drawing: ReturnType<typeof import("./parallel_drawing.js").createDrawing>,
 *   selection: import("./selection_hub.js").SelectionHub,
 *   pairs: import("./view_pairs.js").ViewPairs, names: () => string[],
 *   loaded: () => Loaded|null, rival: () => Loaded|null, active: () => Loaded|null,
 *   lines: () => string}} options */
export function createPeople(options) {
  const { parts, status, drawing, selection, pairs, loaded, rival, active } = options;
  /** Samples of the chosen classes. @type {Uint32Array|null} */
  let people = null;
  let missing = 0;

  /** The selected ones among them, or null where nothing is selected. @param {Loaded} one */
  function chosen({ set }) {
    const mask = selection.mask(set);
    return mask && people ? bits.and(mask, people) : null;
  }

  /** @param {Loaded} here the pair on top @param {Loaded} reference
   * @param {Uint32Array|null} mask */
  function say(here, reference, mask) {
    const n = people ? bits.count(people) : 0;
    const classes = classWords(selection.state().classes, options.names());
    const compared = here === reference ? rival() : reference;
    const both = [here, ...(compared ? [compared] : [])].map((one) => pairs.brief(one.pair));
    const population = people ?? bits.empty(0);
    const said = { reference: here, compared, population, mask, classes, pairs: both };
    status.count(summary({ ...said, missing, drawn: n }));
    const other = rival();
    drawLegend(parts.legend, {
      reference: pairs.name(reference.pair),
      compared: other && pairs.name(other.pair),
      selected: mask !== null,
      lines: options.lines(),
    });
    const none = mask && !bits.count(mask) ? "No sample satisfies every clause" : "";
    const words = n ? none : `No samples of ${classes || "this set"}`;
    write(parts.note, words);
    hide(parts.note, !words);
  }

  return {
    /** After the picture has changed. @param {Loaded} top
     * @param {import("./parallel_axes.js").Axis[]} shown @param {Uint32Array} now */
    count(top, shown, now) {
      people = now;
      missing = countMissing(top.data, shown, now);
    },
    /** Samples whose lines can be pointed at. */
    visible() {
      const here = active();
      return here ? (chosen(here) ?? people) : null;
    },
    /** False where nothing has been drawn yet. @param {Loaded} here the pair on top
     * @param {Loaded} reference */
    drawMask(here, reference) {
      if (!people || !loaded()) return false;
      const mask = chosen(here);
      drawing.select(mask, rival()?.set === reference.set);
      say(here, reference, mask);
      return true;
    },
  };
}

// The point under the pointer and the one under the keyboard's cursor, and what is done to them.
import { pointTowards } from "./map_pick.js";

/** @typedef {{picture: import("./map_picture.js").Picture,
 *   choice: ReturnType<typeof import("./map_choice.js").createChoice>,
 *   facts: ReturnType<typeof import("./map_facts.js").createFacts>,
 *   tip: ReturnType<typeof import("./map_overlay.js").createTip>, spoken: HTMLElement,
 *   present: () => Uint32Array, reference: () => number, changed: () => void}} Options `changed`:
 *   rings stand elsewhere */

/** @param {Options} options */
export function createCursor({ picture, choice, facts, tip, spoken, present, reference, changed }) {
  let cursor = -1;
  let hovered = -1;

  /** @param {number} i @param {[number, number]|null} spot */
  function hover(i, spot) {
    if (i !== hovered) changed();
    hovered = i;
    const { x, y } = picture.at();
    tip.show(i >= 0 ? facts.of(i) : null, spot ?? [x[i] ?? 0, y[i] ?? 0]);
  }

  /** @param {number} i @param {boolean} compare */
  function choose(i, compare) {
    choice.choose(i, compare);
    cursor = i;
    say();
  }

  function say() {
    spoken.textContent = facts.spoken(cursor);
  }

  return {
    at: () => cursor,
    hovered: () => hovered,
    hover,
    choose,
    /** Other points from now on. */
    reset() {
      cursor = hovered = -1;
    },
    /** @param {number} x @param {number} y @param {import("./map_scene.js").Operation} op */
    click(x, y, op) {
      const i = picture.nearest([x, y], present());
      if (i >= 0) {
        cursor = i;
        choose(i, op !== "replace");
      } else if (op === "replace") {
        choice.dropPairs();
      }
    },
    /** The cursor's point as reference, with Shift as compared. @param {boolean} compare */
    pick: (compare) => cursor >= 0 && choose(cursor, compare),
    toggle() {
      if (cursor < 0) return;
      choice.toggle(cursor);
      say();
    },
    /** To the next point in a direction. @param {[number, number]} direction */
    step(direction) {
      const there = present();
      if (!there.length) return;
      if (cursor >= 0 && there.includes(cursor)) {
        const next = pointTowards(picture.at(), there, cursor, direction);
        if (next >= 0) cursor = next;
      } else {
        cursor = there.includes(reference()) ? reference() : there[0];
      }
      hover(cursor, null);
      say();
      changed();
    },
  };
}

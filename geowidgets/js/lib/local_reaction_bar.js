// Reactions of the samples to a change of model or data: counted, picked, shown and hidden.
import * as bits from "./bits.js";
import { operation } from "./brush.js";
import { hide, html, mark, write } from "./elements.js";
import { COLORS, REACTIONS, reactionWords } from "./local_reactions.js";
import { amount } from "./words.js";

/** @typedef {import("./local_reactions.js").Reaction} Reaction */

/** @param {{pick: (reaction: Reaction, op: import("./brush.js").Operation) => void,
 *   toggle: (reaction: Reaction) => void}} options */
export function createReactionBar({ pick, toggle }) {
  const chips = REACTIONS.map((reaction) => {
    const count = html("span", { class: "gw-reaction-count" });
    const choose = html(
      "button",
      {
        class: "gw-control gw-reaction-pick",
        type: "button",
        title: "select these samples (Shift adds them, Alt takes them away)",
        onclick: (/** @type {MouseEvent} */ event) => pick(reaction, operation(event)),
      },
      html("span", {
        class: "gw-reaction-dot",
        style: `background: var(--gw-${COLORS[reaction][0]})`,
      }),
      `${reactionWords(reaction)} `,
      count,
    );
    const show = html("button", {
      class: "gw-control gw-reaction-show",
      type: "button",
      onclick: () => toggle(reaction),
    });
    const element = html("span", { class: "gw-reaction" }, choose, show);
    element.dataset.reaction = reaction;
    return { reaction, element, choose, show, count };
  });
  const first = html("span", { class: "gw-local-key-reference" });
  const second = html("span", { class: "gw-local-key-compared" });
  const names = html("span", { class: "gw-local-pairs" }, first, " → ", second);
  const note = html("span", { class: "gw-soft" });
  const element = html(
    "div",
    { class: "gw-bar gw-reactions", role: "group", "aria-label": "reactions", hidden: true },
    names,
    ...chips.map((chip) => chip.element),
    note,
  );

  return {
    element,
    /** @param {{masks: import("./local_reactions.js").ReactionMasks|null, mask: Uint32Array|null,
     *   picked: Reaction[], shown: string[], reference: string, compared: string, why: string}} now
     *   `why` there is nothing to compare although a pair is chosen */
    update({ masks, mask, picked, shown, reference, compared, why }) {
      hide(element, !masks && !why);
      write(note, why);
      hide(names, !masks);
      write(first, reference);
      write(second, compared);
      mark(first, "title", reference);
      mark(second, "title", compared);
      for (const { reaction, element: chip, choose, show, count } of chips) {
        hide(chip, !masks);
        if (!masks) continue;
        const all = bits.count(masks[reaction]);
        const some = mask ? `${amount(bits.countAnd(masks[reaction], mask))} of ` : "";
        write(count, `${some}${amount(all)}`);
        // Room for both numbers: a brush must not make the chips wrap and move what lies below.
        count.style.minWidth = `${2 * amount(all).length + 3}ch`;
        const on = shown.includes(reaction);
        chip.classList.toggle("gw-reaction-hidden", !on);
        choose.setAttribute("aria-pressed", String(picked.includes(reaction)));
        write(show, on ? "hide" : "show");
        show.setAttribute("aria-label", `${on ? "hide" : "show"} ${reactionWords(reaction)}`);
      }
    },
  };
}

// What the units' colours mean, below the graph.
import { html } from "./elements.js";
import { css } from "./map_palette.js";

/** @param {HTMLElement} element */
export function createLegend(element) {
  let drawn = "";
  return {
    /** @param {import("./graph_look.js").Look} look */
    draw({ legend, ramp }) {
      const now = JSON.stringify([legend, ramp]);
      if (now === drawn) return;
      drawn = now;
      const entries = legend.map(({ color, text }) =>
        html(
          "span",
          { class: "gw-weights-entry" },
          html("span", { class: "gw-weights-swatch", style: `background:${css(color)}` }),
          text,
        ),
      );
      element.replaceChildren(...entries, ...(ramp ? bar(ramp) : []));
    },
  };
}

/** @param {NonNullable<import("./graph_look.js").Look["ramp"]>} ramp */
function bar([from, to, [a, b]]) {
  const style = `background:linear-gradient(to right, ${css(a)}, ${css(b)})`;
  return [from, html("span", { class: "gw-weights-ramp", style }), to];
}

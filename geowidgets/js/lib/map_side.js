// Beside the map: redundant benchmarks, and the selected pairs by number.
import { hide, html } from "./elements.js";
import { amount, pairName } from "./words.js";

/** @typedef {import("./columns_hub.js").Directory} Directory */

/** A part that folds. @param {string} title @param {boolean} open @param {...Node} children */
export function fold(title, open, ...children) {
  const summary = html("summary", { class: "gw-map-fold" }, title);
  const element = html("details", { class: "gw-map-part", open }, summary, ...children);
  return {
    element,
    /** @param {string} words */
    title(words) {
      if (summary.textContent !== words) summary.textContent = words;
    },
  };
}

/** Redundant pairs of benchmarks, the most redundant first; a row puts its two in focus.
 * @param {{choose: (pair: [number, number]) => void}} options */
export function createRedundancy({ choose }) {
  const list = html("div", { class: "gw-map-list", role: "group" });
  const words = html(
    "p",
    { class: "gw-map-help gw-soft" },
    "Distance between the benchmarks ÷ distance between the models, and ρ, the rank correlation " +
      "of the models’ distances. Small and ρ near 1: one of the two says it all.",
  );
  const part = fold("Redundant benchmarks", true, words, list);
  let drawn = "";

  /** @param {ArrayLike<number>} pairs (pair, 3) @param {ArrayLike<number>} scores (pair, 2)
   * @param {Directory} directory @param {number[]|null} focus benchmarks in focus */
  function draw(pairs, scores, directory, focus) {
    const now = JSON.stringify([pairs.length, directory.revision, focus]);
    if (now === drawn) return;
    drawn = now;
    const place = list.scrollTop;
    const rows = Array.from({ length: scores.length / 2 }, (_, k) => {
      const [a, b, models] = [pairs[3 * k], pairs[3 * k + 1], pairs[3 * k + 2]];
      return row([a, b], scores[2 * k], scores[2 * k + 1], models, directory, focus);
    });
    const none = html(
      "p",
      { class: "gw-map-help gw-soft" },
      "Needs two benchmarks and two models that are computed on both.",
    );
    list.replaceChildren(...(rows.length ? rows : [none]));
    hide(words, !rows.length);
    list.scrollTop = place;
  }

  /** @param {[number, number]} pair @param {number} score @param {number} mantel
   * @param {number} models @param {Directory} directory @param {number[]|null} focus */
  function row(pair, score, mantel, models, { benchmarks }, focus) {
    const [a, b] = pair.map((k) => benchmarks[k]?.name ?? "?");
    const chosen = focus?.length === 2 && pair.every((k) => focus.includes(k));
    return html(
      "button",
      {
        class: "gw-map-row",
        type: "button",
        "aria-pressed": String(chosen),
        title: `${a} and ${b}, ${models} models: show these two and their trees`,
        onclick: () => choose(pair),
      },
      html("span", { class: "gw-map-name" }, a, html("br"), b),
      html(
        "span",
        { class: "gw-map-scores" },
        html("strong", {}, number(score, 3)),
        html("br"),
        html("span", { class: "gw-soft" }, `ρ ${number(mantel)}`),
      ),
    );
  }

  return { element: part.element, draw };
}

const NUMBERED = 99;

/** The pairs in focus, with the numbers that they carry in the map.
 * @param {{hover: (i: number) => void, pick: (i: number, compare: boolean) => void}} options */
export function createChosen({ hover, pick }) {
  const list = html("ol", { class: "gw-map-list gw-map-chosen" });
  const part = fold("Selected pairs", true, list);
  let drawn = "";
  return {
    element: part.element,
    limit: NUMBERED,
    /** @param {ArrayLike<number>} focus @param {import("./map_points.js").Points} points
     * @param {Directory} directory @param {boolean} narrowed */
    draw(focus, points, directory, narrowed) {
      const shown = narrowed ? Array.from(focus).slice(0, NUMBERED) : [];
      const now = JSON.stringify([shown, focus.length, directory.revision]);
      if (now === drawn) return;
      drawn = now;
      hide(part.element, !shown.length);
      const more = focus.length > shown.length ? `, ${shown.length} numbered` : "";
      part.title(`Selected pairs: ${amount(focus.length)}${more}`);
      list.replaceChildren(
        ...shown.map((i) =>
          html(
            "li",
            { onpointerenter: () => hover(i), onpointerleave: () => hover(-1) },
            html(
              "button",
              {
                class: "gw-map-pair",
                type: "button",
                title: "click: reference; with Shift: compared",
                onclick: (/** @type {MouseEvent} */ event) => pick(i, event.shiftKey),
              },
              pairName(directory, [points.model[i], points.benchmark[i]]),
            ),
          ),
        ),
      );
    },
  };
}

/** @param {number} value @param {number} [digits] */
const number = (value, digits = 2) =>
  Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "–";

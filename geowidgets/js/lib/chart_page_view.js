// Charts as numbers: what a notebook's kernel would draw by bqplot, for every choice, drawn here.
import { createChartControls } from "./chart_controls.js";
import { legendEntry } from "./chart_legend.js";
import { createChartPanel } from "./chart_panel.js";
import { chartPicture } from "./chart_picture.js";
import { html, write } from "./elements.js";
import { savePicture } from "./picture.js";
import { followTheme } from "./theme.js";
import { saveMenu } from "./view_buttons.js";

/**
 * @typedef {import("./chart_svg.js").Figure} Figure
 * @typedef {import("./chart_controls.js").Choice} Choice
 * @typedef {{kept: number[], losses: Record<string, string>}} Ranks
 * @typedef {{figures: number[], words: string, legend: import("./chart_legend.js").Entry[],
 *   reach?: number, ranks?: number}} Frame
 * @typedef {{file: string, choices: Choice[], frames: Record<string, Frame>, figures: Figure[],
 *   ranks: Ranks[]}} Chart
 * @typedef {Record<string, number>} Chosen
 */

/** @param {HTMLElement} root @param {{shown: () => {chart: Chart, chosen: Chosen},
 *   change: (chosen: Chosen) => void, signal: AbortSignal}} options */
export function createChartPage(root, { shown, change, signal }) {
  const words = html("div", { class: "gw-view-words", role: "status" });
  const error = html("div", { class: "gw-error", role: "alert", hidden: true });
  const legend = html("ul", { class: "gw-chart-legend" });
  const figures = html("div", { class: "gw-charts-figures" });
  const controls = createChartControls(choose, signal);
  const menu = saveMenu((kind) => savePicture(picture(), kind).catch(fail));
  const line = html("div", { class: "gw-chart-line" }, words, menu);
  root.append(controls.element, line, error, legend, figures);
  followTheme(root, signal);
  /** @type {ReturnType<typeof createChartPanel>[]} */
  const panels = [];
  let drawnLegend = "";

  /** @param {string} name @param {number} place */
  function choose(name, place) {
    change({ ...shown().chosen, [name]: place });
  }

  function changed() {
    const { chart, chosen } = shown();
    const frame = frameOf(chart, chosen);
    const ranks = frame.ranks === undefined ? null : chart.ranks[frame.ranks];
    const rank = ranks ? Math.min(chosen.rank + 1, ranks.kept.length - 1) : 0;
    controls.draw(chart.choices, chosen, ranks ? { rank: ranks.kept.length - 1 } : {});
    write(words, ranks ? `${frame.words}${rankWords(ranks, rank)}` : frame.words);
    const now = JSON.stringify(frame.legend);
    if (now !== drawnLegend) legend.replaceChildren(...frame.legend.map(legendEntry));
    drawnLegend = now;
    while (panels.length > frame.figures.length) panels.pop()?.remove();
    frame.figures.forEach((place, k) => {
      panels[k] ??= createChartPanel(figures, signal);
      panels[k].draw(atRank(chart.figures[place], rank, frame.reach));
    });
    root.dataset.gwState = "ready";
  }

  /** @returns {import("./picture.js").Print|null} */
  function picture() {
    const { chart, chosen } = shown();
    if (!figures.clientWidth) return null;
    const { legend: entries } = frameOf(chart, chosen);
    const text = chartPicture(root, { words: words.textContent ?? "", legend: entries });
    return { text, name: chart.file };
  }

  /** @param {unknown} thrown */
  function fail(thrown) {
    error.textContent = thrown instanceof Error ? thrown.message : String(thrown);
    error.hidden = false;
  }

  changed();
  return { changed, picture };
}

/** The frame of the chosen options; the rank chooses within one. @param {Chart} chart
 * @param {Chosen} chosen */
export function frameOf({ choices, frames }, chosen) {
  const names = ["layer", "epoch", "axes"].filter(
    (name) => name === "epoch" || choices.some((one) => one.name === name),
  );
  const key = choices.length ? names.map((name) => chosen[name] ?? 0).join("/") : "";
  const frame = frames[key];
  if (!frame) throw new Error(`nothing was saved for ${key}`);
  return frame;
}

/** @param {Ranks} ranks @param {number} rank */
export const rankWords = ({ kept, losses }, rank) =>
  `; rank ${rank} keeps ${kept[rank].toFixed(1)} % of the norm${losses[rank] ?? losses[""]}.`;

/** A figure whose moving marks stand at the chosen rank, and whose axis reaches it.
 * @param {Figure} figure @param {number} rank @param {number} [reach] @returns {Figure} */
export function atRank(figure, rank, reach) {
  if (!figure.marks.some((mark) => mark.at === "rank")) return figure;
  const end = Math.max(reach ?? 0, rank);
  return {
    ...figure,
    x: { ...figure.x, range: [figure.x.range[0], end] },
    marks: figure.marks.map((mark) => (mark.at === "rank" ? { ...mark, x: [rank, rank] } : mark)),
  };
}

// Two groups beside each other: whose trees are drawn, how far they overlap, their histograms.
import { hide, html, svg } from "./elements.js";
import { fold } from "./map_side.js";
import { commonShare, sumOf } from "./map_tree.js";
import { metricInfo, share } from "./words.js";

/** @typedef {{key: string, label: string}} Choice */
/** @typedef {{name: string, points: number[]}} Side */
/** @typedef {{trees: string[]|"each"|null, space: string, choices: Choice[],
 *   sides: (Side|null)[], words: string[]}} Shown */
/** @typedef {{counts: ArrayLike<number>, bins: number, range: [number, number],
 *   metric: string}} Histogram `counts` (point, bin) */

const WIDTH = 200;
const HEIGHT = 46;

/** @param {{change: (display: {trees?: any, space?: string}) => void}} options */
export function createCompare({ change }) {
  const first = list("Tree of", (value) => {
    const own = { focus: null, none: [], each: "each" };
    change({ trees: value in own ? own[/** @type {keyof typeof own} */ (value)] : [value] });
  });
  const second = list("and of", (value) => change({ trees: value ? [top(), value] : [top()] }));
  const space = list("over", (value) => change({ space: value }));
  const words = html("div", { class: "gw-map-overlap" });
  const names = html("div", { class: "gw-map-sides" });
  const charts = html("div", { class: "gw-map-charts" });
  const part = fold(
    "Trees and histograms",
    true,
    html("div", { class: "gw-map-choose" }, first.element, second.element, space.element),
    words,
    names,
    charts,
  );
  /** @type {Shown["trees"]} */
  let now = null;
  const top = () => (Array.isArray(now) ? now[0] : "");
  let drawn = "";

  /** @param {Shown} shown @param {Histogram[]} histograms */
  function draw({ trees, space: over, choices, sides, words: said }, histograms) {
    const key = JSON.stringify([trees, over, choices.length, sides, said]);
    if (key === drawn) return;
    drawn = key;
    now = trees;
    const groups = choices.map(({ key: k, label }) => /** @type {[string, string]} */ ([k, label]));
    first.fill(
      [
        ["focus", "benchmarks in focus"],
        ["none", "nothing"],
        ["each", "every colour"],
        ["selected", "the selected pairs"],
        ...groups,
      ],
      trees === null ? "focus" : trees === "each" ? "each" : (trees[0] ?? "none"),
    );
    hide(second.element, !top());
    second.fill(
      [["", "nothing else"], ["selected", "the selected pairs"], ...groups],
      (Array.isArray(trees) && trees[1]) || "",
    );
    space.fill(
      [
        ["distances", "real distances"],
        ["layout", "the layout"],
      ],
      over,
    );
    words.replaceChildren(...said.map((line) => html("div", {}, line)));
    names.replaceChildren(
      ...sides.flatMap((side, k) =>
        side ? [html("span", { class: `gw-map-side-${"ab"[k]}` }, side.name)] : [],
      ),
    );
    const there = sides.flatMap((side) => (side ? [side] : []));
    charts.replaceChildren(...(there.length ? histograms.map((h) => chart(h, sides)) : []));
  }

  return { element: part.element, draw };
}

/** @param {string} title @param {(value: string) => void} changed */
function list(title, changed) {
  const select = html("select", {
    class: "gw-control",
    onchange: () => changed(select.value),
  });
  const element = html("label", { class: "gw-field" }, html("span", {}, title), select);
  let filled = "";
  return {
    element,
    /** @param {[string, string][]} options @param {string} value */
    fill(options, value) {
      const key = JSON.stringify(options);
      if (key !== filled) {
        filled = key;
        select.replaceChildren(...options.map(([k, text]) => html("option", { value: k }, text)));
      }
      select.value = value;
    },
  };
}

/** Both groups' shares of samples on one scale. @param {Histogram} histogram
 * @param {(Side|null)[]} sides */
function chart({ counts, bins, range, metric }, sides) {
  const sums = sides.map((side) => side && sumOf(counts, bins, side.points));
  const shares = sums.map((sum) => {
    const total = sum?.reduce((s, v) => s + v, 0) || 1;
    return sum ? Array.from(sum, (v) => v / total) : null;
  });
  const most = Math.max(...shares.flatMap((values) => values ?? [0])) || 1;
  const [a, b] = sums;
  const { title, digits } = metricInfo(metric);
  const common = a && b ? commonShare(a, b) : Number.NaN;
  const words = Number.isFinite(common) ? `${share(common, 1)} in common` : "";
  const picture = svg(
    "svg",
    {
      class: "gw-map-chart",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": `${title}: ${words || "distribution"}`,
    },
    ...shares.flatMap((values, k) =>
      values ? [svg("path", { class: `gw-map-hist-${"ab"[k]}`, d: steps(values, most) })] : [],
    ),
  );
  const ends = range.map((v) => v.toFixed(Math.min(1, digits)).replace("-", "−"));
  return html(
    "div",
    { class: "gw-map-histogram" },
    html(
      "div",
      { class: "gw-map-histogram-head" },
      html("span", {}, title),
      html("span", { class: "gw-soft" }, words),
    ),
    picture,
    html("div", { class: "gw-map-ends gw-soft" }, ...ends.map((end) => html("span", {}, end))),
  );
}

/** @param {number[]} values @param {number} most */
function steps(values, most) {
  const width = WIDTH / values.length;
  const parts = values.map((value, k) => {
    const y = (HEIGHT - 1 - (value / most) * (HEIGHT - 3)).toFixed(1);
    return `V${y}H${((k + 1) * width).toFixed(1)}`;
  });
  return `M0 ${HEIGHT}${parts.join("")}V${HEIGHT}Z`;
}

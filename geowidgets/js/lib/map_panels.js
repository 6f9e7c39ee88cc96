// The panels beside the map: legend, redundant benchmarks, trees and histograms, selected pairs.

import { html } from "./elements.js";
import { createCompare } from "./map_compare.js";
import { ATTRIBUTES, groupBy } from "./map_groups.js";
import { createLegend } from "./map_legend.js";
import { ONE_SIZE } from "./map_paint.js";
import { readArray } from "./map_points.js";
import { createChosen, createRedundancy, fold } from "./map_side.js";

/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {import("./map_view.js").Data} Data */
/** @typedef {import("./map_view.js").Display} Display */

const SIZES = {
  size: "Size: weights left, the largest marks are dense.",
  lightness: "Paler: more weights removed.",
  none: "",
};

const WITHOUT = "Histograms come with maps of up to 20,000 points.";

/** @param {HTMLElement} side @param {{display: () => Display, data: () => Data,
 *   directory: () => import("./columns_hub.js").Directory,
 *   change: (display: Partial<Display>) => void, choose: (pair: [number, number]) => void,
 *   light: (group: import("./map_groups.js").Group|null) => void, hover: (i: number) => void,
 *   pick: (i: number, compare: boolean) => void}} options */
export function createPanels(side, options) {
  const { display, data, directory, change } = options;
  const legend = createLegend({ change: (hidden) => change({ hidden }), hover: options.light });
  const compare = createCompare({ change });
  const redundancy = createRedundancy({ choose: options.choose });
  const chosen = createChosen({ hover: options.hover, pick: options.pick });
  const first = fold("Legend", true, legend.element);
  const stack = { class: "gw-map-stack" };
  side.append(
    html("div", stack, first.element, redundancy.element),
    html("div", stack, compare.element, chosen.element),
  );
  /** @type {{points: Points|null, revision: number, list: {key: string, label: string}[]}} */
  let choices = { points: null, revision: -1, list: [] };

  /** Every group that a tree can be of. @param {Points} points */
  function choicesOf(points) {
    const { revision } = directory();
    if (choices.points === points && choices.revision === revision) return choices.list;
    const list = ATTRIBUTES.flatMap((attribute) =>
      groupBy(points, directory(), attribute).groups.map(({ key, label }) => ({
        key,
        label: `${attribute}: ${label}`,
      })),
    );
    choices = { points, revision, list };
    return list;
  }

  /** None above 20,000 points: they would be larger than all else. */
  function histograms() {
    const { arrays, info } = data();
    return info.metrics.flatMap((metric) => {
      const counts = readArray(arrays, `histogram/${metric}`);
      const bins = arrays[`histogram/${metric}`]?.shape[1] ?? 0;
      return counts ? [{ counts, bins, range: info.ranges[metric], metric }] : [];
    });
  }

  return {
    limit: chosen.limit,
    /** @param {Points} points @param {import("./map_scene.js").Scene} scene
     * @param {import("./map_look.js").Look} look
     * @param {{sides: ReturnType<typeof import("./map_trees.js").treesOf>["sides"],
     *   words: string[]}} trees @param {number[]|null} focus benchmarks in focus */
    draw(points, scene, look, { sides, words }, focus) {
      const { hidden, ratio, trees, space } = display();
      const { arrays } = data();
      legend.draw(
        look,
        hidden,
        points.n > ONE_SIZE && ratio === "size"
          ? ""
          : (SIZES[/** @type {keyof typeof SIZES} */ (ratio)] ?? ""),
      );
      const found = histograms();
      const without = found.length || !sides.some(Boolean) ? [] : [WITHOUT];
      const said = [...words, ...without];
      compare.draw({ trees, space, choices: choicesOf(points), sides, words: said }, found);
      const pairs = readArray(arrays, "redundant") ?? [];
      redundancy.draw(pairs, readArray(arrays, "redundancy") ?? [], directory(), focus);
      chosen.draw(scene.focus, points, directory(), scene.narrowed);
    },
  };
}

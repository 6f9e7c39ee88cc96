// Colour, mark and size of every point, and what the legend says of them. No DOM.
import { ATTRIBUTES, groupBy } from "./map_groups.js";
import { markRadius, SHAPES } from "./map_paint.js";
import { benchmarkColors, groupColors, lightened, rampColor } from "./map_palette.js";

/** @typedef {import("./theme.js").Rgba} Rgba */
/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {import("./columns_hub.js").Directory} Directory */
/** @typedef {import("./map_groups.js").Group} Group */
/** @typedef {{group: Group, color: Rgba|null, shape: number|null}} Entry */
/** @typedef {{title: string, entries: Entry[]}} Section */
/** @typedef {{title: string, low: string, high: string, colors: Rgba[]}} Ramp */
/** @typedef {{color: Rgba[], shape: Uint8Array, radius: Float32Array, sections: Section[],
 *   ramp: Ramp|null}} Look */

const TITLES = {
  benchmark: "Benchmark",
  family: "Family of corruptions",
  architecture: "Architecture",
  method: "Method",
  ratio: "Weights removed",
};

/** @param {Points} points @param {Directory} directory
 * @param {{color: string, shape: string, ratio: string, dark: boolean,
 *   row: Float32Array|null}} options `row` distances to the reference @returns {Look} */
export function lookOf(points, directory, { color, shape, ratio, dark, row }) {
  const by = groupBy(points, directory, isGrouped(color) ? color : "method");
  const palette = colorsOf(color, by.groups, points, directory, dark);
  const shapes = shape === "none" ? null : groupBy(points, directory, shape);
  const far = row ? row.reduce((most, d) => Math.max(most, d), 0) : 0;
  const removed = (/** @type {number} */ i) => directory.models[points.model[i]]?.ratio ?? 0;
  const colors = Array.from({ length: points.n }, (_, i) => {
    const plain =
      color === "distance" ? rampColor(row && far ? row[i] / far : 0.5, dark) : palette[by.of[i]];
    return ratio === "lightness" && color !== "ratio" ? lightened(plain, removed(i), dark) : plain;
  });
  return {
    color: colors,
    shape: Uint8Array.from({ length: points.n }, (_, i) => (shapes ? shapes.of[i] % SHAPES : 0)),
    radius: Float32Array.from({ length: points.n }, (_, i) =>
      markRadius(removed(i), points.n, ratio === "size"),
    ),
    sections: sectionsOf(color, shape, by.groups, palette, shapes?.groups ?? []),
    ramp: color === "distance" ? distanceRamp(far, dark) : null,
  };
}

/** @param {string} attribute */
export const isGrouped = (attribute) =>
  /** @type {readonly string[]} */ (ATTRIBUTES).includes(attribute);

/** @param {string} color @param {Group[]} groups @param {Points} points
 * @param {Directory} directory @param {boolean} dark @returns {Rgba[]} */
function colorsOf(color, groups, points, directory, dark) {
  if (color === "ratio") {
    const most = groups.reduce((largest, { value }) => Math.max(largest, value), 0) || 1;
    return groups.map(({ value }) => rampColor(value / most, dark));
  }
  if (color === "benchmark") {
    const own = groups.map(({ points: [first] }) => directory.benchmarks[points.benchmark[first]]);
    return benchmarkColors(own, dark);
  }
  return groupColors(groups.length, dark);
}

/** @param {string} color @param {string} shape @param {Group[]} colored @param {Rgba[]} palette
 * @param {Group[]} shaped @returns {Section[]} */
function sectionsOf(color, shape, colored, palette, shaped) {
  const title = (/** @type {string} */ name) => TITLES[/** @type {keyof typeof TITLES} */ (name)];
  const sections = [];
  if (isGrouped(color)) {
    const entries = colored.map((group, k) => ({
      group,
      color: palette[k],
      shape: color === shape ? k % SHAPES : null,
    }));
    sections.push({ title: title(color), entries });
  }
  // One mark for all says nothing.
  if (shape !== "none" && shape !== color && shaped.length > 1) {
    const entries = shaped.map((group, k) => ({ group, color: null, shape: k % SHAPES }));
    sections.push({ title: title(shape), entries });
  }
  return sections;
}

/** @param {number} far @param {boolean} dark @returns {Ramp} */
function distanceRamp(far, dark) {
  return {
    title: "Real distance to the reference",
    low: "0",
    high: far ? far.toPrecision(3) : "",
    colors: [0, 0.25, 0.5, 0.75, 1].map((share) => rampColor(share, dark)),
  };
}

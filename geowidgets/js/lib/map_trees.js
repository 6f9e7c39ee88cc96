// Which trees are drawn, what their overlap is, and which two groups are held beside each other.
import { groupBy, groupOf } from "./map_groups.js";
import { isGrouped } from "./map_look.js";
import { treeKeys } from "./map_scene.js";
import { crossShare, totalWeight } from "./map_tree.js";
import { distanceWords } from "./map_words.js";
import { amount, pairName, share } from "./words.js";

/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {import("./map_scene.js").Scene} Scene */
/** @typedef {import("./columns_hub.js").Directory} Directory */
/** @typedef {import("./map_overlay.js").Drawn} Drawn */
/** @typedef {{name: string, points: number[]}} Side */

const HOW =
  "Choose a row of the redundant benchmarks, or one or two headings of the table, to see their " +
  "trees; two of them, or a reference and a compared pair, show histograms.";

/** @param {{points: Points, directory: Directory, scene: Scene,
 *   state: import("./selection.js").State, trees: string[]|"each"|null, space: string,
 *   color: string, colors: import("./theme.js").Rgba[],
 *   distances: import("./map_distances.js").Distances}} now
 * @returns {{drawn: Drawn[], sides: (Side|null)[], words: string[]}} */
export function treesOf(now) {
  const { points, directory, state, trees, distances, space } = now;
  const eachOf = isGrouped(now.color) ? now.color : "benchmark";
  const groups = () => groupBy(points, directory, eachOf).groups;
  const keys = treeKeys(trees, state, directory, trees === "each" ? groups().map(keyOf) : []);
  const sides = keys.map((key) => sideOf(key, now)).filter((side) => side.points.length);
  const many = trees === "each";
  const drawn = sides.flatMap(({ points: own }, k) => {
    const tree = own.length > 1 ? distances.tree(own, space) : null;
    if (!tree) return [];
    return [{ tree, color: many ? now.colors[own[0]] : /** @type {"a"|"b"} */ ("ab"[k]) }];
  });
  if (many) return { drawn, sides: pairSides(now), words: [`${drawn.length} trees, one a colour`] };
  if (!sides.length && trees === null) return { drawn, sides: pairSides(now), words: [HOW] };
  const words = sides.length === 2 ? overlapWords(sides, now) : weightWords(sides, drawn);
  return { drawn, sides: sides.length === 2 ? sides : (pairSides(now, sides[0]) ?? []), words };
}

/** @param {{key: string}} group */
const keyOf = ({ key }) => key;

/** @param {string} key @param {{points: Points, directory: Directory, scene: Scene}} now
 * @returns {Side} */
function sideOf(key, { points, directory, scene }) {
  if (key === "selected") return { name: "the selected pairs", points: [...scene.focus] };
  const group = groupOf(points, directory, key);
  return {
    name: group?.label ?? key,
    points: (group?.points ?? []).filter((i) => scene.there[i] === 1),
  };
}

/** Reference and compared, where no two groups are; else the one group alone.
 * @param {{points: Points, directory: Directory, state: import("./selection.js").State}} now
 * @param {Side} [group] @returns {(Side|null)[]} */
function pairSides({ points, directory, state: { reference, compared } }, group) {
  if (group) return [group];
  const pairs = [reference, compared].flatMap((pair) => (pair ? [pair] : []));
  if (pairs.length < 2) return [];
  const sides = pairs.flatMap(([m, b]) => {
    const i = points.at(m, b);
    return i < 0 ? [] : [{ name: pairName(directory, [m, b]), points: [i] }];
  });
  return sides.length === 2 ? sides : [];
}

/** @param {Side[]} sides @param {Drawn[]} drawn */
function weightWords(sides, drawn) {
  if (!drawn.length) return [];
  const weight = distanceWords(totalWeight(drawn[0].tree));
  return [`${amount(sides[0].points.length)} points, total length of the tree ${weight}`];
}

/** @param {Side[]} sides
 * @param {{distances: import("./map_distances.js").Distances, space: string}} now */
function overlapWords([a, b], { distances, space }) {
  const both = [...new Set([...a.points, ...b.points])];
  const joint = distances.tree(both, space);
  if (!joint) return ["Computing the joint tree…"];
  const across = crossShare(joint, a.points);
  return [
    `Overlap ${share(across, 1)}: edges of the joint tree that join the two. 0 % apart, 50 % mixed, ` +
      "more where twins are nearest neighbours.",
  ];
}

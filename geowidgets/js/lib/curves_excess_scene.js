// The figure of the excess error: a point a model, a line through the origin and its band.

import { excessPoints, slopeOf } from "./curves_excess.js";
import { emptyMarks, rangeOf } from "./curves_marks.js";
import { points } from "./curves_words.js";

/** @param {{drawn: import("./curves_scene.js").Drawn[], excess: import("./curves_scene.js").Excess,
 *   count: import("./curves_data.js").Count, filtered: boolean,
 *   directory: import("./columns_hub.js").Directory, reference: [number, number]|null,
 *   colors: import("./curves_scene.js").Colors}} asked
 * @returns {{figure: import("./curves_marks.js").FigureScene,
 *   slopes: Map<string, import("./curves_excess.js").Slope>}} */
export function excessScene({ drawn, excess, count, filtered, directory, reference, colors }) {
  const marks = emptyMarks();
  /** @type {import("./curves_marks.js").Hit[]} */
  const hits = [];
  /** @type {Map<string, import("./curves_excess.js").Slope>} */
  const slopes = new Map();
  marks.guides.line([0, 100], [0, 0], colors.soft, 1);
  for (const { family, color, weight } of drawn) {
    const found = excessPoints(family, excess.nominal, excess.shifted, count);
    const whole = filtered ? undefined : excess.slopes[family.name];
    const slope = whole ? { slope: whole[0], low: whole[1], high: whole[2] } : slopeOf(found);
    slopes.set(family.name, slope);
    if (!found.length) continue;
    const end = Math.max(...found.map(({ ratio }) => ratio));
    const x = [0, 100 * end];
    const at = (/** @type {number} */ value) => [0, 100 * value * end];
    const strong = family.members.some(({ model }) => model === reference?.[0]);
    const opacity = Math.min(weight, strong ? 1 : 0.5);
    marks.solid.line(x, at(slope.slope), color, opacity);
    if (Number.isFinite(slope.low)) {
      marks.bands.band(x, at(slope.low), at(slope.high), color, (strong ? 0.2 : 0.06) * weight);
    }
    for (const { model, ratio, value } of found) {
      const place = { x: 100 * ratio, y: 100 * value };
      marks.points.dot(place, color, opacity);
      /** @type {[number, number]|null} */
      const pair = reference ? [model, reference[1]] : null;
      const words = [directory.models[model].name, `excess error ${points(value)} to its parent’s`];
      hits.push({ ...place, pair, curve: family.name, words });
    }
  }
  const hit = hits.find(({ pair }) => pair && pair[0] === reference?.[0]);
  if (hit) marks.chosen.dot(hit, colors.fg, 1);
  const label = "difference in excess error ê − e [points]";
  return { figure: { x: [0, 100], y: rangeOf(marks, [0]), label, marks, hits }, slopes };
}

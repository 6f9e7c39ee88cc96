// The figure over the noise level: potential of families, or agreement of models, with bands.

import { emptyMarks, rangeOf } from "./curves_marks.js";
import { noiseValue } from "./curves_words.js";

/**
 * @typedef {{ name: string, family: string, model: number|null, mean: (number|null)[],
 *   low: (number|null)[], high: (number|null)[] }} NoiseLine
 * @typedef {{ kind: "potential"|"agreement"|"distance", name: string, unit: string,
 *   levels: number[], lines: NoiseLine[] }} Lines
 */

const number = (/** @type {number|null} */ value) => value ?? Number.NaN;

/** @param {{lines: Lines, directory: import("./columns_hub.js").Directory,
 *   display: import("./curves_scene.js").Display, reference: [number, number]|null,
 *   colors: import("./curves_scene.js").Colors}} asked
 * @returns {import("./curves_marks.js").FigureScene} */
export function noiseScene({ lines, directory, display, reference, colors }) {
  const marks = emptyMarks();
  /** @type {import("./curves_marks.js").Hit[]} */
  const hits = [];
  const scale = lines.kind === "distance" ? 1 : 100;
  for (const line of lines.lines) {
    if (display.hidden.includes(line.family)) continue;
    const color = line.family ? colors.family(line.family) : colors.separate;
    const own = line.model !== null && line.model === reference?.[0];
    const family = line.model === null && reference !== null && isOf(directory, reference[0], line);
    const opacity = own || family || !line.family ? 1 : 0.6;
    const known = lines.levels.flatMap((_, k) => (line.mean[k] === null ? [] : [k]));
    const x = known.map((k) => lines.levels[k]);
    const y = known.map((k) => scale * number(line.mean[k]));
    marks[line.family ? "solid" : "dashed"].line(x, y, color, opacity);
    const wide = known.filter((k) => line.low[k] !== null);
    marks.bands.band(
      wide.map((k) => lines.levels[k]),
      wide.map((k) => scale * number(line.low[k])),
      wide.map((k) => scale * number(line.high[k])),
      color,
      0.2 * opacity,
    );
    known.forEach((k, place) => {
      const at = { x: x[place], y: y[place] };
      marks.points.dot(at, color, opacity);
      /** @type {[number, number]|null} */
      const pair = line.model !== null && reference ? [line.model, reference[1]] : null;
      const words = [
        line.name,
        `ε = ${lines.levels[k]}: ${lines.name} ${noiseValue(lines, line, k)}`,
      ];
      hits.push({ ...at, pair, curve: line.name, words });
    });
  }
  const top = Math.max(...lines.levels, 0);
  const label = `${lines.name} ${scale === 100 ? "[%]" : ""}`;
  return {
    x: [0, top || 1],
    y: rangeOf(marks, [0], [0, scale === 1 ? Math.SQRT2 : 100]),
    label,
    marks,
    hits,
  };
}

/** @param {import("./columns_hub.js").Directory} directory @param {number} model
 * @param {NoiseLine} line */
function isOf({ models }, model, line) {
  const own = models[model];
  return own !== undefined && `${own.architecture} / ${own.method}` === line.family;
}

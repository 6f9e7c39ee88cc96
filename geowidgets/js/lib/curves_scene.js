// What the figures show: curves, bands, margins and potentials as the values of their marks.

import { counter, curveOf, familiesOf, potentialOf } from "./curves_data.js";
import { excessScene } from "./curves_excess_scene.js";
import { emptyMarks, rangeOf, STYLES } from "./curves_marks.js";
import { noiseScene } from "./curves_noise_scene.js";
import { pointLines } from "./curves_words.js";
import { allowedErrors, denseParents, potentials, summarise } from "./table_potential.js";
import { meanAndStd } from "./table_repeats.js";

/**
 * @typedef {import("./curves_data.js").Family} Family
 * @typedef {import("./curves_data.js").Count} Count
 * @typedef {import("./curves_marks.js").FigureScene} FigureScene
 * @typedef {import("./columns_hub.js").Directory} Directory
 * @typedef {{ nominal: number[], shifted: number[], message: string,
 *   slopes: Record<string, [number, number, number]> }} Excess
 * @typedef {{ benchmarks: number[]|null, delta: number, value: "accuracy"|"difference",
 *   hidden: string[], height: number }} Display
 * @typedef {{ family: (name: string) => string, fg: string, soft: string, compared: string,
 *   separate: string }} Colors
 * @typedef {{ directory: Directory, data: import("./table_data.js").TableData, display: Display,
 *   state: import("./selection.js").State, excess: Excess,
 *   lines: import("./curves_noise_scene.js").Lines|null, colors: Colors }} Asked
 * @typedef {{ name: string, color: string, hidden: boolean, strong: boolean,
 *   here: { mean: number, std: number, count: number },
 *   shifted: import("./table_potential.js").Potential,
 *   slope: import("./curves_excess.js").Slope }} Row
 * @typedef {{ family: Family, color: string, weight: number }} Drawn
 * @typedef {{ accuracy: FigureScene, excess: FigureScene, noise: FigureScene|null, rows: Row[],
 *   shown: number[], left: number, reference: [number, number]|null, count: Count, filtered: boolean,
 *   families: Family[] }} Scene `left`: benchmarks that did not fit
 */

const POINTS = 2000; // bqplot makes three SVG nodes of a point
const FADED = 0.14;
const PALE = 0.5;

/** @param {Asked} asked @returns {Scene} */
export function sceneOf({ directory, data, display, state, excess, lines, colors }) {
  const { models, benchmarks } = directory;
  const families = familiesOf(models);
  const parents = denseParents(models);
  const count = counter(data, benchmarks);
  const reference = /** @type {[number, number]|null} */ (state.reference);
  const wanted = shownBenchmarks(directory, display, state);
  const visible = families.filter(({ name }) => !display.hidden.includes(name));
  const size = visible.reduce((sum, { members }) => sum + members.length, 0);
  const shown = wanted.slice(0, Math.max(1, Math.floor(POINTS / Math.max(1, size))));
  /** @type {Drawn[]} */
  const drawn = visible.map((family) => ({
    family,
    color: colors.family(family.name),
    weight: isChosen(family, state.models) ? 1 : FADED,
  }));
  const potential = (/** @type {Family} */ family, /** @type {number} */ benchmark) =>
    potentialOf(models, parents, family, benchmark, count, display.delta);
  const excessFigure = excessScene({
    drawn,
    excess,
    count,
    filtered: data.filtered,
    directory,
    reference,
    colors,
  });
  return {
    accuracy: accuracyScene({ directory, drawn, shown, display, state, count, colors, potential }),
    excess: excessFigure.figure,
    noise: lines ? noiseScene({ lines, directory, display, reference, colors }) : null,
    rows: families.map((family) => ({
      name: family.name,
      color: colors.family(family.name),
      hidden: display.hidden.includes(family.name),
      strong: holds(family, reference?.[0]),
      here: reference ? potential(family, reference[1]) : meanAndStd([]),
      shifted: shiftedPotential(family, excess.shifted),
      slope: excessFigure.slopes.get(family.name) ?? {
        slope: Number.NaN,
        low: Number.NaN,
        high: Number.NaN,
      },
    })),
    shown,
    left: wanted.length - shown.length,
    reference,
    filtered: data.filtered,
    count,
    families,
  };

  /** @param {Family} family @param {number[]} shifted */
  function shiftedPotential(family, shifted) {
    const own = family.members.filter(({ level }) => level > 0).map(({ model }) => model);
    const each = shifted.map((benchmark) => {
      const { n } = count(own[0], benchmark);
      const errors = (/** @type {number} */ model) => count(model, benchmark).errors;
      return potentials(models, parents, own, errors, allowedErrors(display.delta, n));
    });
    return summarise(each);
  }
}

/** The view's own, else the selection's, else clean, the reference's and the compared pair's.
 * @param {Directory} directory @param {Display} display
 * @param {import("./selection.js").State} state */
export function shownBenchmarks({ benchmarks }, display, state) {
  const known = (/** @type {number} */ b) => b >= 0 && b < benchmarks.length;
  if (display.benchmarks) return display.benchmarks.filter(known);
  const pairs = [state.reference, state.compared].flatMap((pair) => (pair ? [pair[1]] : []));
  if (state.benchmarks) return [...new Set(state.benchmarks)].filter(known);
  const clean = benchmarks.findIndex(({ corruption, family }) => !corruption && family === "clean");
  return [...new Set([clean, ...pairs])].filter(known);
}

/** @param {Family} family @param {number|undefined} model */
const holds = (family, model) => family.members.some((member) => member.model === model);

/** @param {Family} family @param {number[]|null} chosen */
const isChosen = (family, chosen) =>
  chosen === null || family.members.some(({ model }) => chosen.includes(model));

/** @param {{directory: Directory, drawn: Drawn[], shown: number[], display: Display,
 *   state: import("./selection.js").State, count: Count, colors: Colors,
 *   potential: (family: Family, benchmark: number) => {mean: number, std: number}}} asked
 * @returns {FigureScene} */
function accuracyScene({ directory, drawn, shown, display, state, count, colors, potential }) {
  const marks = emptyMarks();
  /** @type {import("./curves_marks.js").Hit[]} */
  const hits = [];
  const difference = display.value === "difference";
  const pairs = [state.reference, state.compared];
  for (const { family, color, weight } of drawn) {
    shown.forEach((benchmark, slot) => {
      const curve = curveOf(family, benchmark, count, difference);
      const strong = pairs.some((pair) => pair?.[1] === benchmark && holds(family, pair[0]));
      const opacity = Math.min(weight, strong ? 1 : PALE);
      const x = curve.map(({ ratio }) => 100 * ratio);
      marks[STYLES[slot % STYLES.length]].line(
        x,
        curve.map(({ mean }) => 100 * mean),
        color,
        opacity,
      );
      const wide = curve.filter(({ std }) => Number.isFinite(std));
      marks.bands.band(
        wide.map(({ ratio }) => 100 * ratio),
        wide.map(({ mean, std }) => 100 * (mean - std)),
        wide.map(({ mean, std }) => 100 * (mean + std)),
        color,
        0.2 * opacity,
      );
      for (const { points } of curve) {
        for (const { model, ratio, value } of points) {
          const place = { x: 100 * ratio, y: 100 * value };
          marks.points.dot(place, color, opacity);
          /** @type {[number, number]} */
          const pair = [model, benchmark];
          const words = pointLines(directory, pair, value, display.value, count(...pair));
          hits.push({ ...place, pair, curve: `${family.name}/${benchmark}`, words });
        }
      }
    });
  }
  const benchmark = state.reference?.[1];
  if (benchmark !== undefined && shown.includes(benchmark)) {
    /** @type {Set<number>} */
    const margins = new Set(); // methods of one architecture share theirs
    for (const { family, color, weight } of drawn) {
      const y = 100 * marginOf(family, benchmark, count, display.delta, difference);
      const { mean, std } = potential(family, benchmark);
      if (!Number.isFinite(y) || !Number.isFinite(mean)) continue;
      if (!margins.has(y)) marks.guides.line([0, 100], [y, y], colors.soft, 1);
      margins.add(y);
      marks.potentials.dot({ x: 100 * mean, y }, color, weight);
      if (!(std > 0)) continue;
      const ends = [100 * Math.max(0, mean - std), 100 * Math.min(1, mean + std)];
      marks.spreads.line(ends, [y, y], color, weight);
    }
  }
  pairs.forEach((pair, k) => {
    const hit = hits.find((one) => pair && one.pair?.[0] === pair[0] && one.pair[1] === pair[1]);
    if (hit) marks.chosen.dot(hit, k ? colors.compared : colors.fg, 1);
  });
  const label = difference ? "accuracy − dense parent’s [points]" : "accuracy [%]";
  return {
    x: [0, 100],
    y: difference ? rangeOf(marks, [0]) : rangeOf(marks, [], [0, 100]),
    label,
    marks,
    hits,
  };
}

/** Where a pruned net has just not lost its potential: the dense parents' mean less the errors that
 * δ allows. @param {Family} family @param {number} benchmark @param {Count} count
 * @param {number} delta @param {boolean} difference */
function marginOf(family, benchmark, count, delta, difference) {
  const dense = family.members.filter(({ level }) => level === 0);
  const each = dense.map(({ model }) => {
    const { errors, n } = count(model, benchmark);
    return n > 0 ? ((difference ? 0 : n - errors) - allowedErrors(delta, n)) / n : Number.NaN;
  });
  return meanAndStd(each).mean;
}

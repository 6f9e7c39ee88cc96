// The axes: what they are called, which are shown, in what order. No DOM.

/** @typedef {{id: string, kind: "angle"|"metric", class: number, name: string, unit: string,
 *   digits: number}} Axis `class` −1 for a metric; `id` stands in clauses and display state */
/** @typedef {{axes: number[]|null, order: string, sequence: string[], hidden: string[],
 *   inverted: string[]}} Arrangement */
/** @typedef {{shown: Axis[], first: number, of: number, all: Axis[]}} AxisPage `all` axes that a
 *   page could show, in their order; `of` the class angles among them */

export const PAGE = 12;

/** @type {Axis[]} */
export const METRIC_AXES = [
  { id: "length", kind: "metric", class: -1, name: "length", unit: "", digits: 2 },
  { id: "margin", kind: "metric", class: -1, name: "margin", unit: "", digits: 2 },
  { id: "probability", kind: "metric", class: -1, name: "probability", unit: "", digits: 3 },
];

/** @param {string} name */
export const angleId = (name) => `angle/${name}`;

/** One axis a class whose angle the store keeps. @param {string[]} names @param {number[]} kept
 * @returns {Axis[]} */
export const angleAxes = (names, kept) =>
  kept.map((c) => ({
    id: angleId(names[c]),
    kind: "angle",
    class: c,
    name: names[c],
    unit: "°",
    digits: 1,
  }));

/** The axis behind an id, or undefined. @param {string} id @param {string[]} names
 * @returns {Axis|undefined} */
export function axisOf(id, names) {
  const metric = METRIC_AXES.find((axis) => axis.id === id);
  if (metric || !id.startsWith("angle/")) return metric;
  const c = names.indexOf(id.slice("angle/".length));
  return c < 0 ? undefined : angleAxes(names, [c])[0];
}

/** Axes in the user's own order; those that it does not name keep theirs, behind.
 * @param {Axis[]} axes @param {string[]} sequence */
export function sequenced(axes, sequence) {
  if (!sequence.length) return axes;
  const place = new Map(sequence.map((id, k) => [id, k]));
  const at = (/** @type {Axis} */ { id }) => place.get(id) ?? Infinity;
  return [...axes].sort((a, b) => {
    const [p, q] = [at(a), at(b)];
    return p === q ? 0 : p - q;
  });
}

/** Every class axis that may be shown, in its order: chosen, then ranked or as the store has them,
 * then as the user dragged them.
 * @param {{names: string[], kept: number[], arrangement: Arrangement,
 *   scores: Float64Array|null}} options `scores` per class, the greatest first; null: no ranking */
export function orderedAngles({ names, kept, arrangement, scores }) {
  const isKept = new Set(kept);
  const classes = (arrangement.axes ?? kept).filter((c) => isKept.has(c));
  if (scores) classes.sort((a, b) => (scores[b] || 0) - (scores[a] || 0) || a - b);
  return sequenced(angleAxes(names, classes), arrangement.sequence);
}

/** The page of axes to draw: at most `PAGE` class angles, then the metrics.
 * @param {Axis[]} angles @param {Arrangement} arrangement @param {number} wanted first axis
 * @returns {AxisPage} */
export function pageOf(angles, { sequence, hidden }, wanted) {
  const away = new Set(hidden);
  const visible = angles.filter((axis) => !away.has(axis.id));
  const last = Math.max(0, Math.floor((visible.length - 1) / PAGE) * PAGE);
  const first = Math.min(Math.max(0, wanted), last);
  const metrics = sequenced(METRIC_AXES, sequence);
  const shown = [
    ...visible.slice(first, first + PAGE),
    ...metrics.filter((axis) => !away.has(axis.id)),
  ];
  return { shown, first, of: visible.length, all: [...angles, ...metrics] };
}

/** The ids of `all` after `id` was put before or behind another of its kind.
 * @param {Axis[]} all @param {string} id @param {string} target @param {boolean} behind */
export function moveAxis(all, id, target, behind) {
  const moved = all.find((axis) => axis.id === id);
  const goal = all.find((axis) => axis.id === target);
  if (!moved || !goal || moved === goal || moved.kind !== goal.kind) return all.map((a) => a.id);
  const rest = all.filter((axis) => axis !== moved);
  rest.splice(rest.indexOf(goal) + (behind ? 1 : 0), 0, moved);
  return rest.map((axis) => axis.id);
}

/** A list with `id` in it or out of it. @param {string[]} list @param {string} id */
export const toggled = (list, id) =>
  list.includes(id) ? list.filter((other) => other !== id) : [...list, id];

// Where the numbers of selected points stand, so that they do not cover each other. No DOM.

/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {{point: number, text: string, x: number, y: number}} Label its centre */

const HEIGHT = 13; // CSS pixels
const DIGIT = 7;
const AWAY = 9;
/** @type {[number, number][]} */
const SIDES = [
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
  [0, -1.4],
  [0, 1.4],
  [1.5, 0],
  [-1.5, 0],
];

/** A number beside each of some points, left out where there is no room; earlier ones win.
 * @param {{x: ArrayLike<number>, y: ArrayLike<number>}} at @param {ArrayLike<number>} some
 * @param {{width: number, height: number}} size @returns {Label[]} */
export function placeLabels(at, some, size) {
  /** @type {Box[]} */
  const taken = [];
  const labels = [];
  for (let k = 0; k < some.length; k++) {
    const point = some[k];
    const text = String(k + 1);
    const width = DIGIT * text.length + 3;
    for (const [sx, sy] of SIDES) {
      const x = at.x[point] + sx * (AWAY + width / 4);
      const y = at.y[point] + sy * AWAY;
      const box = { x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT };
      if (!within(box, size) || taken.some((other) => meet(box, other))) continue;
      taken.push(box);
      labels.push({ point, text, x, y });
      break;
    }
  }
  return labels;
}

/** @param {Box} box @param {{width: number, height: number}} size */
const within = (box, size) =>
  box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height;

/** @param {Box} a @param {Box} b */
const meet = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

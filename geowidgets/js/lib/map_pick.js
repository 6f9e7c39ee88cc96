// Which point is under the pointer, and which comes next in a direction. No DOM.

/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number>}} Places */

/** The nearest of `some` points within `reach`, or −1; of several at one place the last, which is
 * drawn on top. @param {Places} at @param {ArrayLike<number>} some @param {number} px
 * @param {number} py @param {number} reach */
export function nearestPoint({ x, y }, some, px, py, reach) {
  let best = -1;
  let least = reach * reach;
  for (let k = 0; k < some.length; k++) {
    const i = some[k];
    const d = (x[i] - px) ** 2 + (y[i] - py) ** 2;
    if (d <= least) {
      least = d;
      best = i;
    }
  }
  return best;
}

/** The point that an arrow key leads to: of those in a right angle about the direction the
 * nearest, where sideways counts double; −1 where there is none.
 * @param {Places} at @param {ArrayLike<number>} some @param {number} from
 * @param {[number, number]} direction of length 1 */
export function pointTowards({ x, y }, some, from, [dx, dy]) {
  let best = -1;
  let least = Infinity;
  for (let k = 0; k < some.length; k++) {
    const i = some[k];
    if (i === from) continue;
    const [rx, ry] = [x[i] - x[from], y[i] - y[from]];
    const along = rx * dx + ry * dy;
    const aside = Math.abs(rx * dy - ry * dx);
    // Points at one place are reached one after the other, in their order.
    const here = rx === 0 && ry === 0;
    const ahead = here ? (dx + dy > 0 ? i > from : i < from) : along > 0 && aside <= along;
    if (!ahead) continue;
    const cost = here ? Math.abs(i - from) * 1e-9 : along + 2 * aside;
    if (cost < least) {
      least = cost;
      best = i;
    }
  }
  return best;
}

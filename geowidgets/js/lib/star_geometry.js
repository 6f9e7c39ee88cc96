// Angle, length, margin and probability in the plane of two features (paper, section 5.2). No DOM.

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{angle: number, length: number, margin: number, probability: number,
 *   foot: Point|null, rival: number}} Measures angle in degrees to the own class's direction, 90 at
 *   the origin; margin negative where the prediction is wrong; probability of the true class; `foot` the nearest point of the nearest boundary */

/** Scores W_j·X + b_j of every class. @param {Point} at @param {ArrayLike<number>} directions
 * @param {ArrayLike<number>} bias */
export const scoresAt = ({ x, y }, directions, bias) =>
  Array.from(bias, (b, j) => directions[2 * j] * x + directions[2 * j + 1] * y + b);

/** The class predicted at a point; of equal scores the first. @param {Point} at
 * @param {ArrayLike<number>} directions @param {ArrayLike<number>} bias */
export function classAt({ x, y }, directions, bias) {
  let best = 0;
  let most = -Infinity;
  for (let j = 0; j < bias.length; j++) {
    const score = directions[2 * j] * x + directions[2 * j + 1] * y + bias[j];
    if (score > most) {
      most = score;
      best = j;
    }
  }
  return best;
}

/** @param {Point} at @param {number} label @param {number} predicted
 * @param {ArrayLike<number>} directions @param {ArrayLike<number>} bias @returns {Measures} */
export function measure({ x, y }, label, predicted, directions, bias) {
  const scores = scoresAt({ x, y }, directions, bias);
  const length = Math.hypot(x, y);
  const [wx, wy] = [directions[2 * label], directions[2 * label + 1]];
  const cosine = (wx * x + wy * y) / (length * Math.hypot(wx, wy)) || 0;
  const angle = (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
  let margin = Infinity;
  let rival = -1;
  /** @type {Point|null} */
  let foot = null;
  for (let j = 0; j < scores.length; j++) {
    const nx = directions[2 * predicted] - directions[2 * j];
    const ny = directions[2 * predicted + 1] - directions[2 * j + 1];
    const norm = Math.hypot(nx, ny);
    if (j === predicted || norm === 0) continue;
    const distance = Math.abs(scores[predicted] - scores[j]) / norm;
    if (distance >= margin) continue;
    margin = distance;
    rival = j;
    foot = { x: x - (distance * nx) / norm, y: y - (distance * ny) / norm };
  }
  const top = Math.max(...scores);
  const whole = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
  return {
    angle,
    length,
    margin: predicted === label ? margin : -margin,
    probability: Math.exp(scores[label] - top) / whole,
    foot,
    rival,
  };
}

/** Where a ray from the origin leaves the picture, or null where it never enters it.
 * @param {Point} towards @param {import("./star_data.js").Extent} extent @returns {Point|null} */
export function rayEnd({ x, y }, [left, right, bottom, top]) {
  const length = Math.hypot(x, y);
  if (!(length > 0)) return null;
  const [dx, dy] = [x / length, y / length];
  const along = Math.min(
    dx > 0 ? right / dx : dx < 0 ? left / dx : Infinity,
    dy > 0 ? top / dy : dy < 0 ? bottom / dy : Infinity,
  );
  return { x: dx * along, y: dy * along };
}

/** Places on a closed line moved apart until neighbours keep `gap`; order stays.
 * @param {number[]} at along the line @param {number} whole its length @param {number} gap */
export function apart(at, whole, gap) {
  const order = at.map((_, k) => k).sort((a, b) => at[a] - at[b]);
  const room = Math.min(gap, whole / Math.max(1, at.length));
  const placed = [...at];
  for (let round = 0; round < 60; round++) {
    let moved = false;
    order.forEach((a, k) => {
      const b = order[(k + 1) % order.length];
      if (a === b) return;
      const distance = placed[b] - placed[a] + (k + 1 === order.length ? whole : 0);
      const lack = room - distance;
      if (lack <= 1e-6) return;
      placed[a] -= lack / 2;
      placed[b] += lack / 2;
      moved = true;
    });
    if (!moved) break;
  }
  return placed.map((place) => ((place % whole) + whole) % whole);
}

// Pointing at the curves: the point under the pointer, from point to point by keys, clicks.

/**
 * @typedef {Pick<import("./curves_marks.js").FigureScene, "x"|"y"|"hits">} FigureScene
 * @typedef {import("./curves_marks.js").Hit} Hit
 * @typedef {import("./curves_bqplot.js").Plot} Plot
 */

const NEAR = 16; // CSS pixels

/** Where a value stands in the figure. @param {FigureScene} scene @param {Plot} plot
 * @param {{x: number, y: number}} value */
export function placeOf({ x, y }, plot, value) {
  const across = (value.x - x[0]) / (x[1] - x[0]);
  const up = (value.y - y[0]) / (y[1] - y[0]);
  return { left: plot.left + across * plot.width, top: plot.top + (1 - up) * plot.height };
}

/** The nearest point, or −1 where none is near; among equals the last, which is drawn on top.
 * @param {FigureScene} scene @param {Plot} plot @param {number} left @param {number} top */
export function hitAt(scene, plot, left, top) {
  let [best, distance] = [-1, NEAR * NEAR];
  scene.hits.forEach((hit, k) => {
    const at = placeOf(scene, plot, hit);
    const far = (at.left - left) ** 2 + (at.top - top) ** 2;
    if (far <= distance) [best, distance] = [k, far];
  });
  return best;
}

/** The point that an arrow leads to: along the curve, or to the next curve's at the nearest ratio.
 * @param {Hit[]} hits @param {number} from −1: none yet @param {string} key */
export function towards(hits, from, key) {
  if (!hits.length) return -1;
  if (from < 0 || from >= hits.length) return 0;
  const curves = [...new Set(hits.map(({ curve }) => curve))];
  const { curve, x } = hits[from];
  const own = members(hits, curve);
  if (key === "ArrowLeft") return own[Math.max(0, own.indexOf(from) - 1)];
  if (key === "ArrowRight") return own[Math.min(own.length - 1, own.indexOf(from) + 1)];
  if (key === "Home") return own[0];
  if (key === "End") return own[own.length - 1];
  const step = key === "ArrowUp" ? -1 : 1;
  const next = curves[(curves.indexOf(curve) + step + curves.length) % curves.length];
  return members(hits, next).reduce((best, k) =>
    Math.abs(hits[k].x - x) < Math.abs(hits[best].x - x) ? k : best,
  );
}

/** A curve's points from left to right. @param {Hit[]} hits @param {string} curve */
function members(hits, curve) {
  const own = hits.flatMap((hit, k) => (hit.curve === curve ? [k] : []));
  return own.sort((a, b) => hits[a].x - hits[b].x || a - b);
}

const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

/** @param {HTMLElement} over @param {{scene: () => FigureScene|null, plot: () => Plot|null,
 *   point: (hit: Hit|null, at: {left: number, top: number}|null, spoken: boolean) => void,
 *   pick: (hit: Hit, compared: boolean) => void}} on @param {AbortSignal} signal */
export function listenForPoints(over, on, signal) {
  let at = -1;

  /** @param {MouseEvent} event */
  function under(event) {
    const [scene, plot] = [on.scene(), on.plot()];
    if (!scene || !plot) return -1;
    const box = over.getBoundingClientRect();
    return hitAt(scene, plot, event.clientX - box.left, event.clientY - box.top);
  }

  /** @param {number} next @param {boolean} spoken */
  function show(next, spoken) {
    at = next;
    const [scene, plot] = [on.scene(), on.plot()];
    const hit = scene?.hits[next] ?? null;
    over.style.cursor = hit?.pair ? "pointer" : "";
    on.point(hit, hit && scene && plot ? placeOf(scene, plot, hit) : null, spoken);
  }

  over.addEventListener("pointermove", (event) => show(under(event), false), { signal });
  over.addEventListener("pointerleave", () => show(-1, false), { signal });
  over.addEventListener("blur", () => show(-1, false), { signal });
  over.addEventListener(
    "click",
    (event) => {
      const hit = on.scene()?.hits[under(event)];
      if (hit) on.pick(hit, event.shiftKey);
    },
    { signal },
  );
  over.addEventListener(
    "keydown",
    (event) => {
      const hits = on.scene()?.hits ?? [];
      if (KEYS.has(event.key)) {
        show(towards(hits, at, event.key), true);
      } else if ((event.key === "Enter" || event.key === " ") && hits[at]) {
        on.pick(hits[at], event.shiftKey);
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    },
    { signal },
  );
}

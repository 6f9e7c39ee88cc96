// The picture itself: where every point stands on the screen, and the layers that show it.
import { fit, project, zoomAt } from "./map_frame.js";
import { placeLabels } from "./map_labels.js";
import { createOverlay } from "./map_overlay.js";
import { createPainter } from "./map_paint.js";
import { nearestPoint } from "./map_pick.js";
import { readColors } from "./theme.js";

/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {import("./map_scene.js").Scene} Scene */
/** @typedef {import("./map_look.js").Look} Look */
/** @typedef {ReturnType<typeof createPicture>} Picture */

const REACH = 12; // CSS pixels between pointer and point
const SIDE = 268; // CSS pixels of the panels beside the map, and of each of two
const BESIDE = 660; // CSS pixels from which panels stand beside the map
const TWO = 1250; // CSS pixels from which they stand in two columns
const PALE = 0.16; // opacity of what is not selected

/** @param {HTMLElement} root @param {ReturnType<typeof import("./map_parts.js").createParts>} parts
 * @param {{height: () => number|null, changed: () => void}} options */
export function createPicture(root, parts, { height: wanted, changed }) {
  const overlay = createOverlay(parts.over, parts.under);
  const painter = createPainter(parts.canvas);
  /** @type {{x: Float32Array, y: Float32Array}} */
  let at = { x: new Float32Array(0), y: new Float32Array(0) };
  let frame = { scale: 1, left: 0, top: 0 };
  let fitted = 1;
  let size = { width: 0, height: 0 };
  let moved = false; // whether the user has zoomed or panned
  let width = 0;
  /** What the marks were painted from. @type {{scene: Scene|null, look: Look|null,
   *   lit: Set<number>|null}} */
  let drawn = { scene: null, look: null, lit: null };
  /** @type {import("./theme.js").Rgba} */
  let outline = [0, 0, 0, 0];
  let stirred = true; // whether points have moved since
  /** What the points' places follow from. @type {{points: Points|null, size: object, frame: object}} */
  let placed = { points: null, size: {}, frame: {} };

  /** Room for the map, as wide as the view leaves. */
  function arrange() {
    width = Math.floor(root.clientWidth);
    const room = width - 26; // the view's own padding and border
    const beside = width >= BESIDE;
    const panels = (width >= TWO ? 2 : 1) * (SIDE + 14);
    root.classList.toggle("gw-map-narrow", !beside);
    root.classList.toggle("gw-map-wide", width >= TWO);
    const wide = Math.max(1, beside ? room - panels : room);
    const high = wanted() ?? Math.round(Math.min(620, Math.max(360, wide * 0.76)));
    parts.side.style.height = beside ? `${high}px` : "";
    painter.resize(wide, high);
    if (size.width === wide && size.height === high) return;
    size = { width: wide, height: high };
    parts.stage.style.width = `${wide}px`;
    parts.stage.style.height = `${high}px`;
    overlay.resize(wide, high);
  }

  /** @param {Scene} scene @param {Look} look @param {Set<number>|null} lit */
  function paintMarks(scene, look, lit) {
    // Asking for a colour makes the browser work out styles anew.
    if (drawn.look !== look) outline = readColors(root, ["bg"]).bg;
    drawn = { scene, look, lit };
    stirred = false;
    const { present, there, chosen, some } = scene;
    let front = some ? chosen : null;
    if (lit) {
      front = new Uint8Array(there.length);
      for (const i of lit) front[i] = chosen[i];
    }
    painter.draw(at, present, front, look, outline, PALE);
  }

  /** @param {import("./map_frame.js").Frame} next */
  function setFrame(next) {
    frame = next;
    moved = true;
    changed();
  }

  return {
    overlay,
    arrange,
    setFrame,
    at: () => at,
    frame: () => frame,
    fitted: () => fitted,
    size: () => size,
    /** The root's width that was drawn. */
    width: () => width,
    /** Other points from now on. @param {Points} points */
    reset(points) {
      at = { x: new Float32Array(points.n), y: new Float32Array(points.n) };
      moved = false;
    },
    /** Put every point in its place. @param {Points} points */
    place(points) {
      // At every move of a lasso nothing has moved.
      if (placed.points === points && placed.size === size && placed.frame === frame) return;
      const whole = fit(points, every(points.n), size);
      if (!moved) frame = whole;
      fitted = whole.scale;
      project(points, frame, at);
      at = { ...at };
      placed = { points, size, frame };
      stirred = true;
    },
    /** @param {number} factor */
    zoom: (factor) => setFrame(zoomAt(frame, factor, size.width / 2, size.height / 2, fitted)),
    /** Show all points that are there. @param {Points} points @param {Uint32Array} present */
    fit(points, present) {
      frame = fit(points, present.length ? present : every(points.n), size);
      moved = present.length > 0 && present.length < points.n;
      changed();
    },
    /** @param {[number, number]} spot @param {ArrayLike<number>} present */
    nearest: ([x, y], present) => nearestPoint(at, present, x, y, REACH),
    /** @param {ArrayLike<number>} some the points that get a number, in this order */
    number: (some) => overlay.numbers(placeLabels(at, some, size)),
    /** The marks, and the rings about some of them.
     * @param {Scene} scene @param {Look} look @param {Set<number>|null} lit those that stand out
     * @param {{reference: number, compared: number, cursor: number, hovered: number}} rings */
    paint(scene, look, lit, rings) {
      const same = drawn.scene === scene && drawn.look === look && drawn.lit === lit;
      if (!same || stirred) paintMarks(scene, look, lit);
      overlay.rings(at, rings, look.radius);
    },
  };
}

/** @param {number} n */
const every = (n) => Uint32Array.from({ length: n }, (_, i) => i);

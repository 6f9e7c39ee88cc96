// The pixel that is looked at in every map: under the pointer, moved by keys, or held by a click.

/** @typedef {import("./grid_layout.js").Layout} Layout */
/** @typedef {{x: number, y: number}} Place a column and a row of the maps */

/** The pixel of a map, or of an image, at a point of the stage; null beside them.
 * @param {Layout} layout @param {[number, number]} shape (y, x) @param {number} left
 * @param {number} top @returns {Place|null} */
export function placeAt({ cells, images }, [height, width], left, top) {
  for (const box of [...cells.map((cell) => cell.box), ...images]) {
    const x = Math.floor(((left - box.x) / box.width) * width);
    const y = Math.floor(((top - box.y) / box.height) * height);
    if (x >= 0 && y >= 0 && x < width && y < height) return { x, y };
  }
  return null;
}

/** @param {HTMLElement} stage @param {{changed: () => void, signal: AbortSignal}} options */
export function createPlace(stage, { changed, signal }) {
  /** @type {Place|null} */
  let at = null;
  let held = false;
  let keys = false;
  /** @type {Layout|null} */
  let layout = null;
  /** @type {[number, number]} */
  let shape = [1, 1];

  /** @param {Place|null} place @param {boolean} [byKeys] */
  function set(place, byKeys = false) {
    if (place?.x === at?.x && place?.y === at?.y && keys === byKeys) return;
    at = place;
    keys = byKeys;
    changed();
  }

  /** @param {MouseEvent} event */
  function under(event) {
    const { left, top } = stage.getBoundingClientRect();
    return layout && placeAt(layout, shape, event.clientX - left, event.clientY - top);
  }

  stage.addEventListener("pointermove", (event) => held || set(under(event)), { signal });
  stage.addEventListener("pointerleave", () => held || keys || set(null), { signal });
  stage.addEventListener(
    "click",
    (event) => {
      const place = under(event);
      held = Boolean(place) && !(held && place?.x === at?.x && place?.y === at?.y);
      set(place);
      changed();
    },
    { signal },
  );
  stage.addEventListener("blur", () => keys && !held && set(null), { signal });

  return {
    at: () => at,
    isHeld: () => held,
    byKeys: () => keys,
    /** @param {Layout|null} over @param {[number, number]} of (y, x) */
    over(over, of) {
      layout = over;
      shape = of;
      if (!over || (at && (at.x >= of[1] || at.y >= of[0]))) {
        at = null;
        held = false;
      }
    },
    /** @param {number} right @param {number} down @param {number} step pixels */
    move(right, down, step) {
      if (!layout) return;
      const [height, width] = shape;
      const from = at ?? { x: width >> 1, y: height >> 1 };
      const by = at ? step : 0; // the first press shows where it is
      const within = (/** @type {number} */ v, /** @type {number} */ n) =>
        Math.max(0, Math.min(n - 1, v));
      const x = within(from.x + right * by, width);
      set({ x, y: within(from.y + down * by, height) }, true);
    },
    hold() {
      if (!at) return;
      held = !held;
      changed();
    },
    /** Whether there was something to let go of. */
    release() {
      if (!at) return false;
      held = false;
      set(null);
      return true;
    },
  };
}

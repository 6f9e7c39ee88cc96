// Colours of the heat map: lightness alone tells high from low, so any reader can follow it.

import { contrast } from "./theme.js";

/** @typedef {import("./theme.js").Rgba} Rgba */

/** From low to high; in the dark theme the dark end is the low one, so that high stands out. */
/** @type {Rgba[]} */
const LIGHT = [
  [247, 251, 255, 1],
  [198, 219, 239, 1],
  [107, 174, 214, 1],
  [33, 113, 181, 1],
  [8, 48, 107, 1],
];
/** @type {Rgba[]} */
const DARK = [
  [22, 32, 45, 1],
  [24, 66, 110, 1],
  [40, 112, 176, 1],
  [112, 173, 222, 1],
  [222, 238, 252, 1],
];
/** @type {Rgba} */
const BLACK = [17, 20, 24, 1];
/** @type {Rgba} */
const WHITE = [255, 255, 255, 1];

/**
 * Linear mixture: `share` 0 gives `a`, 1 gives `b`.
 * @param {Rgba} a
 * @param {Rgba} b
 * @param {number} share
 * @returns {Rgba}
 */
export function mix(a, b, share) {
  const at = (/** @type {0 | 1 | 2} */ i) => Math.round(a[i] + (b[i] - a[i]) * share);
  return [at(0), at(1), at(2), 1];
}

/**
 * Colour of an accuracy in [0, 1].
 * @param {number} value
 * @param {boolean} dark
 */
export function heatColor(value, dark) {
  const stops = dark ? DARK : LIGHT;
  const place = Math.max(0, Math.min(1, value)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  return mix(stops[low], stops[low + 1], place - low);
}

/** Inks by background: a drag asks for those of the same colours thousands of times.
 * @type {Map<number, Rgba>} */
const inks = new Map();
const REMEMBERED = 4096;

/**
 * Black or white, whichever reads better on `background`.
 * @param {Rgba} background of whole numbers
 */
export function inkOn(background) {
  const [r, g, b] = background;
  const key = (r << 16) | (g << 8) | b;
  const known = inks.get(key);
  if (known) return known;
  if (inks.size >= REMEMBERED) inks.clear();
  const ink = contrast(BLACK, background) >= contrast(WHITE, background) ? BLACK : WHITE;
  inks.set(key, ink);
  return ink;
}

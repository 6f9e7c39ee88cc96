// The pictures of several views as one, in the columns in which they stand.

/** @typedef {import("./picture.js").Print} Print */
/** @typedef {import("./view_picture.js").Root} Root */

const GAP = 12;
const LEGIBLE = 0.7; // of a picture's own size
const SIZE = /^(<svg xmlns="[^"]*") width="([\d.]+)" height="([\d.]+)"/;
const BUSY = "[aria-busy=true]";

/** @param {HTMLElement} root @param {HTMLElement[]} places one a view
 * @returns {Print|null} null while one of them has none */
export function explorerPicture(root, places) {
  const found = places.map((place) => ({ place, print: pictureOf(place) }));
  if (found.some(({ print }) => print === null)) return null;
  /** @type {Map<number, number>} left edge → how far down its column is filled */
  const filled = new Map();
  let ground = 0; // below what goes across all columns
  const origin = root.getBoundingClientRect().left;
  const parts = found.flatMap(({ place, print }) => {
    if (!print) return [];
    const { wide, high } = sizeOf(print.text);
    const { left, width: room } = place.getBoundingClientRect();
    // A table is as wide as its columns ask for: in its own column nobody could read it.
    const across = Math.max(room, LEGIBLE * wide) > 0.75 * root.clientWidth;
    const width = across ? root.clientWidth : room;
    const x = across ? 0 : Math.round(left - origin);
    const y = across ? Math.max(0, ...filled.values()) : (filled.get(x) ?? ground);
    const shrink = Math.min(1, width / wide);
    const bottom = y + Math.ceil(high * shrink) + GAP;
    if (across) ground = bottom;
    if (across) for (const edge of [x, ...filled.keys()]) filled.set(edge, bottom);
    else filled.set(x, bottom);
    const at = `x="${x}" y="${y}" width="${wide * shrink}" height="${high * shrink}"`;
    return [print.text.replace(SIZE, `$1 ${at}`)];
  });
  const [width, height] = [root.clientWidth, Math.max(1, ...filled.values())];
  const size = `width="${width}" height="${height}"`;
  const background = getComputedStyle(root).backgroundColor;
  return {
    text:
      `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${width} ${height}">` +
      `<rect ${size} fill="${background}"/>${parts.join("")}</svg>`,
    name: "explorer",
  };
}

/** @param {string} text an SVG document */
function sizeOf(text) {
  const [, , wide = "1", high = "1"] = SIZE.exec(text) ?? [];
  return { wide: Number(wide), high: Number(high) };
}

/** A view's picture, false where it says something instead, null while it is on its way.
 * @param {HTMLElement} place @returns {Print|false|null} */
function pictureOf(place) {
  const root = /** @type {Root|null} */ (place.querySelector(".gw-root"));
  if (!root) return place.classList.contains("gw-error") ? false : null;
  if (root.matches(BUSY) || root.querySelector(BUSY)) return null;
  const print = root.gwPicture?.() ?? null;
  return print || (root.querySelector(".gw-empty:not([hidden])") ? false : null);
}

// How fine a view's canvases are: as the screen, or as a picture that is being made asks for.

/** @param {Element} el @returns {number} raster pixels a CSS pixel that a picture asks for, or 0 */
const asked = (el) =>
  Number(el.closest("[data-gw-sharpness]")?.getAttribute("data-gw-sharpness") ?? 0);

/** Raster pixels a CSS pixel: the screen's, up to `most`, or a picture's.
 * @param {Element} el @param {number} most */
export const sharpness = (el, most) =>
  asked(el) || Math.min(most, Math.max(1, globalThis.devicePixelRatio || 1));

/** How many times as many pixels as on a screen a canvas may have. @param {Element} el */
export const allowance = (el) => (asked(el) ? 12 : 1);

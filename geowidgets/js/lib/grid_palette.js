// Blue where the metric rises, red where it falls, and pixels of maps and images. No DOM.

/** @typedef {[number, number, number]} Rgb */

// From nothing to the end of an arm, in even steps. Both arms have the same lightness at the same
// distance, so that neither looks stronger in grey or to a colour-blind reader.
/** @type {Record<"light"|"dark", {rise: Rgb[], fall: Rgb[]}>} */
const ARMS = {
  light: {
    rise: [
      [247, 247, 247],
      [186, 214, 240],
      [110, 168, 220],
      [40, 112, 184],
      [8, 58, 122],
    ],
    fall: [
      [247, 247, 247],
      [252, 200, 184],
      [238, 134, 112],
      [204, 58, 50],
      [128, 10, 28],
    ],
  },
  dark: {
    rise: [
      [30, 34, 40],
      [26, 66, 110],
      [38, 108, 176],
      [84, 158, 230],
      [172, 212, 255],
    ],
    fall: [
      [30, 34, 40],
      [100, 38, 34],
      [170, 62, 48],
      [238, 112, 88],
      [255, 190, 170],
    ],
  },
};

/** The colour of `t` in −1..1: red below 0, blue above. @param {number} t
 * @param {"light"|"dark"} theme @returns {Rgb} */
export function colorOf(t, theme) {
  const arm = ARMS[theme][t < 0 ? "fall" : "rise"];
  const at = Math.min(1, Math.abs(t)) * (arm.length - 1);
  const k = Math.min(arm.length - 2, Math.floor(at));
  const part = at - k;
  const mix = (/** @type {number} */ c) =>
    Math.round(arm[k][c] + part * (arm[k + 1][c] - arm[k][c]));
  return [mix(0), mix(1), mix(2)];
}

/** A CSS colour. @param {Rgb} color */
export const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

const STEPS = 256; // colours on each arm, which is more than eyes or screens tell apart

/** @param {"light"|"dark"} theme */
function table(theme) {
  const colors = new Uint8Array((2 * STEPS + 1) * 3);
  for (let k = -STEPS; k <= STEPS; k++) colors.set(colorOf(k / STEPS, theme), (k + STEPS) * 3);
  return colors;
}
const TABLES = { light: table("light"), dark: table("dark") };

/** Paint a map's plane into RGBA; what is not a number becomes transparent, and is counted.
 * @param {Float32Array} plane row-major @param {number} scale the value at the arms' ends
 * @param {"light"|"dark"} theme @param {Uint8ClampedArray} out RGBA, four a value */
export function paintPlane(plane, scale, theme, out) {
  const colors = TABLES[theme];
  const perUnit = scale > 0 ? STEPS / scale : 0;
  let missing = 0;
  for (let p = 0; p < plane.length; p++) {
    const value = plane[p];
    if (Number.isNaN(value)) {
      out[4 * p + 3] = 0;
      missing++;
      continue;
    }
    const step = Math.max(-STEPS, Math.min(STEPS, Math.round(value * perUnit)));
    const at = 3 * (step + STEPS);
    out[4 * p] = colors[at];
    out[4 * p + 1] = colors[at + 1];
    out[4 * p + 2] = colors[at + 2];
    out[4 * p + 3] = 255;
  }
  return missing;
}

/** Paint an image (y, x, channel) of 1 or 3 channels into RGBA.
 * @param {ArrayLike<number>} pixels @param {number} channels @param {Uint8ClampedArray} out */
export function paintPixels(pixels, channels, out) {
  for (let p = 0; p < out.length / 4; p++) {
    const at = p * channels;
    for (let c = 0; c < 3; c++) out[4 * p + c] = pixels[channels < 3 ? at : at + c];
    out[4 * p + 3] = 255;
  }
}

/** Paint an image's luma alone, so that colours are the map's. Drawings in one channel become ink
 * on the page's own ground, so that a map's nothing stays as light, or dark, as the page.
 * @param {ArrayLike<number>} pixels @param {number} channels @param {Uint8ClampedArray} out
 * @param {"light"|"dark"} theme */
export function paintUnder(pixels, channels, out, theme) {
  paintPixels(pixels, channels, out);
  let sum = 0;
  for (let p = 0; p < out.length; p += 4) {
    const luma = 0.299 * out[p] + 0.587 * out[p + 1] + 0.114 * out[p + 2];
    sum += luma;
    out.fill(luma, p, p + 3);
  }
  const isDark = sum / (out.length / 4) < 128;
  if (channels >= 3 || isDark === (theme === "dark")) return;
  for (let p = 0; p < out.length; p += 4) out.fill(255 - out[p], p, p + 3);
}

// Small pictures set down many times: pixels written by hand, as a canvas that is not accelerated
// takes 10 µs and more for each drawImage. No DOM.

/** @typedef {{width: number, height: number, data: Uint8ClampedArray}} Pixels red, green, blue,
 *   opacity, not premultiplied */

/** A stamp without its transparent margin, the same on both sides, so that its middle stays. Tens of
 * thousands of small marks cost as many pixels as their stamps have.
 * @param {Pixels} stamp @returns {Pixels} */
export function cropped({ width, height, data }) {
  let margin = Math.floor(Math.min(width, height) / 2);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (data[4 * (row * width + column) + 3] === 0) continue;
      margin = Math.min(margin, row, column, height - 1 - row, width - 1 - column);
    }
  }
  const [w, h] = [width - 2 * margin, height - 2 * margin];
  const out = new Uint8ClampedArray(4 * w * h);
  for (let row = 0; row < h; row++) {
    const from = 4 * ((row + margin) * width + margin);
    out.set(data.subarray(from, from + 4 * w), 4 * row * w);
  }
  return { width: w, height: h, data: out };
}

/** Where the first pixel of something of that size lies about a place. @param {number} middle
 * @param {number} size pixels */
export const startOf = (middle, size) => Math.round(middle - size / 2);

/** @typedef {{left: number, top: number, right: number, bottom: number}} Area the last two excluded */

/** Set a stamp down about (x, y), over what is there. @param {Pixels} target @param {Pixels} stamp
 * @param {number} x @param {number} y pixels @param {number} strength 0..1, of its opacity
 * @param {Area} [area] pixels outside of it stay as they are */
export function setDown(target, stamp, x, y, strength, area = whole(target)) {
  const left = startOf(x, stamp.width);
  const top = startOf(y, stamp.height);
  const [x0, x1] = [Math.max(0, area.left - left), Math.min(stamp.width, area.right - left)];
  const [y0, y1] = [Math.max(0, area.top - top), Math.min(stamp.height, area.bottom - top)];
  const [to, from] = [target.data, stamp.data];
  for (let row = y0; row < y1; row++) {
    let s = 4 * (row * stamp.width + x0);
    let t = 4 * ((row + top) * target.width + x0 + left);
    for (let column = x0; column < x1; column++, s += 4, t += 4) {
      const above = (from[s + 3] * strength) / 255;
      if (above === 0) continue;
      if (above === 1) {
        to[t] = from[s];
        to[t + 1] = from[s + 1];
        to[t + 2] = from[s + 2];
        to[t + 3] = 255;
        continue;
      }
      const below = (to[t + 3] / 255) * (1 - above);
      const whole = above + below;
      const share = above / whole;
      to[t] += (from[s] - to[t]) * share;
      to[t + 1] += (from[s + 1] - to[t + 1]) * share;
      to[t + 2] += (from[s + 2] - to[t + 2]) * share;
      to[t + 3] = 255 * whole;
    }
  }
}

/** All of a picture. @param {{width: number, height: number}} picture @returns {Area} */
export const whole = ({ width, height }) => ({ left: 0, top: 0, right: width, bottom: height });

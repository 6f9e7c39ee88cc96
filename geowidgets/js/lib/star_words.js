// What the stars say of themselves and of one sample. No DOM.
import * as bits from "./bits.js";
import { measure } from "./star_geometry.js";
import { amount, metricValue, share } from "./words.js";

/** @typedef {import("./star_data.js").Stars} Stars */

/** @param {Stars} stars @param {Uint32Array|null} mask */
export function summary(stars, mask) {
  const right = (/** @type {import("./star_data.js").Star} */ star) => {
    if (!mask) return star.right;
    let count = 0;
    bits.forEach(mask, (i) => {
      count += Number(star.prediction[i] === stars.labels[i]);
    });
    return count;
  };
  const n = mask ? bits.count(mask) : stars.n;
  const rates = stars.stars.map((star) => `${share(right(star), n)} right (${star.title})`);
  const all = `${amount(stars.n)} samples`;
  return {
    first: mask ? `${amount(n)} of ${all} selected` : all,
    rest: n ? rates.join(", ") : "",
  };
}

/** Lines about one sample. @param {Stars} stars @param {number} i */
export function lines(stars, i) {
  const label = stars.labels[i];
  return stars.stars.map((star) => {
    const at = { x: star.x[i], y: star.y[i] };
    const p = star.prediction[i];
    const found = measure(at, label, p, star.directions, star.bias);
    const values = /** @type {const} */ (["angle", "length", "margin", "probability"]).map(
      (name) => `${name} ${metricValue(name, found[name])}`,
    );
    return {
      title: star.title,
      right: p === label,
      prediction: `predicted ${stars.classes[p]}`,
      values: values.join(" · "),
    };
  });
}

/** One sample as a screen reader says it. @param {Stars} stars @param {number} i */
export function spoken(stars, i) {
  if (i < 0) return "";
  const parts = lines(stars, i).map((one) => `${one.title}: ${one.prediction}, ${one.values}`);
  return `Sample ${i}, true ${stars.classes[stars.labels[i]]}. ${parts.join(". ")}`;
}

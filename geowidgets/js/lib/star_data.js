// The stars as they came from the kernel: features, predictions and classifiers. No DOM.
import { readArray } from "./map_points.js";

/** @typedef {[number, number, number, number]} Extent left, right, bottom, top in feature units */
/** @typedef {{title: string, extent: Extent, x: Float32Array, y: Float32Array,
 *   prediction: ArrayLike<number>, directions: ArrayLike<number>, bias: ArrayLike<number>,
 *   right: number}} Star `directions` (class, 2), `right` samples predicted right */
/** @typedef {{n: number, labels: ArrayLike<number>, classes: string[], stars: Star[],
 *   members: Uint32Array[]}} Stars `members` samples of each class */

/** @param {{arrays: import("./map_points.js").Arrays, titles: string[], extents: Extent[],
 *   classes: string[]}} sent @returns {Stars} */
export function readStars({ arrays, titles, extents, classes }) {
  const need = (/** @type {string} */ name) => {
    const found = readArray(arrays, name);
    if (!found) throw new Error(`this view lost its ${name}: run its cell again`);
    return found;
  };
  const labels = need("labels");
  const stars = titles.map((title, k) => {
    const features = need(`features/${k}`);
    const prediction = need(`prediction/${k}`);
    const at = (/** @type {0|1} */ axis) =>
      Float32Array.from({ length: labels.length }, (_, i) => features[2 * i + axis]);
    let right = 0;
    for (let i = 0; i < labels.length; i++) right += Number(prediction[i] === labels[i]);
    return {
      title,
      extent: extents[k],
      x: at(0),
      y: at(1),
      prediction,
      directions: need(`directions/${k}`),
      bias: need(`bias/${k}`),
      right,
    };
  });
  /** @type {number[][]} */
  const members = classes.map(() => []);
  for (let i = 0; i < labels.length; i++) members[labels[i]].push(i);
  return {
    n: labels.length,
    labels,
    classes,
    stars,
    members: members.map((one) => Uint32Array.from(one)),
  };
}

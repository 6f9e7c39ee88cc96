// Means of a metric, on the whole set and on a subset: from the samples themselves where they are
// here, else as the kernel gives them. Three numbers a pair: samples, mean, variance (n − 1).

import { toIndices } from "./bits.js";
import { Z } from "./table_intervals.js";

export const FIELDS = 3;

/**
 * Samples with a value, their mean and their variance, for every pair, on the samples of a mask.
 * @param {Float32Array} values pairs × n, NaN where there is no value
 * @param {number} n
 * @param {Uint32Array} mask
 */
export function maskedMoments(values, n, mask) {
  const pairs = n ? values.length / n : 0;
  const chosen = toIndices(mask);
  const out = new Float64Array(pairs * FIELDS);
  for (let pair = 0; pair < pairs; pair += 1) {
    const start = pair * n;
    let count = 0;
    let sum = 0;
    for (let k = 0; k < chosen.length; k += 1) {
      const value = values[start + chosen[k]];
      if (!Number.isNaN(value)) {
        sum += value;
        count += 1;
      }
    }
    const mean = sum / count;
    let square = 0;
    for (let k = 0; k < chosen.length; k += 1) {
      const step = values[start + chosen[k]] - mean;
      if (!Number.isNaN(step)) square += step * step;
    }
    out[pair * FIELDS] = count;
    out[pair * FIELDS + 1] = mean;
    out[pair * FIELDS + 2] = square / (count - 1);
  }
  return out;
}

/**
 * 95 % interval of a mean by the normal approximation; not a number for fewer than 2 samples.
 * @param {number} n @param {number} mean @param {number} variance
 * @returns {[number, number]}
 */
export function meanInterval(n, mean, variance) {
  const half = n > 1 ? Z * Math.sqrt(variance / n) : Number.NaN;
  return [mean - half, mean + half];
}

/**
 * Mean on a subset minus mean on the whole set that contains it, with its 95 % interval.
 *
 * As for accuracies, the subset S is compared with the rest R: m_S − m_W = (n_R / n_W)(m_S − m_R),
 * and S and R share no sample: ± z (n_R / n_W) √(s²_S / n_S + s²_R / n_R).
 * @param {[number, number, number]} part n, mean, variance of the subset
 * @param {[number, number, number]} whole of the whole set
 * @returns {{ difference: number, low: number, high: number }}
 */
export function meanDifference([n, mean, variance], [wholeN, wholeMean, wholeVariance]) {
  if (!(n > 0)) return { difference: Number.NaN, low: Number.NaN, high: Number.NaN };
  const restN = wholeN - n;
  if (restN <= 0) return { difference: 0, low: 0, high: 0 };
  const restMean = (wholeN * wholeMean - n * mean) / restN;
  const between = ((n * restN) / wholeN) * (mean - restMean) ** 2;
  const within = n > 1 ? (n - 1) * variance : 0;
  const restSquare = Math.max(0, (wholeN - 1) * wholeVariance - within - between);
  const share = restN / wholeN;
  const difference = mean - wholeMean;
  const error = Math.sqrt(variance / n + restSquare / (restN - 1) / restN);
  const half = n > 1 && restN > 1 ? Z * share * error : Number.NaN;
  return { difference, low: difference - half, high: difference + half };
}

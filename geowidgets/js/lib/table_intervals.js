// 95 % intervals of accuracies and of their differences.

/** The two-sided 95 % quantile of the standard normal distribution. */
export const Z = 1.959963984540054;

/**
 * Wilson's score interval of a proportion k / n (Wilson 1927); `[NaN, NaN]` for n = 0.
 *
 * (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), p = k / n
 * @param {number} k
 * @param {number} n
 * @returns {[number, number]}
 */
export function wilson(k, n) {
  if (n === 0) return [Number.NaN, Number.NaN];
  const p = k / n;
  const scale = 1 + (Z * Z) / n;
  const centre = p + (Z * Z) / (2 * n);
  const half = Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n));
  // At p = 0 and p = 1 the exact bound is p itself; rounding must not put it outside of [0, 1].
  return [k === 0 ? 0 : (centre - half) / scale, k === n ? 1 : (centre + half) / scale];
}

/**
 * Accuracy on a subset minus accuracy on the whole set that contains it, with its 95 % interval.
 *
 * The subset S is a part of the whole W, so the two are not independent; with the rest R = W ∖ S,
 * p_S − p_W = (1 − n_S / n_W)(p_S − p_R), and S and R share no sample: Newcombe's hybrid score
 * interval of p_S − p_R (Newcombe 1998, method 10), scaled.
 * @param {number} k correct in the subset
 * @param {number} n size of the subset
 * @param {number} wholeK correct in the whole set
 * @param {number} wholeN size of the whole set
 * @returns {{ difference: number, low: number, high: number }} all NaN for an empty subset
 */
export function subsetDifference(k, n, wholeK, wholeN) {
  if (n === 0) return { difference: Number.NaN, low: Number.NaN, high: Number.NaN };
  if (n === wholeN) return { difference: 0, low: 0, high: 0 };
  const restN = wholeN - n;
  const restK = wholeK - k;
  const [p, q] = [k / n, restK / restN];
  const [pLow, pHigh] = wilson(k, n);
  const [qLow, qHigh] = wilson(restK, restN);
  const share = restN / wholeN;
  return {
    difference: share * (p - q),
    low: share * (p - q - distance(p - pLow, qHigh - q)),
    high: share * (p - q + distance(pHigh - p, q - qLow)),
  };
}

/** As Math.hypot, which guards against overflow at many times the cost. @param {number} a
 * @param {number} b */
const distance = (a, b) => Math.sqrt(a * a + b * b);

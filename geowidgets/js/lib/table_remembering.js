// Results kept for as long as what they were made from stays the same.

/**
 * `compute` with its last result kept per name, for as long as the arguments stay the same; arrays
 * of numbers or names count as the same when their contents are.
 * @template {any[]} A
 * @template R
 * @param {(...args: A) => R} compute
 * @returns {(name: string, ...args: A) => R}
 */
export function remembering(compute) {
  /** @type {Map<string, { args: A, result: R }>} */
  const kept = new Map();
  return (name, ...args) => {
    const last = kept.get(name);
    if (last?.args.every((value, i) => sameValue(value, args[i]))) return last.result;
    const result = compute(...args);
    kept.set(name, { args, result });
    return result;
  };
}

/** @param {unknown} a @param {unknown} b */
function sameValue(a, b) {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((value, i) => value === b[i]);
}

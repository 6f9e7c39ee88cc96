// What was used last stays; what was used longest ago goes when there is no room.

/** The most recently used values, up to `limit` bytes.
 * @template T @param {number} limit @param {(value: T) => number} size bytes of a value */
export function createCache(limit, size) {
  /** @type {Map<string, T>} oldest first */
  const kept = new Map();
  let bytes = 0;

  /** @param {string} key */
  function remove(key) {
    const value = kept.get(key);
    if (value === undefined) return;
    bytes -= size(value);
    kept.delete(key);
  }

  return {
    /** @param {string} key */
    get(key) {
      const value = kept.get(key);
      if (value !== undefined) {
        kept.delete(key);
        kept.set(key, value);
      }
      return value;
    },
    /** @param {string} key @param {T} value */
    put(key, value) {
      remove(key);
      kept.set(key, value);
      bytes += size(value);
      for (const old of kept.keys()) {
        if (bytes <= limit || old === key) break;
        remove(old);
      }
      return value;
    },
    /** @param {RegExp} pattern */
    drop(pattern) {
      for (const key of [...kept.keys()]) if (pattern.test(key)) remove(key);
    },
    clear() {
      kept.clear();
      bytes = 0;
    },
    size: () => kept.size,
    bytes: () => bytes,
  };
}

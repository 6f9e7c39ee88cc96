// Sample masks: one bit a sample in 32-bit words, sample i at bit (i & 31) of word (i >> 5).
// As bytes that is little-endian bit order, numpy's packbits(..., bitorder="little").

/** Number of 32-bit words that hold `n` bits. @param {number} n */
export const wordCount = (n) => (n + 31) >>> 5;

/** Number of bytes that hold `n` bits. @param {number} n */
export const byteCount = (n) => (n + 7) >>> 3;

/** A mask without a sample. @param {number} n */
export const empty = (n) => new Uint32Array(wordCount(n));

/** A mask of all `n` samples; spare bits stay 0. @param {number} n */
export function full(n) {
  const mask = empty(n).fill(0xffffffff);
  if (n & 31) mask[mask.length - 1] = 2 ** (n & 31) - 1;
  return mask;
}

/** @param {Uint32Array} mask @param {number} i */
export const has = (mask, i) => (mask[i >>> 5] >>> (i & 31)) & 1;

/** @param {Uint32Array} mask @param {number} i */
export function add(mask, i) {
  mask[i >>> 5] |= 1 << (i & 31);
}

/** Bits set in one 32-bit word. @param {number} word */
export function popcount(word) {
  let w = word - ((word >>> 1) & 0x55555555);
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
  return (((w + (w >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Samples in the mask. @param {Uint32Array} mask */
export function count(mask) {
  let total = 0;
  for (let k = 0; k < mask.length; k++) total += popcount(mask[k]);
  return total;
}

/** Samples in both masks, without making a third. @param {Uint32Array} a @param {Uint32Array} b */
export function countAnd(a, b) {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += popcount(a[k] & b[k]);
  return total;
}

/** @param {Uint32Array} a @param {Uint32Array} b */
export const and = (a, b) => a.map((word, k) => word & b[k]);

/** @param {Uint32Array} a @param {Uint32Array} b */
export const or = (a, b) => a.map((word, k) => word | b[k]);

/** Samples of `a` that are not in `b`. @param {Uint32Array} a @param {Uint32Array} b */
export const andNot = (a, b) => a.map((word, k) => word & ~b[k]);

/** @param {Uint32Array} a @param {Uint32Array} b */
export function equal(a, b) {
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}

/** Call `fn(i)` for each sample of the mask, in ascending order.
 * @param {Uint32Array} mask @param {(i: number) => void} fn */
export function forEach(mask, fn) {
  for (let k = 0; k < mask.length; k++) {
    let word = mask[k];
    while (word) {
      fn((k << 5) + 31 - Math.clz32(word & -word));
      word &= word - 1;
    }
  }
}

/** Call `came(i)` for the samples in `now` alone and `left(i)` for those in `before` alone.
 * @param {Uint32Array} before @param {Uint32Array} now
 * @param {(i: number) => void} came @param {(i: number) => void} left */
export function forEachChange(before, now, came, left) {
  for (let k = 0; k < now.length; k++) {
    let word = before[k] ^ now[k];
    while (word) {
      const low = word & -word;
      const i = (k << 5) + 31 - Math.clz32(low);
      if (now[k] & low) came(i);
      else left(i);
      word &= word - 1;
    }
  }
}

/** @param {Iterable<number>} indices @param {number} n */
export function fromIndices(indices, n) {
  const mask = empty(n);
  for (const i of indices) add(mask, i);
  return mask;
}

/** The mask's samples, ascending. @param {Uint32Array} mask */
export function toIndices(mask) {
  const indices = new Uint32Array(count(mask));
  let k = 0;
  forEach(mask, (i) => {
    indices[k++] = i;
  });
  return indices;
}

/** Samples whose class (`labels[i]`) is one of `classes`.
 * @param {ArrayLike<number>} labels @param {Iterable<number>} classes */
export function fromClasses(labels, classes) {
  const wanted = new Set(classes);
  const mask = empty(labels.length);
  for (let i = 0; i < labels.length; i++) if (wanted.has(labels[i])) add(mask, i);
  return mask;
}

/** A row of packed bits as a mask. `offset` is in bytes.
 * @param {Uint8Array} bytes @param {number} offset @param {number} n */
export function fromBytes(bytes, offset, n) {
  const mask = empty(n);
  new Uint8Array(mask.buffer).set(bytes.subarray(offset, offset + byteCount(n)));
  return mask;
}

/** The mask as base64 of its `byteCount(n)` bytes. @param {Uint32Array} mask @param {number} n */
export function toBase64(mask, n) {
  const bytes = new Uint8Array(mask.buffer, mask.byteOffset, byteCount(n));
  return "toBase64" in bytes ? /** @type {any} */ (bytes).toBase64() : plainBase64(bytes);
}

/** The same where the browser does not know how. @param {Uint8Array} bytes */
export function plainBase64(bytes) {
  let text = "";
  // fromCharCode takes its bytes as arguments, and engines limit their number.
  for (let k = 0; k < bytes.length; k += 8192) {
    text += String.fromCharCode(...bytes.subarray(k, k + 8192));
  }
  return btoa(text);
}

/** The bytes that `text` encodes; throws where it is not base64. @param {string} text */
function bytesOf(text) {
  return "fromBase64" in Uint8Array
    ? /** @type {any} */ (Uint8Array).fromBase64(text)
    : plainBytes(text);
}

/** The same where the browser does not know how. @param {string} text */
export function plainBytes(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let k = 0; k < raw.length; k++) bytes[k] = raw.charCodeAt(k);
  return bytes;
}

/** The mask of `n` samples that `text` encodes; wrong length or spare bits throw.
 * @param {string} text @param {number} n @param {string} [what] names the value in the error */
export function fromBase64(text, n, what = "mask") {
  /** @type {Uint8Array} */
  let bytes;
  try {
    bytes = bytesOf(text);
  } catch {
    throw new RangeError(`${what}: expected base64, got ${JSON.stringify(text.slice(0, 20))}`);
  }
  if (bytes.length !== byteCount(n)) {
    throw new RangeError(
      `${what}: expected ${byteCount(n)} bytes for ${n} bits, got ${bytes.length}`,
    );
  }
  if (n & 7 && bytes[bytes.length - 1] >> (n & 7)) {
    throw new RangeError(`${what}: bits beyond the last of ${n} are set`);
  }
  return fromBytes(bytes, 0, n);
}

// Counts of common bits in WebAssembly, which counts 64 of them in one instruction. The module is
// written here by hand, instruction by instruction; table_counts.js holds the plain twin.

/** The instructions used, by their names in the text format. */
const OP = {
  block: 0x02,
  loop: 0x03,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  "i64.load": 0x29,
  "i32.store": 0x36,
  "i32.const": 0x41,
  "i32.eqz": 0x45,
  "i32.lt_u": 0x49,
  "i32.ge_u": 0x4f,
  "i32.add": 0x6a,
  "i64.and": 0x83,
  "i64.popcnt": 0x7b,
  "i64.add": 0x7c,
  "i32.wrap_i64": 0xa7,
  "i64.const": 0x42,
};
const I32 = 0x7f;
const I64 = 0x7e;
const EMPTY = 0x40;

/** @param {number} id @param {number[]} content */
const section = (id, content) => [id, ...size(content.length), ...content];

/** Unsigned LEB128. @param {number} n @returns {number[]} */
const size = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...size(n >>> 7)]);

/** @param {string} text */
const name = (text) => [text.length, ...new TextEncoder().encode(text)];

// Parameters of count(words, mask, out, pairs, bytes) and its own variables.
const [WORDS, MASK, OUT, PAIRS, BYTES, AT, STOP, SUM] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Bytes that one turn of the inner loop takes: with 8 its own counting would be most of the work. */
const STRIDE = 32;

/** sum += popcnt(words & mask), of the 8 bytes at an offset below 128. @param {number} offset */
const addBits = (offset) => [
  ...[OP.get, WORDS, OP["i64.load"], 3, offset],
  ...[OP.get, AT, OP["i64.load"], 3, offset],
  ...[OP["i64.and"], OP["i64.popcnt"], OP.get, SUM, OP["i64.add"], OP.set, SUM],
];

/** for each pair: sum = Σ popcnt(words & mask); *out = sum. `bytes` of a pair, a multiple of
 * `STRIDE`. */
function body() {
  return [
    ...[2, 2, I32, 1, I64], // variables: AT, STOP; SUM
    ...[OP.block, EMPTY],
    ...[OP.loop, EMPTY],
    ...[OP.get, PAIRS, OP["i32.eqz"], OP.br_if, 1],
    ...[OP["i64.const"], 0, OP.set, SUM],
    ...[OP.get, MASK, OP.tee, AT, OP.get, BYTES, OP["i32.add"], OP.set, STOP],
    ...[OP.block, EMPTY],
    ...[OP.loop, EMPTY],
    ...[OP.get, AT, OP.get, STOP, OP["i32.ge_u"], OP.br_if, 1],
    ...[...addBits(0), ...addBits(8), ...addBits(16), ...addBits(24)],
    ...[OP.get, WORDS, OP["i32.const"], STRIDE, OP["i32.add"], OP.set, WORDS],
    ...[OP.get, AT, OP["i32.const"], STRIDE, OP["i32.add"], OP.set, AT],
    ...[OP.br, 0, OP.end, OP.end],
    ...[OP.get, OUT, OP.get, SUM, OP["i32.wrap_i64"], OP["i32.store"], 2, 0],
    ...[OP.get, OUT, OP["i32.const"], 4, OP["i32.add"], OP.set, OUT],
    ...[OP.get, PAIRS, OP["i32.const"], 0x7f, OP["i32.add"], OP.set, PAIRS], // − 1
    ...[OP.br, 0, OP.end, OP.end, OP.end],
  ];
}

/** The module's bytes: imports a memory, exports `count`. */
export function moduleBytes() {
  const code = body();
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]), // type 0: (i32 × 5) → ()
    ...section(2, [1, ...name("e"), ...name("m"), 2, 0, 1]), // memory "e" "m", at least 1 page
    ...section(3, [1, 0]), // function 0 has type 0
    ...section(7, [1, ...name("count"), 0, 0]),
    ...section(10, [1, ...size(code.length), ...code]),
  ]);
}

const PAGE = 65_536;
/** Compiled once: a large table has a counter a row. @type {WebAssembly.Module | null} */
let compiled = null;

/** @param {number} bytes */
const aligned = (bytes) => Math.ceil(bytes / STRIDE) * STRIDE;

/**
 * A counter that keeps one set's correctness in the module's memory; null where the page may not
 * compile WebAssembly (a content security policy) or the memory is too large.
 * @param {import("./table_counts.js").Correct} correct
 * @returns {((mask: Uint32Array, out: Uint32Array, runs?: [number, number][]) => Uint32Array)
 *   | null} `runs`: first and last pair, the last one excluded, of those that are counted; what
 *   `out` says of others means nothing
 */
export function wasmCounter({ words, width, pairs }) {
  const bytes = aligned(4 * width);
  const [maskAt, outAt] = [pairs * bytes, (pairs + 1) * bytes];
  const pages = Math.ceil((outAt + 4 * pairs) / PAGE) || 1;
  try {
    const memory = new WebAssembly.Memory({ initial: pages });
    compiled ??= new WebAssembly.Module(moduleBytes());
    const instance = new WebAssembly.Instance(compiled, { e: { m: memory } });
    const count = /** @type {(...parts: number[]) => void} */ (instance.exports.count);
    for (let pair = 0; pair < pairs; pair += 1) {
      const row = words.subarray(pair * width, (pair + 1) * width);
      new Uint32Array(memory.buffer, pair * bytes, width).set(row);
    }
    const mask = new Uint32Array(memory.buffer, maskAt, width);
    const found = new Uint32Array(memory.buffer, outAt, pairs);
    return (wanted, out, runs = [[0, pairs]]) => {
      mask.set(wanted);
      for (const [from, to] of runs) {
        count(from * bytes, maskAt, outAt + 4 * from, to - from, bytes);
      }
      out.set(found);
      return out;
    };
  } catch {
    return null;
  }
}

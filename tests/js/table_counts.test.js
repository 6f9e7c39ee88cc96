import assert from "node:assert/strict";
import { test } from "node:test";
import { countCorrect, createCounter, packedWords } from "../../geowidgets/js/lib/table_counts.js";
import { moduleBytes, wasmCounter } from "../../geowidgets/js/lib/table_wasm.js";

/** Numbers in [0, 1) that are the same in every run. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One byte a bit → packed bytes, little bit order, each pair on its own byte boundary. */
function pack(pairs, n, bit) {
  const stride = Math.ceil(n / 8);
  const bytes = new Uint8Array(pairs * stride);
  for (let p = 0; p < pairs; p += 1) {
    for (let i = 0; i < n; i += 1) if (bit(p, i)) bytes[p * stride + (i >> 3)] |= 1 << (i & 7);
  }
  return bytes;
}

const SHARES = [0.3, 0.003, 1];
for (const [n, share] of [1, 7, 8, 31, 32, 33, 70, 1797].flatMap((n) =>
  SHARES.map((s) => [n, s]),
)) {
  test(`counts of ${n} samples, ${share} of them chosen, equal a loop over samples`, () => {
    // Catches: pairs that are not a multiple of four bytes long run into each other; bit 31 taken
    // for a sign; the path for few samples differing from the one for many.
    const next = random(n);
    const pairs = 15;
    const right = Array.from({ length: pairs }, () =>
      Array.from({ length: n }, () => next() < 0.7),
    );
    const chosen = Array.from({ length: n }, (_, i) => i === 0 || next() < share);
    const correct = packedWords(
      pack(pairs, n, (p, i) => right[p][i]),
      pairs,
      n,
    );
    const mask = new Uint32Array(Math.ceil(n / 32));
    chosen.forEach((on, i) => {
      if (on) mask[i >>> 5] |= 1 << (i & 31);
    });
    const naive = right.map((row) => row.filter((ok, i) => ok && chosen[i]).length);
    assert.deepEqual([...countCorrect(correct, mask)], naive);
  });
}

test("words of the wrong number are refused with both numbers", () => {
  assert.throws(() => packedWords(new Uint8Array(5), 3, 10), /5 bytes, expected 6/);
  const correct = packedWords(new Uint8Array(6), 3, 10);
  assert.throws(() => countCorrect(correct, new Uint32Array(2)), /2 words, expected 1/);
});

test("WebAssembly counts what the plain twin counts, also after another set and mask", () => {
  // Catches: a sum that is not reset between pairs; rows of an odd number of words; stale memory.
  const next = random(11);
  const words = (length) => Uint32Array.from({ length }, () => next() * 2 ** 32);
  for (const [pairs, n] of [[1, 5], [7, 64], [3, 65], [40, 1797], [0, 10]]) {
    const width = Math.ceil(n / 32);
    const correct = { words: words(pairs * width), width, pairs };
    const fast = wasmCounter(correct);
    assert.ok(fast, "WebAssembly must be there in this test");
    for (let k = 0; k < 3; k += 1) {
      const mask = words(width);
      assert.deepEqual(fast(mask, new Uint32Array(pairs)), countCorrect(correct, mask));
    }
  }
  assert.ok(WebAssembly.validate(moduleBytes()));
});

test("where WebAssembly is forbidden the plain way counts", () => {
  const { Module } = WebAssembly;
  const correct = { words: Uint32Array.of(0b1011, 0b1), width: 1, pairs: 2 };
  try {
    WebAssembly.Module = class {
      constructor() {
        throw new WebAssembly.CompileError("blocked by the page's policy");
      }
    };
    assert.deepEqual([...createCounter()(correct, Uint32Array.of(0b1001))], [2, 1]);
  } finally {
    WebAssembly.Module = Module;
  }
  assert.throws(() => createCounter()(correct, new Uint32Array(2)), /2 words, expected 1/);
});

import assert from "node:assert/strict";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";

/** Sample numbers by a plain loop; no two sizes or contents share a word boundary by luck. */
function sample(n, seed) {
  const chosen = [];
  let state = seed;
  for (let i = 0; i < n; i++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    if (state % 3 === 0) chosen.push(i);
  }
  return chosen;
}

for (const n of [0, 1, 7, 8, 31, 32, 33, 64, 1000]) {
  test(`n = ${n}: indices, base64 and counts agree with plain sets`, () => {
    const a = sample(n, 1);
    const b = sample(n, 2);
    const [p, q] = [bits.fromIndices(a, n), bits.fromIndices(b, n)];
    assert.deepEqual([...bits.toIndices(p)], a);
    assert.equal(bits.count(p), a.length);
    const inB = new Set(b);
    const both = a.filter((i) => inB.has(i));
    assert.deepEqual([...bits.toIndices(bits.and(p, q))], both);
    assert.equal(bits.countAnd(p, q), both.length);
    assert.deepEqual(
      [...bits.toIndices(bits.andNot(p, q))],
      a.filter((i) => !inB.has(i)),
    );
    assert.equal(bits.count(bits.or(p, q)), new Set([...a, ...b]).size);
    assert.equal(bits.count(bits.full(n)), n);
    assert.deepEqual(bits.fromBase64(bits.toBase64(p, n), n), p);
    assert.ok(bits.equal(p, bits.fromIndices(a, n)));
    for (let i = 0; i < n; i++) assert.equal(bits.has(p, i) === 1, a.includes(i));
  });
}

test("changes: every sample that came or left, once, and no other", () => {
  const n = 100;
  const [before, now] = [sample(n, 3), sample(n, 4)];
  const came = [];
  const left = [];
  bits.forEachChange(
    bits.fromIndices(before, n),
    bits.fromIndices(now, n),
    (i) => came.push(i),
    (i) => left.push(i),
  );
  assert.deepEqual(
    came,
    now.filter((i) => !before.includes(i)),
  );
  assert.deepEqual(
    left,
    before.filter((i) => !now.includes(i)),
  );
});

test("the bit order is numpy's packbits(bitorder='little'): sample 31 is the sign bit", () => {
  assert.equal(bits.toBase64(bits.fromIndices([0, 9], 10), 10), "AQI=");
  assert.equal(bits.toBase64(bits.fromIndices([31], 32), 32), "AAAAgA==");
  assert.deepEqual([...bits.toIndices(bits.fromIndices([31], 32))], [31]);
});

test("rows of packed bits start at any byte", () => {
  const mask = bits.fromBytes(Uint8Array.of(255, 0b101, 0b10), 1, 10);
  assert.deepEqual([...bits.toIndices(mask)], [0, 2, 9]);
});

test("class 0 is a class", () => {
  const mask = bits.fromClasses(Int16Array.of(2, 0, 1, 0), [0]);
  assert.deepEqual([...bits.toIndices(mask)], [1, 3]);
});

// The ways to count correct predictions on a mask, side by side; bundled by bench_table.py.
import { countCorrect } from "../../geowidgets/js/lib/table_counts.js";
import { wasmCounter } from "../../geowidgets/js/lib/table_wasm.js";

/** Milliseconds of each repeat of every way, on the same words and masks. */
export function timeCounts(pairs, n, repeats) {
  const width = Math.ceil(n / 32);
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const correct = { words: Uint32Array.from({ length: pairs * width }, next), width, pairs };
  const out = new Uint32Array(pairs);
  const fast = wasmCounter(correct);
  const ways = { "plain JS": (mask) => countCorrect(correct, mask, out) };
  if (fast) ways.WebAssembly = (mask) => fast(mask, out);
  const times = {};
  for (let k = 0; k < repeats + 20; k += 1) {
    const mask = Uint32Array.from({ length: width }, next);
    const sums = [];
    for (const [name, way] of Object.entries(ways)) {
      times[name] ??= [];
      const start = performance.now();
      way(mask);
      const took = performance.now() - start;
      if (k >= 20) times[name].push(took); // the first ones are compiled on the way
      sums.push(out.join());
    }
    if (new Set(sums).size > 1) throw new Error("the ways disagree");
  }
  return times;
}

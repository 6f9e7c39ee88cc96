// Which models an attribution grid shows, and in which order. The same rule stands in
// widgets/attribution_rows.py; both run over tests/vectors/grid_rows.json.
import { fromBase64, has } from "./bits.js";

/** @typedef {{name: string, architecture: string, method: string, ratio: number|null,
 *   parent: string|null, seed: number|null}} Entry */
/** @typedef {{models: number[]|null, pairs: string|null, reference: [number, number]|null,
 *   compared: [number, number]|null}} State */

const FEW = 5;

/** Positions of the models in focus, by architecture, then ratio: the chosen models; else those of
 * the chosen pairs; else reference and compared; else the reference among its relatives.
 * @param {Entry[]} models @param {number} benchmarks @param {State} state */
export function rowsOf(models, benchmarks, state) {
  /** @type {Map<string, number>} */
  const first = new Map();
  for (const { architecture } of models) {
    if (!first.has(architecture)) first.set(architecture, first.size);
  }
  const group = (/** @type {number} */ m) => first.get(models[m].architecture) ?? 0;
  return chosen(models, benchmarks, state).sort(
    (a, b) => group(a) - group(b) || ratio(models[a]) - ratio(models[b]) || a - b,
  );
}

/** @param {Entry[]} models @param {number} benchmarks @param {State} state @returns {number[]} */
function chosen(models, benchmarks, { models: rows, pairs, reference, compared }) {
  if (rows !== null) return [...rows];
  if (pairs !== null) {
    const mask = fromBase64(pairs, models.length * benchmarks, "pairs");
    const any = (/** @type {number} */ m) => {
      for (let b = 0; b < benchmarks; b++) if (has(mask, m * benchmarks + b)) return true;
      return false;
    };
    return models.map((_, m) => m).filter(any);
  }
  if (reference === null) return [];
  if (compared !== null) return [...new Set([reference[0], compared[0]])];
  return relatives(models, reference[0]);
}

/** The reference and at most four others that tell most beside it.
 * @param {Entry[]} models @param {number} reference */
function relatives(models, reference) {
  const own = models[reference];
  const all = models.map((_, m) => m);
  let parent = [reference];
  /** @type {number[]} */
  let like;
  if (own.parent) {
    parent = all.filter((m) => models[m].name === own.parent);
    like = all.filter((m) => madeAs(models[m], own));
  } else {
    const children = all.filter((m) => models[m].parent === own.name);
    const methods = children.map((m) => models[m].method);
    const method = methods.includes("magnitude") ? "magnitude" : methods[0];
    const same = children.filter((m) => models[m].method === method);
    like = same.filter((m) => models[m].seed === models[same[0]].seed);
  }
  let found = [...new Set([...parent, ...like])];
  if (found.length < 2) {
    const others = all.filter((m) => models[m].architecture === own.architecture);
    found = [...new Set([reference, ...others])];
  }
  found.sort((a, b) => ratio(models[a]) - ratio(models[b]) || a - b);
  return spread(found, reference);
}

/** @param {Entry} entry @param {Entry} own */
const madeAs = (entry, own) =>
  entry.parent === own.parent &&
  entry.method === own.method &&
  entry.architecture === own.architecture &&
  entry.seed === own.seed;

/** At most `FEW` of them, evenly spaced, the ends and the reference among them.
 * @param {number[]} found @param {number} reference */
function spread(found, reference) {
  if (found.length <= FEW) return found;
  const last = found.length - 1;
  const kept = new Set(Array.from({ length: FEW }, (_, k) => Math.round((k * last) / (FEW - 1))));
  const place = found.indexOf(reference);
  if (!kept.has(place)) {
    const inner = [...kept].filter((k) => k !== 0 && k !== last);
    inner.sort((a, b) => Math.abs(a - place) - Math.abs(b - place) || a - b);
    kept.delete(inner[0]);
    kept.add(place);
  }
  return [...kept].sort((a, b) => a - b).map((k) => found[k]);
}

/** @param {Entry} entry */
const ratio = (entry) => (Number.isFinite(entry.ratio) ? Number(entry.ratio) : 0);

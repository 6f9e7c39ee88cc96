// Every epoch's cosines: asked for one after the other and kept, so that playing needs no kernel.
import { createCache } from "./cache.js";
import { readEpoch, readSaved } from "./graph_data.js";
import { spanningForest } from "./graph_edges.js";

/** @typedef {import("./graph_edges.js").Epoch} Epoch */
/** @typedef {{epoch: Epoch, forest: import("./graph_edges.js").Forest}} Loaded */

const BYTES = 256 * 2 ** 20;
const AT_ONCE = 2; // questions under way

/** @param {{model: import("@anywidget/types").AnyModel, units: number, epochs: number[],
 *   arrived: () => void, failed: (words: string) => void, signal: AbortSignal}} options */
export function createLoader({ model, units, epochs, arrived, failed, signal }) {
  const cache = createCache(BYTES, (/** @type {Loaded} */ { epoch }) => epoch.cosines.byteLength);
  const fits = Math.floor(BYTES / Math.max(1, 2 * units * (units - 1)));
  /** @type {Set<string>} */
  const waiting = new Set();
  /** @type {Set<string>} */
  const broken = new Set();
  const keyOf = (/** @type {string} */ kind, /** @type {number} */ epoch) => `${kind}/${epoch}`;

  /** @param {string} key @param {Epoch} epoch */
  const keep = (key, epoch) => cache.put(key, { epoch, forest: spanningForest(epoch) });

  /** @param {string} kind @param {number} epoch @returns {Loaded|null} */
  function peek(kind, epoch) {
    const key = keyOf(kind, epoch);
    const known = cache.get(key);
    if (known) return known;
    const saved = model.get("preloaded")?.[key];
    return saved ? keep(key, readSaved(units, saved)) : null;
  }

  /** @param {string} kind @param {number} epoch */
  function ask(kind, epoch) {
    const key = keyOf(kind, epoch);
    if (waiting.has(key) || broken.has(key)) return;
    waiting.add(key);
    try {
      model.send({ type: "epoch", kind, epoch });
    } catch {
      waiting.delete(key);
      broken.add(key);
      failed(`Epoch ${epoch} is not here: no kernel is attached, and it was not saved.`);
    }
  }

  /** @param {any} content @param {DataView[]} buffers */
  function hear(content, buffers) {
    if (content?.type !== "epoch" && content?.type !== "error") return;
    const key = keyOf(content.kind, content.epoch);
    waiting.delete(key);
    if (content.type === "error") {
      broken.add(key);
      failed(String(content.message));
    } else if (!cache.get(key)) {
      keep(key, readEpoch(units, buffers));
    }
    arrived();
  }

  model.on("msg:custom", hear);
  signal.addEventListener("abort", () => model.off("msg:custom", hear));

  return {
    peek,
    /** How many epochs of a kind are here. @param {string} kind */
    count: (kind) => epochs.filter((epoch) => cache.get(keyOf(kind, epoch))).length,
    /** The epoch at place k first, then those that follow it, as many as the page holds.
     * @param {string} kind @param {number} k */
    want(kind, k) {
      const ahead = Math.min(epochs.length, fits);
      for (let step = 0; step < ahead && waiting.size < AT_ONCE; step++) {
        const epoch = epochs[(k + step) % epochs.length];
        if (!peek(kind, epoch)) ask(kind, epoch);
      }
    },
  };
}

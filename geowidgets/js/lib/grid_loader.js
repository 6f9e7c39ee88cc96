// Asks the kernel for maps, keeps those that came, and knows how far it is. No DOM.
import { createCache } from "./cache.js";
import { asColumn } from "./columns_hub.js";
import { mapKey, pictureKey } from "./grid_keys.js";

/** @typedef {import("./grid_scale.js").GridMap} GridMap */
/** @typedef {import("./grid_keys.js").Where} Where */
/** @typedef {{message: string, absent: boolean}} Problem */
/** @typedef {{waiting: number, of: number, done: number, accepted: boolean, cancelled: boolean,
 *   error: string}} Status */
/** @typedef {{get: (name: string) => any, send: (content: any) => void,
 *   on: (name: string, listener: any) => void, off: (name: string, listener: any) => void}} Model */

const CACHE_BYTES = 96 * 2 ** 20;

/** @param {Model} model @param {() => void} changed @param {AbortSignal} signal */
export function createGridLoader(model, changed, signal) {
  const cache = createMapCache(CACHE_BYTES);
  /** @type {Map<string, Problem>} */
  const problems = new Map();
  const owner = Math.random().toString(36).slice(2, 10);
  let count = 0;
  /** @type {string[]} */
  let wanted = [];
  /** @type {{id: string, keys: string[], accepted: boolean, done: number, of: number}|null} */
  let pending = null;
  let ask = () => {};
  let cancelled = false;
  let error = "";

  /** @param {string} key @returns {GridMap|undefined} */
  function peek(key) {
    const known = cache.get(key);
    if (known) return known;
    const saved = model.get("preloaded")?.[key];
    return saved ? cache.put(key, toMap(saved, saved.data)) : undefined;
  }

  const missing = () => wanted.filter((key) => !peek(key) && !problems.has(key));

  /** Ask for what is not here yet; what was asked for before and is not wanted any more is
   * dropped by the kernel.
   * @param {Where & {items: [number, string][], picture: boolean}} where */
  function want({ items, picture, ...where }) {
    const keys = items.map(([m, method]) => mapKey(where, m, method));
    const all = picture ? [pictureKey(where), ...keys] : keys;
    if (all.join() !== wanted.join()) {
      cancelled = false;
      error = "";
    }
    wanted = all;
    ask = () => {
      const open = new Set(missing());
      if (!open.size || cancelled) return;
      if (pending && [...open].every((key) => pending?.keys.includes(key))) return;
      const id = `${owner}-${++count}`;
      const rest = items.filter((_, k) => open.has(keys[k]));
      pending = { id, keys: [...open], accepted: false, done: 0, of: rest.length };
      send({
        type: "compute",
        id,
        items: rest.length ? rest : items.slice(0, 1), // of a picture alone, whose place they name
        picture: open.has(pictureKey(where)),
        ...where,
      });
    };
    ask();
  }

  /** @param {any} content */
  function send(content) {
    try {
      model.send(content);
    } catch {
      pending = null;
      error =
        "No kernel is attached, and these maps were not saved with the page: " +
        "AttributionGrid.preload(samples) before saving puts them in.";
    }
  }

  /** @param {any} content @param {DataView[]} buffers */
  function hear(content, buffers) {
    const mine = pending !== null && content.id === pending.id;
    if (content.type === "map") {
      problems.delete(content.key);
      cache.put(content.key, toMap(content, buffers[0]));
      if (pending && !content.key.startsWith("picture/")) pending.done = Math.ceil(pending.done);
    } else if (content.type === "problem") {
      problems.set(content.key, { message: content.message, absent: Boolean(content.absent) });
    } else if (!mine || !pending) {
      return;
    } else if (content.type === "accepted") {
      pending.accepted = true;
    } else if (content.type === "progress") {
      pending.done = content.done;
      pending.of = content.of;
    } else if (content.type === "refused") {
      pending = null;
      error = content.message;
    } else {
      cancelled = content.type === "cancelled";
      pending = null;
    }
    changed();
  }

  const hearSaved = () => changed();
  const hearLive = () => {
    problems.clear(); // models may have come to hand
    ask();
    changed();
  };
  model.on("msg:custom", hear);
  model.on("change:preloaded", hearSaved);
  model.on("change:live", hearLive);
  signal.addEventListener("abort", () => {
    model.off("msg:custom", hear);
    model.off("change:preloaded", hearSaved);
    model.off("change:live", hearLive);
  });

  return {
    want,
    peek,
    /** @param {string} key */
    problem: (key) => problems.get(key),
    /** Stop the kernel; `retry` goes on. */
    cancel() {
      cancelled = true;
      send({ type: "cancel" });
      changed();
    },
    /** Ask again for what was cancelled or failed. */
    retry() {
      cancelled = false;
      error = "";
      for (const key of wanted) problems.delete(key);
      pending = null;
      ask();
      changed();
    },
    /** Forget maps of models that may have been replaced. */
    forget() {
      cache.clear();
      problems.clear();
      pending = null;
    },
    /** @returns {Status} */
    status() {
      const waiting = missing().length;
      const { accepted = false, done = 0, of = wanted.length } = pending ?? {};
      return { waiting: pending ? waiting : 0, of, done, accepted, cancelled, error };
    },
  };
}

/** @param {any} header @param {DataView} data @returns {GridMap} */
function toMap(header, data) {
  return { ...header, values: asColumn(header, data) };
}

/** The most recently used maps, up to `limit` bytes. @param {number} limit */
export const createMapCache = (limit) =>
  createCache(limit, (/** @type {GridMap} */ map) => map.values.byteLength);

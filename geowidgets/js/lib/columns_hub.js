// A store's columns in the page: asked for once, kept while they fit.
import { fromBase64, has } from "./bits.js";
import { createCache } from "./cache.js";
import { createShared } from "./shared_values.js";

/** @typedef {{name: string, architecture: string, method: string, ratio: number,
 *   parent: string|null, seed: number|null, members?: string[], slot?: number|null}} ModelInfo
 *   `members`: of an ensemble, which has predictions and no geometry */
/** @typedef {{name: string, corruption: string, severity: number, family: string,
 *   set: string, slot?: number|null}} BenchmarkInfo */
/** @typedef {{name: string, n: number, image: [number, number, number]|null}} SetInfo */
/** @typedef {{classes: string[], sets: SetInfo[], models: ModelInfo[],
 *   benchmarks: BenchmarkInfo[], done: string, revision: number}} Directory */
/** @typedef {Uint8Array|Int16Array|Int32Array|Float32Array|Float64Array} Column */
/** @typedef {{values: Promise<Column>, resolve: (column: Column) => void,
 *   reject: (error: Error) => void}} Waiting */
/** @typedef {ReturnType<typeof createColumnsHub>} ColumnsHub */

const CACHE_BYTES = 256 * 2 ** 20;
const SAVED_BYTES = 16 * 2 ** 20; // of what the page itself adds to the state that is saved
const ARRAYS = {
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};
// These tell of the store as a whole and change as it grows; a pair's columns never do.
const ANY = /^/;
const GROWING = /^(correct|counts|accuracy|samples|moments)\//;

/** @param {{dtype: string, shape?: number[]}} header @param {DataView} data @returns {Column} */
export function asColumn({ dtype, shape }, data) {
  const array = ARRAYS[/** @type {keyof typeof ARRAYS} */ (dtype)];
  if (!array) throw new TypeError(`expected ${Object.keys(ARRAYS).join(", ")}, got ${dtype}`);
  if (!ArrayBuffer.isView(data)) throw new TypeError("expected the numbers as bytes, got none");
  const { buffer, byteOffset, byteLength } = data;
  const wanted = shape?.reduce((product, side) => product * side, array.BYTES_PER_ELEMENT);
  if (byteLength % array.BYTES_PER_ELEMENT || (wanted !== undefined && wanted !== byteLength)) {
    throw new TypeError(`expected ${wanted} bytes of ${dtype}, got ${byteLength}`);
  }
  const bytes = /** @type {ArrayBuffer} */ (buffer);
  if (byteOffset % array.BYTES_PER_ELEMENT === 0) {
    return new array(bytes, byteOffset, byteLength / array.BYTES_PER_ELEMENT);
  }
  return new array(bytes.slice(byteOffset, byteOffset + byteLength));
}

/** @param {{model: import("@anywidget/types").AnyModel, signal: AbortSignal}} options */
export function createColumnsHub({ model, signal }) {
  const cache = createCache(CACHE_BYTES, (/** @type {Column} */ column) => column.byteLength);
  /** @type {Map<string, Waiting>} */
  const waiting = new Map();
  /** @type {string[]} */
  let batch = [];
  /** @type {Set<(changed: Set<string>) => void>} */
  const listeners = new Set();
  /** @type {Directory} */
  let seen = model.get("directory");
  let done = decodeDone(seen);
  /** @type {Set<string>} keys that this page has put into the state, oldest first */
  const added = new Set();
  let orphan = false;
  const shared = createShared((name) => tell(new Set([`shared/${name}`])));

  /** @param {Set<string>} changed */
  function tell(changed) {
    for (const listener of [...listeners]) {
      try {
        listener(changed);
      } catch (error) {
        console.error(error);
      }
    }
  }

  function ask() {
    const keys = batch;
    batch = [];
    try {
      if (orphan) throw new Error("this notebook was opened and not run");
      model.send({ keys });
    } catch (error) {
      const words = orphan
        ? "it was not saved with the notebook; run the notebook's cells to see it"
        : "no kernel is attached, and this column was not saved with the page";
      for (const key of keys) settle(key, null, new Error(`${key}: ${words}`, { cause: error }));
    }
  }

  /** @param {string} key @param {Column|null} column @param {Error} [error] */
  function settle(key, column, error) {
    const request = waiting.get(key);
    waiting.delete(key);
    if (column) {
      cache.put(key, column);
      request?.resolve(column);
      tell(new Set([key]));
    } else {
      request?.reject(error ?? new Error(`${key}: no answer`));
    }
  }

  /** @param {any} content @param {DataView[]} buffers */
  function hear(content, buffers) {
    const key = content?.key;
    if (content?.type === "error") settle(key, null, new Error(String(content.message)));
    else if (content?.type === "refused") endWaiting(String(content.message));
    else if (content?.type === "column" && typeof key === "string") {
      try {
        settle(key, asColumn(content, buffers?.[0]));
        keepForSaving(model.get("preloaded"), content, buffers[0], added);
      } catch (error) {
        settle(key, null, new Error(`${key}: the answer cannot be read: ${error}`));
      }
    } else console.error("geowidgets: an answer that says nothing known", content);
  }

  /** Nobody waits for an answer that will not come. @param {string} words */
  function endWaiting(words) {
    for (const key of [...waiting.keys()]) settle(key, null, new Error(`${key}: ${words}`));
  }

  function hearDirectory() {
    const directory = model.get("directory");
    try {
      decodeDone(directory);
    } catch (error) {
      console.error("geowidgets: a directory that cannot be read; the last one stays", error);
      return;
    }
    if (directory.revision !== seen.revision || directory.done !== seen.done) {
      const stale = extendsThe(seen, directory) ? GROWING : ANY;
      cache.drop(stale);
      const saved = model.get("preloaded") ?? {};
      for (const key of Object.keys(saved)) if (stale.test(key)) delete saved[key];
    }
    seen = directory;
    done = decodeDone(directory);
    tell(new Set(["directory"]));
  }

  /** @param {string} key @returns {Column|undefined} */
  function peek(key) {
    const saved = model.get("preloaded")?.[key];
    return cache.get(key) ?? (saved ? cache.put(key, asColumn(saved, saved.data)) : undefined);
  }

  /** The column behind a key; asked for once however many wait for it. Rejects with the kernel's
   * words. @param {string} key @returns {Promise<Column>} */
  function get(key) {
    const known = peek(key);
    if (known) return Promise.resolve(known);
    const pending = waiting.get(key);
    if (pending) return pending.values;
    const { promise, resolve, reject } = deferred();
    waiting.set(key, { values: promise, resolve, reject });
    if (batch.push(key) === 1) queueMicrotask(ask);
    return promise;
  }

  model.on("msg:custom", hear);
  model.on("change:directory", hearDirectory);
  signal.addEventListener("abort", () => {
    model.off("msg:custom", hear);
    model.off("change:directory", hearDirectory);
    listeners.clear();
    endWaiting("the widget was closed");
  });

  return {
    /** From now on nobody is asked: there is nobody who would answer. */
    endAsking() {
      orphan = true;
    },
    /** @returns {Directory} */
    directory: () => seen,
    get,
    peek,
    /** Whether a pair has been computed. @param {number} m @param {number} b */
    done: (m, b) => has(done, m * seen.benchmarks.length + b) === 1,
    /** Why a pair has no geometry to show, "" where it has. @param {number} m @param {number} b */
    lacks: (m, b) => lackOf(seen, done, m, b),
    /** @param {string} name @returns {SetInfo|undefined} */
    set: (name) => seen.sets.find((s) => s.name === name),
    ...shared,
    /** How many listen, so that tests see views that closed and stayed. */
    listeners: () => listeners.size,
    /** `fn(changed)`: keys that arrived, "directory" when the store has grown, or
     * "shared/<name>" when a view shared something under that name.
     * @param {(changed: Set<string>) => void} listener @param {{signal?: AbortSignal}} [options] */
    subscribe(listener, { signal: until } = {}) {
      if (until?.aborted) return;
      listeners.add(listener);
      until?.addEventListener("abort", () => listeners.delete(listener), { once: true });
    },
  };
}

/** Put a column that arrived into the state that the host saves with a notebook, whose views then
 * live without a kernel. The dictionary is changed in place: setting the trait would send all of it
 * to the kernel, which has it. The newest stay.
 * @param {Record<string, any>|undefined} saved @param {{key: string, dtype: string, shape: number[]}}
 *   header @param {DataView} data @param {Set<string>} added */
export function keepForSaving(saved, { key, dtype, shape }, data, added, limit = SAVED_BYTES) {
  if (!saved || data.byteLength > limit) return;
  // Hosts save the whole buffer that a view lies in.
  const { buffer, byteOffset, byteLength } = data;
  const own = /** @type {ArrayBuffer} */ (buffer).slice(byteOffset, byteOffset + byteLength);
  saved[key] = { dtype, shape, data: new DataView(own) };
  added.delete(key);
  added.add(key);
  let bytes = 0;
  for (const one of [...added].reverse()) {
    bytes += saved[one]?.data.byteLength ?? 0;
    if (bytes <= limit) continue;
    delete saved[one];
    added.delete(one);
  }
}

/** Whether everything that was there has kept its place and its numbers. @param {Directory} before
 * @param {Directory} after */
function extendsThe(before, after) {
  const marks = (/** @type {Directory} */ { models, benchmarks }) => [
    models.map(({ name, slot }) => JSON.stringify([name, slot])),
    benchmarks.map(({ name, set, slot }) => JSON.stringify([name, set, slot])),
  ];
  const [old, now] = [marks(before), marks(after)];
  return old.every((axis, k) => axis.every((mark, place) => now[k][place] === mark));
}

/** @param {Directory} directory @param {Uint32Array} done @param {number} m @param {number} b */
function lackOf({ models, benchmarks }, done, m, b) {
  if (!models[m] || !benchmarks[b]) return "is no longer in the store";
  const { members } = models[m];
  if (members?.length) {
    return `is an ensemble: ${members.length} models vote, and a vote has no latent space`;
  }
  return has(done, m * benchmarks.length + b) ? "" : "has not been computed";
}

/** @param {Directory} directory */
function decodeDone({ done, models, benchmarks }) {
  return fromBase64(done, models.length * benchmarks.length, "done");
}

function deferred() {
  /** @type {(column: Column) => void} */
  let resolve = () => {};
  /** @type {(error: Error) => void} */
  let reject = () => {};
  /** @type {Promise<Column>} */
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

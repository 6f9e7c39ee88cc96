// The selection in the page: applies actions at once, tells the views, and writes to the kernel
// when it can. No view waits for the kernel.
import * as bits from "./bits.js";
import { commit } from "./history.js";
import { reduce, same, validate } from "./selection.js";
import { reduceSubsets, subsetAction, travels } from "./selection_subsets.js";

/** @typedef {import("./selection.js").State} State */
/** @typedef {import("./selection.js").Action} Action */
/** @typedef {{state: State, changed: Set<string>, transient: boolean, error: string}} Change */
/** @typedef {(change: Change) => void} Listener */
/** @typedef {ReturnType<typeof createSelectionHub>} SelectionHub */

const WRITE_MS = 100; // while dragging, the kernel hears of it this often

/** @param {{model: import("@anywidget/types").AnyModel, signal: AbortSignal}} options */
export function createSelectionHub({ model, signal }) {
  /** @type {State} */
  let state = model.get("state");
  /** @type {import("./history.js").History} */
  let history = model.get("history");
  /** @type {State|null} */
  let beforeDrag = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  let writing = false;
  let misheard = "";
  /** @type {Set<Listener>} */
  const listeners = new Set();
  const decoded = createMaskCache(() => model.get("sizes"));

  /** @param {State} next @param {boolean} transient */
  function publish(next, transient) {
    const changed = changedFields(state, next);
    state = next;
    tell(changed, transient);
  }

  /** @param {Set<string>} changed @param {boolean} transient */
  function tell(changed, transient) {
    const change = { state, changed, transient, error: misheard || model.get("error") };
    for (const listener of [...listeners]) {
      try {
        listener(change);
      } catch (error) {
        console.error(error); // one broken view must not keep the others from hearing
      }
    }
  }

  function write() {
    clearTimeout(timer);
    timer = undefined;
    writing = true; // setting calls `hear`, while only half is set
    model.set("state", state);
    model.set("history", history);
    writing = false;
    save();
  }

  function save() {
    try {
      model.save_changes();
    } catch (error) {
      console.debug("geowidgets: no kernel to write to", error);
    }
  }

  // Whoever has the higher revision wins; on a tie the kernel does.
  function hear() {
    if (writing) return;
    /** @type {State} */
    const theirs = model.get("state");
    if (theirs?.revision < state.revision) return;
    try {
      if (!same(theirs, state)) validate(theirs, model.get("sizes"));
    } catch (error) {
      misheard = `Python sent a selection that cannot be: ${/** @type {Error} */ (error).message}`;
      tell(new Set(["error"]), false);
      return;
    }
    misheard = "";
    history = model.get("history");
    if (same(theirs, state)) return;
    beforeDrag = null;
    publish(theirs, false);
  }
  const hearSizes = () => tell(new Set(["sizes"]), false);
  const hearError = () => tell(new Set(["error"]), false);
  const hearSubsets = () => tell(new Set(["subsets"]), false);
  model.on("change:state", hear);
  model.on("change:history", hear);
  model.on("change:sizes", hearSizes);
  model.on("change:error", hearError);
  model.on("change:subsets", hearSubsets);
  signal.addEventListener("abort", () => {
    if (timer !== undefined) write();
    model.off("change:state", hear);
    model.off("change:history", hear);
    model.off("change:sizes", hearSizes);
    model.off("change:error", hearError);
    model.off("change:subsets", hearSubsets);
    listeners.clear();
  });

  /** Apply an action (see `reduce`, and `undo`, `redo`); throws RangeError on a wrong one. With
   * `transient` (a drag under way) the kernel hears at most every 100 ms and nothing is a step
   * for undo until the final action without it.
   * @param {Action} action @param {{transient?: boolean}} [options] */
  function dispatch(action, { transient = false } = {}) {
    if (transient) {
      const next = reduce(state, action, model.get("sizes"));
      if (next === state) return;
      beforeDrag ??= state;
      publish(next, true);
      timer ??= setTimeout(write, WRITE_MS);
      return;
    }
    const before = beforeDrag ?? state;
    const [next, steps] = commit(state, history, action, model.get("sizes"), before);
    beforeDrag = null;
    const settled = next !== state || before !== state;
    history = steps;
    if (!settled) return;
    publish(next, false);
    write();
  }

  /** @returns {import("./selection_subsets.js").Subsets} */
  const subsets = () => model.get("subsets") ?? {};

  const currentSet = () => {
    const { sets, benchmark_sets: of } = model.get("sizes");
    return state.reference ? of[state.reference[1]] : (Object.keys(sets)[0] ?? "");
  };

  /** @param {Action} action */
  function changeSubsets(action) {
    model.set("subsets", reduceSubsets(subsets(), action, model.get("sizes")));
    save();
  }

  /** What only the kernel can do, after everything that it has not heard yet. @param {Action} what */
  function askKernel(what) {
    if (timer !== undefined) write();
    try {
      model.send(what);
    } catch (error) {
      const words = "this set is so large that its subsets stay in Python, and no kernel is there";
      throw new Error(words, { cause: error });
    }
  }

  /** Keep the selected samples of the reference's set under a name. @param {string} name */
  function saveSubset(name) {
    const set = currentSet();
    const n = model.get("sizes").sets[set];
    const mask = bits.toBase64(decoded.mask(state.clauses, set) ?? bits.full(n), n);
    if (travels(mask)) changeSubsets({ type: "save", name, set, mask });
    else askKernel({ type: "save", name });
  }

  /** Select a subset alone, which is one step for undo. @param {string} name */
  function applySubset(name) {
    const action = subsetAction(subsets(), name, currentSet(), state.reference);
    if (action) dispatch(action);
    else askKernel({ type: "apply", name });
  }

  /** @param {Listener} listener @param {{signal?: AbortSignal}} [options] */
  function subscribe(listener, { signal: until } = {}) {
    if (until?.aborted) return;
    listeners.add(listener);
    until?.addEventListener("abort", () => listeners.delete(listener), { once: true });
  }

  return {
    /** The whole state; never change it. */
    state: () => state,
    /** @returns {import("./selection.js").Sizes} */
    sizes: () => model.get("sizes"),
    /** Whether there is a step to take back or to take again. */
    steps: () => ({ undo: history.past.length, redo: history.future.length }),
    /** Why the kernel refused the last change, or "". @returns {string} */
    error: () => misheard || model.get("error"),
    dispatch,
    subscribe,
    /** How many listen, so that tests see views that closed and stayed. */
    listeners: () => listeners.size,
    subsets,
    saveSubset,
    applySubset,
    /** @param {string} name */
    forgetSubset: (name) => changeSubsets({ type: "forget", name }),
    /** The samples of `set` that satisfy every clause (but the view's own, with `except`), or
     * null where no clause speaks of the set. The same array as long as nothing changed.
     * @param {string} set @param {{except?: string}} [options] */
    mask: (set, { except } = {}) => decoded.mask(state.clauses, set, except),
    /** One view's clause, or undefined. @param {string} view */
    clause: (view) => state.clauses.find((clause) => clause.view === view),
    /** The model-major bits of the chosen pairs, or null. */
    pairs: () => decoded.pairs(state.pairs),
    count: bits.count,
  };
}

/** @param {State} before @param {State} after */
function changedFields(before, after) {
  const names = /** @type {(keyof State)[]} */ (Object.keys(after));
  return new Set(names.filter((name) => name !== "revision" && !same(before[name], after[name])));
}

/** Decoded masks, kept while their clauses live. @param {() => import("./selection.js").Sizes} sizes */
function createMaskCache(sizes) {
  /** @type {WeakMap<import("./selection.js").Clause, Uint32Array>} */
  const masks = new WeakMap();
  /** @type {Map<string, {parts: Uint32Array[], mask: Uint32Array}>} */
  const joined = new Map();
  /** @type {{text: string|null, mask: Uint32Array|null}} */
  let pairs = { text: null, mask: null };

  /** @param {import("./selection.js").Clause} clause */
  function decode(clause) {
    let mask = masks.get(clause);
    if (!mask) {
      mask = bits.fromBase64(clause.mask, sizes().sets[clause.set]);
      masks.set(clause, mask);
    }
    return mask;
  }

  return {
    /** @param {import("./selection.js").Clause[]} clauses @param {string} set
     * @param {string} [except] */
    mask(clauses, set, except) {
      const parts = clauses
        .filter((clause) => clause.set === set && clause.view !== except)
        .map(decode);
      if (!parts.length) return null;
      if (parts.length === 1) return parts[0];
      const key = JSON.stringify([set, except ?? null]);
      const known = joined.get(key);
      if (known?.parts.length === parts.length && known.parts.every((p, k) => p === parts[k])) {
        return known.mask;
      }
      const mask = parts.reduce(bits.and);
      joined.set(key, { parts, mask });
      return mask;
    },
    /** @param {string|null} text */
    pairs(text) {
      if (text !== pairs.text) {
        const n = sizes().models * sizes().benchmarks;
        pairs = { text, mask: text === null ? null : bits.fromBase64(text, n) };
      }
      return pairs.mask;
    },
  };
}

// From ranges and the question to this view's clause in the selection, and back.
import { clauseAction, isEmpty, moved, rangeOf, reasonsOf, widened } from "./parallel_ranges.js";

/** @typedef {import("./parallel_ranges.js").Reasons} Reasons */
/** @typedef {import("./parallel_loader.js").Loaded} Loaded */
/** @typedef {[number, number]} Range */

/** @param {{selection: import("./selection_hub.js").SelectionHub, viewId: string,
 *   names: () => string[], loaded: () => Loaded|null}} options `loaded` the pair brushed on */
export function createBrush({ selection, viewId, names, loaded }) {
  /** The clause when a drag began, which Escape brings back.
   * @type {{clause: import("./selection.js").Clause|undefined, reasons: Reasons}|null} */
  let start = null;

  const own = () => selection.clause(viewId);
  const reasons = () => reasonsOf(own());

  /** @param {Reasons} next @param {boolean} [transient] */
  function apply(next, transient = false) {
    const here = loaded();
    if (!here) return;
    const { set, pair, data } = here;
    const action = clauseAction({
      view: viewId,
      set,
      pair,
      data,
      reasons: next,
      names: names(),
    });
    selection.dispatch(action, { transient });
  }

  /** @param {string} id @param {Range|null} range null drops it @param {boolean} [transient] */
  function setRange(id, range, transient = false) {
    const { axes, confusable } = start?.reasons ?? reasons();
    const { [id]: _, ...others } = axes;
    apply({ axes: range ? { ...others, [id]: range } : others, confusable }, transient);
  }

  return {
    reasons,
    setRange,
    /** A range as a drag leaves it. @param {string} id @param {Range} range
     * @param {boolean} finished */
    drag(id, range, finished) {
      start ??= { clause: own(), reasons: reasons() };
      setRange(id, range, !finished);
      if (finished) start = null;
    },
    /** The range before the drag under way. @param {string} id @returns {Range|undefined} */
    before: (id) => (start?.reasons ?? reasons()).axes[id],
    /** Take a drag back that was not finished. */
    cancel() {
      if (!start) return;
      const { clause } = start;
      start = null;
      selection.dispatch(clause ? { type: "clause", ...clause } : { type: "clear", view: viewId });
    },
    /** @param {string} id @param {number} share of the axis @param {Range} domain */
    shift(id, share, domain) {
      const range = reasons().axes[id] ?? middleOf(domain);
      setRange(id, moved(range, share * (domain[1] - domain[0]), domain));
    },
    /** @param {string} id @param {number} share of the axis @param {Range} domain */
    widen(id, share, domain) {
      const range = reasons().axes[id] ?? middleOf(domain);
      setRange(id, widened(range, share * (domain[1] - domain[0]), domain));
    },
    /** @param {import("./parallel_ranges.js").Confusable|null} confusable */
    ask: (confusable) => apply({ axes: reasons().axes, confusable }),
    clear: () => selection.dispatch({ type: "clear", view: viewId }),
    /** The same ranges on the pair that is shown now. */
    reapply: () => apply(reasons()),
    /** What is brushed, and whether on another pair than the one shown. */
    outline() {
      const clause = own();
      const here = loaded();
      const said = reasons();
      const foreign = Boolean(clause) && isEmpty(said);
      const ghost = Boolean(clause && here && clause.pair?.join() !== here.pair.join());
      return { ...said, ghost, foreign, pair: clause?.pair ?? null };
    },
  };
}

/** The middle half of an axis, where a range from the keyboard begins. @param {Range} domain */
const middleOf = ([low, high]) => rangeOf(low + (high - low) / 4, high - (high - low) / 4);

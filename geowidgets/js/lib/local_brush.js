// This view's clause in the selection: made by steps and by reactions, kept on the pair on which it
// was drawn, drawn again on another. No DOM.
import { fromBase64 } from "./bits.js";
import {
  COMPARES,
  clauseAction,
  combine,
  compact,
  drawnOn,
  reactionStep,
  stepMask,
  stepsMask,
  stepsOf,
  withStep,
} from "./local_clause.js";
import { columnOf } from "./local_loader.js";
import { REACTIONS, reactionAction, reactionsOf } from "./local_reactions.js";

/** @typedef {import("./local_clause.js").Step} Step */
/** @typedef {import("./local_loader.js").Loaded} Loaded */
/** @typedef {import("./local_reactions.js").Reaction} Reaction */
/** @typedef {import("./brush.js").Operation} Operation */
/** @typedef {{clause: import("./selection.js").Clause|undefined, fits: boolean,
 *   steps: Step[]|null, mask: Uint32Array|null}} Own `fits` whether it was drawn on what is shown */
/** @typedef {ReturnType<typeof createLocalBrush>} LocalBrush */

const ELSEWHERE =
  "this view's brush was drawn on another pair: re-apply it here or clear it, then add to it";

/** @param {{selection: import("./selection_hub.js").SelectionHub, viewId: string,
 *   axes: {x: string, y: string}, loaded: () => Loaded|null,
 *   visible: () => string[]|null}} options `visible` reactions that are drawn, null: all */
export function createLocalBrush({ selection, viewId, axes, loaded, visible }) {
  /** The clause when a drag began: what it adds to, and what Escape brings back.
   * @type {Own|null} */
  let start = null;

  /** @returns {Own} */
  function own() {
    const clause = selection.clause(viewId);
    const here = loaded();
    const fits = !clause || !here || drawnOn(clause, here.pair, here.other?.pair ?? null);
    const mask = clause && here && fits ? fromBase64(clause.mask, here.data.n) : null;
    return { clause, fits, steps: stepsOf(clause), mask };
  }

  /** What steps may need beside the pair's own scatter. @param {Loaded} here */
  const more = (here) => ({
    column: (/** @type {string} */ name) => columnOf(here, name),
    masks: here.masks,
  });

  /** @param {Loaded} here @param {Step[]|null} steps @param {Uint32Array} mask
   * @param {boolean} transient */
  function publish({ set, pair, other, data }, steps, mask, transient) {
    const compared = other?.pair ?? null;
    selection.dispatch(
      clauseAction({ view: viewId, set, pair, axes, steps, mask, n: data.n, compared }),
      { transient },
    );
  }

  /** @param {Loaded} here @param {Reaction[]} reactions */
  function publishReactions({ set, pair, other, masks, data }, reactions) {
    if (!masks || !other) throw new Error(COMPARES);
    const pairs = { pair, compared: other.pair };
    selection.dispatch(
      reactionAction({ view: viewId, set, ...pairs, reactions, masks, n: data.n }),
    );
  }

  /** Replace the clause by a step, or add the step to it or take it from it.
   * @param {Step} step @param {boolean} [transient] */
  function apply(step, transient = false) {
    const here = loaded();
    if (!here) return;
    const before = start ?? own();
    const joins = step.op !== "replace" && before.clause !== undefined;
    if (joins && !before.fits) throw new Error(ELSEWHERE);
    // What is hidden must not be picked along with what is seen.
    const seen = here.masks ? visible() : null;
    const saved = { ...(seen ? { reactions: seen } : {}), ...step, shape: compact(step.shape) };
    if (joins) {
      const steps = before.steps && [...before.steps, saved];
      const mask = combine(before.mask, stepMask(here.data, saved, more(here)), saved.op);
      publish(here, steps, mask, transient);
    } else {
      const steps = withStep([], saved);
      publish(here, steps, stepsMask(here.data, steps, more(here)), transient);
    }
  }

  const clear = () => selection.dispatch({ type: "clear", view: viewId });

  return {
    apply,
    clear,
    /** A step as a drag leaves it. @param {Step} step @param {boolean} finished */
    drag(step, finished) {
      start ??= own();
      try {
        apply(step, !finished);
      } finally {
        if (finished) start = null;
      }
    },
    /** Take a drag back that was not finished. */
    cancel() {
      if (!start) return;
      const { clause } = start;
      start = null;
      selection.dispatch(clause ? { type: "clause", ...clause } : { type: "clear", view: viewId });
    },
    /** The samples of a reaction: alone, or beside what is brushed, or taken from it.
     * @param {Reaction} reaction @param {Operation} op */
    pickReaction(reaction, op) {
      const here = loaded();
      if (!here) return;
      const { clause, fits } = own();
      const before = fits ? reactionsOf(clause) : [];
      const rest = before.filter((one) => one !== reaction);
      const on = before.includes(reaction);
      if (op === "replace") publishReactions(here, on && !rest.length ? [] : [reaction]);
      else if (clause && !before.length) apply(reactionStep([reaction], op));
      else if (op === "add") publishReactions(here, on ? rest : [...before, reaction]);
      else if (!clause)
        publishReactions(
          here,
          REACTIONS.filter((one) => one !== reaction),
        );
      else if (on) publishReactions(here, rest);
    },
    /** The same shapes or reactions on the pair that is shown now. */
    reapply() {
      const here = loaded();
      const clause = selection.clause(viewId);
      if (!here || !clause) return;
      const reactions = reactionsOf(clause);
      const steps = stepsOf(clause);
      if (reactions.length) publishReactions(here, reactions);
      else if (steps) publish(here, steps, stepsMask(here.data, steps, more(here)), false);
    },
    /** This view's shapes and reactions, and whether they were drawn on another pair. */
    outline() {
      const { clause, fits, steps } = own();
      const ghost = clause !== undefined && !fits;
      return {
        steps: steps ?? [],
        ghost,
        pair: clause?.pair ?? null,
        compared: /** @type {[number, number]|null} */ (clause?.predicate.compared ?? null),
        reactions: ghost ? [] : reactionsOf(clause),
        applicable: steps !== null,
      };
    },
  };
}

// What is drawn of the local geometry view's state: the scene, what is selected in it, the brush.
import * as bits from "./bits.js";
import { hide } from "./elements.js";
import { drawBars } from "./local_matrix.js";
import { dotKinds, inReactions, REACTIONS } from "./local_reactions.js";
import { drawOneClass, drawPanels } from "./local_scene.js";
import { countClass, highlighted, summary } from "./local_summary.js";

/** @typedef {import("./local_loader.js").Loaded} Loaded */
/** @typedef {import("./local_reactions.js").Reaction} Reaction */
/** @typedef {import("./local_scene.js").Scene} Scene */
/** @typedef {import("./local_scene.js").Page} Page */

const SETTLE_MS = 150; // images follow a brush once it rests this long

/** @param {{parts: ReturnType<typeof import("./local_parts.js").createParts>,
 *   status: import("./view_parts.js").Status,
 *   dots: ReturnType<typeof import("./local_dots.js").createDots>,
 *   marks: ReturnType<typeof import("./local_marks.js").createMarks>,
 *   thumbnails: ReturnType<typeof import("./thumbnails.js").createThumbnails>,
 *   matrixBar: ReturnType<typeof import("./local_matrix_bar.js").createMatrixBar>,
 *   reactionBar: ReturnType<typeof import("./local_reaction_bar.js").createReactionBar>,
 *   brush: import("./local_brush.js").LocalBrush,
 *   selection: import("./selection_hub.js").SelectionHub, viewId: string,
 *   pairs: import("./view_pairs.js").ViewPairs, names: () => string[],
 *   display: () => import("./local_view.js").Display, why: () => string,
 *   signal: AbortSignal}} options `why` there is nothing to compare although a pair is chosen */
export function createLocalDrawing(options) {
  const { parts, status, dots, marks, brush, selection, viewId, pairs, display } = options;
  /** @type {Scene|null} */
  let scene = null;
  /** @type {Page} */
  let page = { first: 0, shown: 0, of: 0, filter: "" };
  let width = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let settle;
  options.signal.addEventListener("abort", () => clearTimeout(settle));

  const shownReactions = () => /** @type {Reaction[]} */ (display().reactions ?? REACTIONS);

  /** Everything; false where there is no room to draw in: hidden, until its width changes.
   * @param {Loaded} here */
  function drawScene(here) {
    const now = display();
    const c = now.matrix;
    const bar = {
      c,
      names: options.names(),
      delta: now.delta,
      comparing: here.other !== null,
      counts: c === null ? null : countClass(here.data, c, null),
    };
    options.matrixBar.update({ ...bar, missing: 0 });
    width = Math.floor(parts.panelArea.clientWidth);
    if (!width) return false;
    const picture = { loaded: here, display: now, page, width };
    scene =
      c === null
        ? drawPanels(parts.under, { ...picture, names: options.names() })
        : drawOneClass(parts.under, { ...picture, c });
    if (scene.matrix) options.matrixBar.update({ ...bar, missing: scene.matrix.missing });
    page = scene.page;
    status.say(scene.panels.length ? "" : `No class is called like “${page.filter}”.`);
    const { layout, planes, panels } = scene;
    parts.stage.style.height = `${layout.height}px`;
    parts.body.style.setProperty("--gw-stage-height", `${layout.height}px`);
    marks.place(layout, panels);
    hide(parts.key, here.masks !== null); // the chips say what the colours mean
    const { n } = here.data;
    const kinds = dotKinds(here.data, here.masks, shownReactions());
    dots.draw({ n, planes, panels, kinds, width: layout.width, height: layout.height });
    return true;
  }

  /** What is selected: dots, counts, words. @param {Loaded} here */
  function drawMask(here) {
    const { classes, clauses } = selection.state();
    const { data, set } = here;
    const chosen = highlighted(selection.mask(set), classes, data);
    dots.select(chosen);
    if (!scene) return;
    const counts = scene.panels.map((panel) => countClass(data, panel.class, chosen));
    marks.count(counts, classes);
    if (scene.matrix && scene.bars) {
      const samples =
        chosen && bits.toIndices(bits.and(chosen, data.groups[scene.panels[0].class].members));
      drawBars(scene.bars, scene.matrix.diagonal, here, samples);
    }
    drawReactions(here, chosen);
    const others = clauses.filter((one) => one.view !== viewId && one.set === set).length;
    const { beyond } = scene;
    const pair = pairs.brief(here.pair);
    status.count(summary({ data, mask: chosen, pair, beyond, others, hidden: hiddenCount(here) }));
    clearTimeout(settle);
    settle = setTimeout(() => {
      parts.count.removeAttribute("aria-busy");
      options.thumbnails.update({ loaded: here, mask: chosen, focus: focused(here) });
    }, SETTLE_MS);
  }

  /** @param {Loaded} here @param {Uint32Array|null} chosen */
  function drawReactions({ pair, other, masks }, chosen) {
    options.reactionBar.update({
      masks,
      mask: chosen,
      picked: brush.outline().reactions,
      shown: shownReactions(),
      reference: pairs.name(pair),
      compared: other ? pairs.name(other.pair) : "",
      why: options.why(),
    });
  }

  /** @param {Loaded} here */
  function hiddenCount({ data, masks }) {
    return masks ? data.n - bits.count(inReactions(masks, shownReactions(), data.n)) : 0;
  }

  /** @param {Loaded} here */
  function focused({ set }) {
    const { focus } = selection.state();
    return focus?.set === set ? focus.sample : -1;
  }

  /** The brush, where it was drawn, and the focused sample. @param {Loaded} here */
  function drawMarks(here) {
    const { steps, ghost, pair, compared, applicable } = brush.outline();
    marks.outline(steps, ghost);
    const sample = focused(here);
    marks.focus(sample < 0 ? null : dots.locate(sample), dots.radius());
    const against = compared ? `, compared with ${pairs.name(compared)}` : "";
    status.ghost(ghost && pair ? `${pairs.name(pair)}${against}` : "", applicable);
  }

  return {
    drawScene,
    drawMask,
    drawMarks,
    shownReactions,
    panels: () => scene?.panels ?? [],
    perRow: () => scene?.perRow ?? 1,
    width: () => width,
    page: () => page,
    /** @param {Partial<Page>} update */
    turnTo(update) {
      page = { ...page, ...update, first: Math.max(0, update.first ?? page.first) };
    },
  };
}

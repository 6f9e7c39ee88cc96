// The local geometry view: one angle × length scatter a class or one class's matrix of metrics,
// brushes, reactions, images.
import * as bits from "./bits.js";
import { createDots } from "./local_dots.js";
import { createGestures } from "./local_gestures.js";
import { listenForKeys } from "./local_keys.js";
import { createLoader } from "./local_loader.js";
import { createMarks } from "./local_marks.js";
import { drawBars } from "./local_matrix.js";
import { createMatrixBar } from "./local_matrix_bar.js";
import { PAGE } from "./local_panels.js";
import { createParts } from "./local_parts.js";
import { createReactionBar } from "./local_reaction_bar.js";
import {
  dotKinds,
  inReactions,
  REACTIONS,
  reactionAction,
  reactionsOf,
} from "./local_reactions.js";
import { drawOneClass, drawPanels } from "./local_scene.js";
import { countClass, highlighted, summary } from "./local_summary.js";
import { createTip } from "./local_tip.js";
import { createToolbar } from "./local_toolbar.js";
import { savePicture } from "./picture.js";
import { createRangeForm } from "./range_form.js";
import { followTheme } from "./theme.js";
import { createThumbnails } from "./thumbnails.js";
import { METRIC_NAMES, pairName } from "./words.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */
/** @typedef {[number, number]} Pair */
/** @typedef {{mode: string, axes: string, order: string, pin: Pair|null, panels: number[]|null,
 *   sort: string, descending: boolean, height: number|null,
 *   held: import("./local_panels.js").Axes|null, matrix: number|null, delta: boolean,
 *   reactions: string[]|null}} Display */
/** @typedef {import("./local_reactions.js").Reaction} Reaction */

const AXES = { x: "angle", y: "length" };
const SLOW_MS = 500; // what takes longer shows its progress
const SETTLE_MS = 150; // images follow a brush once it rests this long

/** @param {HTMLElement} root
 * @param {{columns: ColumnsHub, selection: SelectionHub, viewId: string,
 *   display: () => Display, change: (display: Partial<Display>) => void, signal: AbortSignal}}
 *   options
 * @returns {{displayChanged: () => void}} */
export function createLocalView(root, { columns, selection, viewId, display, change, signal }) {
  const parts = createParts();
  const { say, showError } = parts;
  /** @type {import("./local_scene.js").Scene|null} */
  let scene = null;
  let page = { first: 0, shown: 0, of: 0, filter: "" };
  let width = 0;
  let pending = new Set();
  let focusNext = () => {};
  let frame = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let slow;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let settle;

  const loader = createLoader(columns, AXES, loadingChanged);
  const loaded = () => loader.progress().loaded;
  const pair = () => display().pin ?? selection.state().reference;
  const names = () => columns.directory().classes;
  const panels = () => scene?.panels ?? [];
  const shownReactions = () => display().reactions ?? REACTIONS;

  const dots = createDots(root);
  const marks = createMarks(parts.over, {
    open: openClass,
    pick: pickClass,
    name: (c) => names()[c],
  });
  const tip = createTip(parts.stage, columns);
  const gestures = createGestures({
    target: parts.over,
    selection,
    viewId,
    axes: AXES,
    mode: () => display().mode,
    loaded,
    panels,
    visible: () => display().reactions,
    nearest: dots.nearest,
    touched: (k) => marks.focusPanel(k), // so that Escape reaches this view after a brush
    hover: (sample, spot) => tip.show(sample, spot, loaded()),
    signal,
  });
  const form = createRangeForm({
    classes: names,
    names: { x: "angle [°]", y: "length" },
    submit: attempt(gestures.applyRanges),
  });
  const thumbnails = createThumbnails({
    columns,
    pick: (sample) => {
      const here = loaded();
      if (here) selection.dispatch({ type: "set", focus: { set: here.set, sample } });
    },
    sort: () => ({ metric: display().sort, descending: display().descending }),
    changeSort: ({ metric, descending }) => {
      change(metric ? { sort: metric } : { descending });
    },
  });
  const toolbar = createToolbar({
    columns,
    display,
    pair,
    page: () => page,
    compared: () => selection.state().compared,
    compare: (compared) => selection.dispatch({ type: "set", compared }),
    choosePair,
    change: changeDisplay,
    turn: (by) => turnTo(page.first + by * PAGE),
    filter: (filter) => {
      page = { ...page, first: 0, filter };
      schedule("layout");
    },
    toggleForm: () => {
      const { classes } = selection.state();
      form.toggle(classes?.length === 1 ? classes[0] : null);
    },
    clear: gestures.clear,
    undo: () => selection.dispatch({ type: "undo" }),
    save: (kind) => save(kind).catch(fail),
  });

  const reactionBar = createReactionBar({ pick: pickReaction, toggle: toggleReaction });
  const matrixBar = createMatrixBar({
    close: closeMatrix,
    choose: (matrix) => change({ matrix }),
    setDelta: (delta) => change({ delta }),
  });

  assemble();
  followTheme(root, signal, () => schedule("layout"));
  const resize = new ResizeObserver(() => {
    // Heights follow from widths: only these ask for a new layout.
    if (Math.floor(parts.panelArea.clientWidth) !== width) schedule("layout");
  });
  resize.observe(parts.panelArea);
  selection.subscribe(selectionChanged, { signal });
  columns.subscribe((changed) => changed.has("directory") && reload(), { signal });
  listenForKeys(
    root,
    {
      escape: () => gestures.escape() || closeMatrix(),
      undo: () => selection.dispatch({ type: "undo" }),
      redo: () => selection.dispatch({ type: "redo" }),
      pick: (add) => pickClass(marks.current(), add),
      open: () => openClass(marks.current()),
      step: (right, down) => {
        marks.focusPanel(marks.current() + right + down * (scene?.perRow ?? 1));
      },
    },
    signal,
  );
  signal.addEventListener("abort", () => {
    resize.disconnect();
    cancelAnimationFrame(frame);
    clearTimeout(slow);
    clearTimeout(settle);
  });
  reload();

  // ---- parts

  function assemble() {
    parts.stage.prepend(parts.under, ...dots.elements);
    parts.panelArea.append(matrixBar.element, parts.stage, parts.empty);
    parts.body.append(parts.panelArea, thumbnails.element);
    root.append(toolbar.element, form.element, reactionBar.element);
    root.append(parts.line, parts.ghost, parts.error);
    root.append(parts.progress, parts.body);
    parts.reapply.addEventListener("click", attempt(gestures.reapply));
  }

  // ---- what to load

  function reload() {
    const wanted = pair();
    toolbar.update();
    if (!wanted) {
      say("The store holds no computed pair yet. Run GeometryStore.compute(study, path) first.");
      return;
    }
    if (columns.done(...wanted)) {
      const metrics = display().matrix === null ? [AXES.x, AXES.y] : [...METRIC_NAMES];
      loader.load({ pair: wanted, compared: comparable(wanted).pair, metrics });
      return;
    }
    const what = pairName(columns.directory(), wanted);
    showError(
      `${what} has not been computed. Choose another pair above, or run ` +
        "GeometryStore.compute(study, path) to fill it.",
    );
  }

  /** @param {import("./local_loader.js").Progress} progress */
  function loadingChanged({ waiting, error }) {
    showError(error);
    root.setAttribute("aria-busy", String(waiting !== null));
    if (!waiting) {
      clearTimeout(slow);
      slow = undefined;
      parts.progress.hidden = true;
      if (!error) schedule("layout");
      return;
    }
    const name = pairName(columns.directory(), waiting.pair);
    parts.progressText.textContent = `Loading ${name}: ${waiting.arrived} of ${waiting.of} columns`;
    parts.bar.value = waiting.arrived / waiting.of;
    slow ??= setTimeout(() => {
      parts.progress.hidden = false;
    }, SLOW_MS);
  }

  /** The compared pair where it can be compared sample by sample, else why not.
   * @param {Pair} with_ @returns {{pair: Pair|null, why: string}} */
  function comparable(with_) {
    const { compared } = selection.state();
    if (!compared) return { pair: null, why: "" };
    const { benchmarks } = columns.directory();
    const name = pairName(columns.directory(), compared);
    if (benchmarks[compared[1]].set !== benchmarks[with_[1]].set) {
      return { pair: null, why: `${name} has other samples: there is nothing to compare.` };
    }
    if (!columns.done(...compared)) return { pair: null, why: `${name} has not been computed.` };
    return { pair: compared, why: "" };
  }

  /** @param {Pair} chosen */
  function choosePair(chosen) {
    if (display().pin) changeDisplay({ pin: chosen });
    else selection.dispatch({ type: "set", reference: chosen });
  }

  /** @param {Partial<Display>} update */
  function changeDisplay(update) {
    const here = panels()[0];
    // Hold the axes that are on screen, not those of a pair still to come.
    const held = update.axes === "held" && here ? { x: here.x, y: here.y } : display().held;
    change({ ...update, held });
  }

  // ---- drawing, at most once a frame

  /** @param {"layout"|"mask"|"marks"} what */
  function schedule(what) {
    pending.add(what);
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    const todo = pending;
    pending = new Set();
    const here = loaded();
    if (!here || signal.aborted) return;
    if (todo.has("layout") && !drawLayout(here)) return;
    drawMask(here);
    drawMarks(here);
  }

  /** @param {import("./local_loader.js").Loaded} here */
  function drawLayout(here) {
    const now = display();
    const c = now.matrix;
    if (c !== null && !here.values.margin) {
      reload(); // it opens once the other metrics are there
      return false;
    }
    const counts = c === null ? null : countClass(here.data, c, null);
    const comparing = here.other !== null;
    const bar = { c, names: names(), delta: now.delta, comparing, counts };
    matrixBar.update({ ...bar, missing: 0 });
    width = Math.floor(parts.panelArea.clientWidth);
    if (!width) return false; // hidden: the observer calls again when it is shown
    const options = { loaded: here, display: now, page, width };
    scene =
      c === null
        ? drawPanels(parts.under, { ...options, names: names() })
        : drawOneClass(parts.under, { ...options, c });
    if (scene.matrix) matrixBar.update({ ...bar, missing: scene.matrix.missing });
    page = scene.page;
    toolbar.drawPager();
    say(scene.panels.length ? "" : `No class is called like “${page.filter}”.`);
    const { layout, planes } = scene;
    parts.stage.style.height = `${layout.height}px`;
    parts.body.style.setProperty("--gw-stage-height", `${layout.height}px`);
    marks.place(layout, scene.panels);
    const kinds = dotKinds(here.data, here.masks, /** @type {Reaction[]} */ (shownReactions()));
    parts.key.hidden = here.masks !== null; // the chips say what the colours mean
    const { n } = here.data;
    const size = { width: layout.width, height: layout.height };
    dots.draw({ n, planes, panels: scene.panels, kinds, ...size });
    focusNext();
    focusNext = () => {};
    return true;
  }

  /** @param {import("./local_loader.js").Loaded} here */
  function mask({ set, data }) {
    return highlighted(selection.mask(set), selection.state().classes, data);
  }

  /** @param {import("./local_loader.js").Loaded} here */
  function drawMask(here) {
    const chosen = mask(here);
    dots.select(chosen);
    const { data } = here;
    if (!scene) return;
    const counts = scene.panels.map((panel) => countClass(data, panel.class, chosen));
    marks.count(counts, selection.state().classes);
    if (scene.matrix && scene.bars) {
      const samples =
        chosen && bits.toIndices(bits.and(chosen, data.groups[scene.panels[0].class].members));
      drawBars(scene.bars, scene.matrix.diagonal, here, samples);
    }
    drawReactions(here, chosen);
    const name = pairName(columns.directory(), here.pair);
    const { clauses } = selection.state();
    const others = clauses.filter(({ view, set }) => view !== viewId && set === here.set).length;
    const { beyond } = scene;
    const said = { data, mask: chosen, pair: name, beyond, others, hidden: hiddenCount(here) };
    const { first, rest } = summary(said);
    parts.countFirst.textContent = first;
    parts.countRest.textContent = rest;
    clearTimeout(settle);
    settle = setTimeout(() => {
      parts.count.removeAttribute("aria-busy");
      thumbnails.update({ loaded: here, mask: chosen, focus: focused(here) });
    }, SETTLE_MS);
  }

  /** @param {import("./local_loader.js").Loaded} here @param {Uint32Array|null} chosen */
  function drawReactions({ pair: shown, other, masks }, chosen) {
    const clause = selection.clause(viewId);
    const directory = columns.directory();
    reactionBar.update({
      masks,
      mask: chosen,
      picked: clause && !gestures.outline().ghost ? reactionsOf(clause) : [],
      shown: shownReactions(),
      reference: pairName(directory, shown),
      compared: other ? pairName(directory, other.pair) : "",
      why: comparable(shown).why,
    });
  }

  /** @param {import("./local_loader.js").Loaded} here */
  function hiddenCount({ data, masks }) {
    return masks ? data.n - bits.count(inReactions(masks, shownReactions(), data.n)) : 0;
  }

  /** @param {import("./local_loader.js").Loaded} here */
  function focused({ set }) {
    const { focus } = selection.state();
    return focus?.set === set ? focus.sample : -1;
  }

  /** @param {import("./local_loader.js").Loaded} here */
  function drawMarks(here) {
    const { steps, ghost, pair: drawnOn } = gestures.outline();
    marks.outline(steps, ghost);
    const sample = focused(here);
    marks.focus(sample < 0 ? null : dots.locate(sample), dots.radius());
    parts.ghost.hidden = !ghost || !drawnOn;
    if (ghost && drawnOn) {
      const other = selection.clause(viewId)?.predicate.compared;
      const against = Array.isArray(other)
        ? `, compared with ${pairName(columns.directory(), /** @type {Pair} */ (other))},`
        : "";
      const name = `${pairName(columns.directory(), drawnOn)}${against}`;
      parts.ghostText.textContent = `This view's brush was drawn on ${name} and stays.`;
      parts.reapply.hidden = !steps.length;
    }
  }

  // ---- what happens

  /** @param {import("./selection_hub.js").Change} event */
  function selectionChanged({ changed, transient, error }) {
    if (changed.has("error")) showError(error);
    if ((changed.has("reference") && !display().pin) || changed.has("compared")) reload();
    if (transient) parts.count.setAttribute("aria-busy", "true");
    schedule("mask");
  }

  /** @param {number} k @param {boolean} add */
  function pickClass(k, add) {
    const c = panels()[k].class;
    const classes = selection.state().classes ?? [];
    const others = classes.filter((other) => other !== c);
    const on = classes.includes(c);
    const next = add ? (on ? others : [...others, c]) : on && !others.length ? [] : [c];
    selection.dispatch({ type: "set", classes: next.length ? next : null });
  }

  /** @param {number} k */
  function openClass(k) {
    if (display().matrix !== null) return;
    focusNext = () => matrixBar.back.focus({ preventScroll: true });
    change({ matrix: panels()[k].class });
  }

  /** Back to the panels, with the keyboard's focus where it came from. */
  function closeMatrix() {
    const { matrix } = display();
    if (matrix === null) return;
    focusNext = () => marks.focusPanel(panels().findIndex(({ class: c }) => c === matrix));
    change({ matrix: null });
  }

  /** @param {Reaction} reaction @param {boolean} add */
  function pickReaction(reaction, add) {
    const here = loaded();
    if (!here?.masks || !here.other) return;
    const { masks, pair: shown, set, other, data } = here;
    const ghost = gestures.outline().ghost;
    const before = ghost ? [] : reactionsOf(selection.clause(viewId));
    const rest = before.filter((one) => one !== reaction);
    const on = before.includes(reaction);
    const alone = on && !rest.length ? [] : [reaction];
    const reactions = add ? (on ? rest : [...before, reaction]) : alone;
    const pairs = { pair: shown, compared: other.pair };
    selection.dispatch(
      reactionAction({ view: viewId, set, ...pairs, reactions, masks, n: data.n }),
    );
  }

  /** @param {Reaction} reaction */
  function toggleReaction(reaction) {
    const shown = shownReactions();
    const next = REACTIONS.filter((one) => shown.includes(one) !== (one === reaction));
    change({ reactions: next.length === REACTIONS.length ? null : next });
  }

  /** @param {number} first */
  function turnTo(first) {
    page = { ...page, first: Math.max(0, first) };
    schedule("layout");
  }

  /** @param {"png"|"svg"} kind */
  async function save(kind) {
    const here = loaded();
    if (!here) return;
    const name = pairName(columns.directory(), here.pair).replace(" / ", "-");
    await savePicture([parts.under, ...dots.elements, parts.over], {
      background: getComputedStyle(root).backgroundColor,
      size: { width: parts.panelArea.clientWidth, height: parts.stage.clientHeight },
      words: parts.count.textContent ?? "",
      name: `local-geometry-${name}.${kind}`,
    });
  }

  // ---- words

  /** @param {unknown} error */
  const fail = (error) => showError(error instanceof Error ? error.message : String(error));

  /** @template {any[]} Arguments @param {(...args: Arguments) => void} action */
  function attempt(action) {
    return (/** @type {Arguments} */ ...args) => {
      try {
        action(...args);
      } catch (error) {
        fail(error);
      }
    };
  }

  let last = `${pair()} ${display().matrix === null}`;
  return {
    displayChanged() {
      const now = `${pair()} ${display().matrix === null}`;
      if (now !== last) reload();
      last = now;
      toolbar.update();
      thumbnails.draw();
      schedule("layout");
    },
  };
}

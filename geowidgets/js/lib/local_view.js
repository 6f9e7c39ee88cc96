// The local geometry view: one angle × length scatter a class or one class's matrix of metrics,
// brushes, reactions, images.
import { createLocalBrush } from "./local_brush.js";
import { metricsOf } from "./local_clause.js";
import { createDots } from "./local_dots.js";
import { createLocalDrawing } from "./local_drawing.js";
import { createGestures } from "./local_gestures.js";
import { listenForKeys } from "./local_keys.js";
import { columnOf, createLoader } from "./local_loader.js";
import { createMarks } from "./local_marks.js";
import { createMatrixBar } from "./local_matrix_bar.js";
import { PAGE } from "./local_panels.js";
import { createParts } from "./local_parts.js";
import { createReactionBar } from "./local_reaction_bar.js";
import { REACTIONS } from "./local_reactions.js";
import { createToolbar } from "./local_toolbar.js";
import { savePicture, toSvg } from "./picture.js";
import { createRangeForm } from "./range_form.js";
import { createSubsetMenu } from "./selection_subset_menu.js";
import { createRuler } from "./text_ruler.js";
import { followTheme } from "./theme.js";
import { createThumbnails } from "./thumbnails.js";
import { createFrames, followWidth } from "./view_frames.js";
import { createViewPairs, NOTHING_COMPUTED } from "./view_pairs.js";
import { createStatus } from "./view_parts.js";
import { createTip } from "./view_tip.js";
import { METRIC_NAMES, metricValue } from "./words.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */
/** @typedef {import("./local_loader.js").Loaded} Loaded */
/** @typedef {[number, number]} Pair */
/** @typedef {{mode: string, axes: string, order: string, pin: Pair|null, compared: Pair|[]|null,
 *   panels: number[]|null, sort: string, descending: boolean, height: number|null,
 *   held: import("./local_panels.js").Axes|null, matrix: number|null, delta: boolean,
 *   reactions: string[]|null}} Display */
/** @typedef {import("./local_reactions.js").Reaction} Reaction */

const AXES = { x: "angle", y: "length" };

/** @param {HTMLElement} root
 * @param {{columns: ColumnsHub, selection: SelectionHub, viewId: string,
 *   display: () => Display, change: (display: Partial<Display>) => void, signal: AbortSignal}}
 *   options
 * @returns {{displayChanged: () => void, picture: () => import("./picture.js").Print|null}} */
export function createLocalView(root, { columns, selection, viewId, display, change, signal }) {
  const parts = createParts();
  const status = createStatus(parts);
  const { attempt } = status;
  let focusNext = () => {};

  const loader = createLoader(columns, AXES, loadingChanged);
  const loaded = () => loader.progress().loaded;
  const names = () => columns.directory().classes;
  const pairs = createViewPairs({ columns, selection, display, change });
  const visible = () => display().reactions;
  const brush = createLocalBrush({ selection, viewId, axes: AXES, loaded, visible });
  const schedule = createFrames(draw, signal);

  const dots = createDots(root);
  const marks = createMarks(parts.over, {
    ruler: createRuler(root, "600 13px"),
    open: openClass,
    pick: pickClass,
    name: (c) => names()[c],
  });
  const tip = createTip(parts.stage, columns, tipLines);
  const thumbnails = createThumbnails({
    columns,
    pick: focusOn,
    sort: () => ({ metric: display().sort, descending: display().descending }),
    changeSort: ({ metric, descending }) => {
      change(metric ? { sort: metric } : { descending });
    },
  });
  const reactionBar = createReactionBar({
    pick: attempt(brush.pickReaction),
    toggle: toggleReaction,
  });
  const matrixBar = createMatrixBar({
    close: closeMatrix,
    choose: (matrix) => change({ matrix }),
    setDelta: (delta) => change({ delta }),
  });
  const drawing = createLocalDrawing({
    ...{ parts, status, dots, marks, thumbnails, matrixBar, reactionBar, brush },
    ...{ selection, viewId, pairs, names, display, signal },
    why: () => comparable(loaded()?.pair ?? [0, 0]).why,
  });
  const { panels } = drawing;
  const gestures = createGestures({
    target: parts.over,
    brush,
    axes: AXES,
    mode: () => display().mode,
    panels,
    nearest: dots.nearest,
    touched: marks.focusPanel, // so that Escape reaches this view after a brush
    picked: focusOn,
    hover: (sample, spot) => tip.show(sample, spot && [spot.x, spot.y], loaded()),
    attempt,
    signal,
  });
  const form = createRangeForm({
    classes: names,
    names: { x: "angle [°]", y: "length" },
    submit: attempt(({ class: c, x, y, op }) =>
      brush.apply({ op, class: c, shape: { kind: "box", x, y } }),
    ),
  });
  const undo = () => selection.dispatch({ type: "undo" });
  const toolbar = createToolbar({
    columns,
    display,
    pairs,
    page: drawing.page,
    change: changeDisplay,
    turn: (by) => turnTo({ first: drawing.page().first + by * PAGE }),
    filter: (filter) => turnTo({ first: 0, filter }),
    toggleForm: () => {
      const { classes } = selection.state();
      form.toggle(classes?.length === 1 ? classes[0] : null);
    },
    clear: brush.clear,
    undo,
    subsets: createSubsetMenu({ selection, signal }),
    save: (kind) => savePicture(picture(), kind).catch(status.fail),
  });

  assemble();
  listen();
  reload();

  // ---- parts

  function assemble() {
    parts.stage.prepend(parts.under, ...dots.elements);
    parts.panelArea.append(matrixBar.element, parts.stage, parts.empty);
    parts.body.append(parts.panelArea, thumbnails.element);
    root.append(toolbar.element, form.element, reactionBar.element);
    root.append(parts.line, parts.ghost, parts.error);
    root.append(parts.progress, parts.body);
    parts.reapply.addEventListener("click", attempt(brush.reapply));
  }

  function listen() {
    followTheme(root, signal, () => schedule("layout"));
    followWidth(parts.panelArea, drawing.width, () => schedule("layout"), signal);
    selection.subscribe(selectionChanged, { signal });
    columns.subscribe((changed) => changed.has("directory") && reload(), { signal });
    listenForKeys(
      root,
      {
        escape: () => gestures.escape() || dropBrush() || closeMatrix(),
        undo,
        redo: () => selection.dispatch({ type: "redo" }),
        pick: (add) => pickClass(marks.current(), add),
        open: () => openClass(marks.current()),
        step: (right, down) => {
          marks.focusPanel(marks.current() + right + down * drawing.perRow());
        },
      },
      signal,
    );
    signal.addEventListener("abort", () => status.wait(null));
  }

  // ---- what to load

  function reload() {
    const wanted = pairs.pair();
    toolbar.update();
    if (!wanted) {
      status.say(NOTHING_COMPUTED);
      return;
    }
    if (columns.lacks(...wanted)) {
      status.error(pairs.absent(wanted));
      return;
    }
    const metrics = metricsWanted();
    loader.load({ pair: wanted, compared: comparable(wanted).pair, metrics });
  }

  /** Those of the panels or of the matrix, and those of the brush, which may be drawn again here. */
  function metricsWanted() {
    if (display().matrix !== null) return [...METRIC_NAMES];
    return [...new Set([AXES.x, AXES.y, ...metricsOf(brush.outline().steps)])];
  }

  /** @param {import("./local_loader.js").Progress} progress */
  function loadingChanged({ waiting, error }) {
    status.error(error);
    root.setAttribute("aria-busy", String(waiting !== null));
    status.wait(waiting && { ...waiting, name: pairs.name(waiting.pair) });
    if (!waiting && !error) schedule("layout");
  }

  /** The compared pair where it can be compared sample by sample, else why not.
   * @param {Pair} with_ @returns {{pair: Pair|null, why: string}} */
  function comparable(with_) {
    const compared = pairs.compared();
    if (!compared) return { pair: null, why: "" };
    const { benchmarks } = columns.directory();
    const name = pairs.name(compared);
    if (benchmarks[compared[1]].set !== benchmarks[with_[1]].set) {
      return { pair: null, why: `${name} has other samples: there is nothing to compare.` };
    }
    const lack = columns.lacks(...compared);
    if (lack) return { pair: null, why: `${name} ${lack}.` };
    return { pair: compared, why: "" };
  }

  /** @param {Partial<Display>} update */
  function changeDisplay(update) {
    const here = panels()[0];
    // Hold the axes that are on screen, not those of a pair still to come.
    const held = update.axes === "held" && here ? { x: here.x, y: here.y } : display().held;
    change({ ...update, held });
  }

  // ---- drawing

  /** @param {Set<string>} todo */
  function draw(todo) {
    const here = loaded();
    if (!here) return;
    if (todo.has("layout") && !drawLayout(here)) return;
    drawing.drawMask(here);
    drawing.drawMarks(here);
  }

  /** @param {Loaded} here */
  function drawLayout(here) {
    if (display().matrix !== null && !here.values.margin) {
      reload(); // it opens once the other metrics are there
      return false;
    }
    if (!drawing.drawScene(here)) return false;
    toolbar.drawPager();
    focusNext();
    focusNext = () => {};
    return true;
  }

  /** @param {number} sample @param {Loaded} loaded */
  function tipLines(sample, { values, other }) {
    const lines = Object.keys(values).map((metric) => {
      const now = metricValue(metric, values[metric][sample]);
      const then = other ? ` → ${metricValue(metric, other.values[metric][sample])}` : "";
      return `${metric} ${now}${then}`;
    });
    if (!other) return lines;
    return [`compared: ${names()[other.data.prediction[sample]] ?? "nothing"}`, ...lines];
  }

  // ---- what happens

  /** @param {import("./selection_hub.js").Change} event */
  function selectionChanged({ changed, transient, error }) {
    if (changed.has("error")) status.error(error);
    if (pairs.follows(changed) || (changed.has("clauses") && !transient && lacksColumns())) {
      reload();
    }
    if (transient) parts.count.setAttribute("aria-busy", "true");
    schedule("mask");
  }

  /** Whether the brush, as it came from elsewhere, is on metrics that are not here. */
  function lacksColumns() {
    const here = loaded();
    return here && metricsOf(brush.outline().steps).some((name) => !columnOf(here, name));
  }

  /** @param {number} sample */
  function focusOn(sample) {
    const here = loaded();
    if (here) selection.dispatch({ type: "set", focus: { set: here.set, sample } });
  }

  /** False where there is none. */
  function dropBrush() {
    if (!selection.clause(viewId)) return false;
    brush.clear();
    return true;
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

  /** @param {Reaction} reaction */
  function toggleReaction(reaction) {
    const shown = drawing.shownReactions();
    const next = REACTIONS.filter((one) => shown.includes(one) !== (one === reaction));
    change({ reactions: next.length === REACTIONS.length ? null : next });
  }

  /** @param {Partial<import("./local_scene.js").Page>} page */
  function turnTo(page) {
    drawing.turnTo(page);
    schedule("layout");
  }

  /** @returns {import("./picture.js").Print|null} */
  function picture() {
    const here = loaded();
    if (!here || !panels().length || parts.stage.hidden) return null;
    const text = toSvg([parts.under, ...dots.elements, parts.over], {
      background: getComputedStyle(root).backgroundColor,
      size: { width: parts.panelArea.clientWidth, height: parts.stage.clientHeight },
      words: `${parts.countFirst.textContent} · ${parts.countRest.textContent}`,
    });
    return { text, name: `local-geometry-${pairs.name(here.pair).replace(" / ", "-")}` };
  }

  const state = () => `${pairs.key()} ${display().matrix === null}`;
  let last = state();
  return {
    picture,
    displayChanged() {
      const now = state();
      if (now !== last) reload();
      last = now;
      toolbar.update();
      thumbnails.draw();
      schedule("layout");
    },
  };
}

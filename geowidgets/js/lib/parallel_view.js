// The parallel coordinates view: the angle to every class, length, margin and probability as axes.

import { hide } from "./elements.js";
import { createArrangement } from "./parallel_arrangement.js";
import { axisOf, METRIC_AXES, PAGE, toggled } from "./parallel_axes.js";
import { createAxesPanel } from "./parallel_axes_panel.js";
import { createBrush } from "./parallel_brush.js";
import { createChips } from "./parallel_chips.js";
import { listenForControls } from "./parallel_controls.js";
import { population } from "./parallel_data.js";
import { createDrawing } from "./parallel_drawing.js";
import { createLoader } from "./parallel_loader.js";
import { createParts } from "./parallel_parts.js";
import { createPeople } from "./parallel_people.js";
import { rangeOf } from "./parallel_ranges.js";
import { domainKey, domainsOf, extentsOf } from "./parallel_scene.js";
import { createToolbar } from "./parallel_toolbar.js";
import { savePicture, toSvg } from "./picture.js";
import { createSubsetMenu } from "./selection_subset_menu.js";
import { followTheme } from "./theme.js";
import { createFrames, followWidth } from "./view_frames.js";
import { createViewPairs, NOTHING_COMPUTED } from "./view_pairs.js";
import { createStatus } from "./view_parts.js";
import { createTip } from "./view_tip.js";
import { metricValue } from "./words.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */
/** @typedef {import("./parallel_loader.js").Loaded} Loaded */
/** @typedef {[number, number]} Pair */
/** @typedef {{axes: number[]|null, pin: Pair|null, compared: Pair|[]|null, lines: string,
 *   order: string, sequence: string[], hidden: string[], inverted: string[], lock: string,
 *   confident: number, within: number, height: number|null, kept: number[]}} Display */

const NARROW = 560; // CSS pixels: panels side by side

/** @param {HTMLElement} root
 * @param {{columns: ColumnsHub, selection: SelectionHub, viewId: string, owner: string,
 *   display: () => Display, change: (display: Partial<Display>) => void, signal: AbortSignal}}
 *   options `owner` names this picture of the view among those of the page
 * @returns {{displayChanged: () => void,
 *   picture: () => import("./picture.js").Print|null}} */
export function createParallelView(root, options) {
  const { columns, selection, viewId, owner, display, change, signal } = options;
  const parts = createParts();
  const status = createStatus(parts);
  const { attempt } = status;
  let drawnWidth = 0;
  /** @type {import("./parallel_axes.js").Axis[]} */
  let all = [];
  let pages = { first: 0, of: 0 };

  const names = () => columns.directory().classes;
  const pairs = createViewPairs({ columns, selection, display, change });
  const arrangement = createArrangement({
    columns,
    display,
    names,
    populationOf: (one) => populationOf(one),
    filtered: () => selection.state().classes !== null,
    brushed: () => Object.keys(brush.reasons().axes),
  });
  const loader = createLoader(columns, {
    kept: () => display().kept,
    needs: arrangement.needs,
    changed: loadingChanged,
  });
  const loaded = () => loader.progress().reference;
  const rival = () => loader.progress().compared;
  /** The pair whose lines lie on top: on it one brushes. */
  const active = () => (display().lines === "compared" ? (rival() ?? loaded()) : loaded());
  const lock = () => (display().lock ? `axes/${display().lock}` : "");
  const schedule = createFrames(draw, signal);

  const drawing = createDrawing(root, parts);
  const tip = createTip(parts.stage, columns, (sample, /** @type {Loaded} */ { data }) => [
    `probability ${metricValue("probability", data.probability[sample])}`,
  ]);
  const brush = createBrush({ selection, viewId, names, loaded: active });
  const people = createPeople({
    ...{ parts, status, drawing, selection, pairs, names, loaded, rival, active },
    lines: () => display().lines,
  });
  const chips = createChips({
    axis: (id) => axisOf(id, names()),
    domain: (axis) => domains()[domainKey(axis)],
    setRange: attempt((id, range) => brush.setRange(id, range && rangeOf(...range))),
    ask: attempt(ask),
    done: (id) => drawing.frame.focus(id),
  });
  const panel = createAxesPanel({
    all: () => all,
    hidden: () => display().hidden,
    toggle: (id) => change({ hidden: toggled(display().hidden, id) }),
    showAll: () => change({ hidden: [], axes: null }),
    only: (ids) => change({ hidden: [], axes: ids.map((id) => axisOf(id, names())?.class ?? 0) }),
  });
  const toolbar = createToolbar({
    columns,
    pairs,
    showing,
    chooseClass: (c) => selection.dispatch({ type: "set", classes: c === null ? null : [c] }),
    change: (update) => {
      if (update.order) arrangement.turnTo(0);
      change(update.order ? { ...update, sequence: [] } : update);
    },
    turn: (by) => {
      arrangement.turnTo(pages.first + by * PAGE);
      schedule("layout");
    },
    togglePanel: () => {
      panel.toggle();
      toolbar.update();
    },
    ask: () => {
      const { confident, within } = display();
      const asked = brush.reasons().confusable;
      attempt(ask)(asked ? null : { probability: confident, degrees: within });
    },
    clear: brush.clear,
    undo: () => selection.dispatch({ type: "undo" }),
    subsets: createSubsetMenu({ selection, signal }),
    save: (kind) => savePicture(picture(), kind).catch(status.fail),
  });

  assemble();
  listen();
  reload();

  // ---- parts

  function assemble() {
    parts.stage.prepend(...drawing.elements);
    parts.stage.append(parts.note);
    parts.area.append(parts.stage, parts.empty);
    root.append(toolbar.element, panel.element, chips.element, parts.line, parts.ghost);
    root.append(parts.lacking);
    root.append(parts.error, parts.progress, parts.area);
    parts.reapply.addEventListener("click", attempt(brush.reapply));
  }

  function listen() {
    followTheme(root, signal, () => schedule("layout"));
    const draws = () => schedule("layout");
    followWidth(parts.area, () => drawnWidth, draws, signal);
    selection.subscribe(selectionChanged, { signal });
    columns.subscribe(columnsChanged, { signal });
    listenForControls(root, parts.over, {
      drawing,
      brush,
      display,
      change,
      all: () => all,
      type: chips.type,
      hover: (point) => tip.show(drawing.hover(point, people.visible()), point, active()),
      pick,
      dispatch: selection.dispatch,
      attempt,
      signal,
    });
    signal.addEventListener("abort", () => {
      status.wait(null);
      if (lock()) columns.share(lock(), owner, null);
    });
  }

  // ---- what is shown

  function showing() {
    const { lines, order } = display();
    const [a, b] = [loaded(), rival()];
    return {
      lines,
      order,
      classes: selection.state().classes,
      ...pages,
      question: brush.reasons().confusable !== null,
      panel: !panel.element.hidden,
      comparing: pairs.compared() !== null,
      ranked: Boolean(a && b && a.set === b.set),
    };
  }

  /** @param {import("./parallel_ranges.js").Confusable|null} question */
  function ask(question) {
    if (question) change({ confident: question.probability, within: question.degrees });
    brush.ask(question);
  }

  function domains() {
    const extents = lock() ? columns.shared(lock()) : [];
    return domainsOf(extents.length ? extents : [ownExtents()]);
  }

  function ownExtents() {
    const both = [loaded(), rival()].flatMap((one) => (one ? [one.data] : []));
    return extentsOf(both, METRIC_AXES);
  }

  /** @param {Loaded} one */
  function populationOf({ data }) {
    return population(data, selection.state().classes);
  }

  // ---- what to load

  function reload() {
    const wanted = pairs.pair();
    toolbar.update();
    if (!wanted) {
      status.say(NOTHING_COMPUTED);
      return;
    }
    const compared = pairs.compared();
    const absent = [wanted, ...(compared ? [compared] : [])].find((p) => columns.lacks(...p));
    if (!absent) {
      loader.load(wanted, compared);
      return;
    }
    status.error(pairs.absent(absent));
    if (absent !== wanted) loader.load(wanted, null);
  }

  /** @param {import("./parallel_loader.js").Progress} progress */
  function loadingChanged({ waiting, error }) {
    if (error || waiting) status.error(error);
    root.setAttribute("aria-busy", String(waiting !== null));
    status.wait(waiting && { ...waiting, name: pairs.name(waiting.first) });
    if (waiting || error) return;
    status.error("");
    if (lock()) columns.share(lock(), owner, ownExtents());
    schedule("layout");
  }

  // ---- drawing

  /** @param {Set<string>} todo */
  function draw(todo) {
    const here = loaded();
    if (!here) return;
    if (todo.has("layout") && !drawLayout(here)) return;
    const top = active();
    if (!top || !people.drawMask(top, here)) return;
    drawMarks(top);
  }

  /** @param {Loaded} here */
  function drawLayout(here) {
    const width = Math.floor(parts.area.clientWidth);
    if (!width) {
      drawnWidth = 0;
      return false; // hidden: the observer calls again when it is shown
    }
    const { height, inverted, lines } = display();
    drawnWidth = width;
    root.classList.toggle("gw-parallel-narrow", width < NARROW);
    if (loader.lacks()) {
      reload(); // it is drawn once the angles to the other classes are there
      return false;
    }
    const other = rival();
    const now = populationOf(here);
    const page = arrangement.page(here, other);
    all = page.all;
    pages = { first: page.first, of: page.of };
    toolbar.update();
    panel.draw();
    const { shown } = page;
    status.say(shown.length ? "" : "Every axis is hidden. “Axes…” above shows them again.");
    hide(parts.lacking, display().kept.length > 0);
    const scales = domains();
    drawing.draw({
      width,
      height,
      axes: shown,
      domains: shown.map((axis) => scales[domainKey(axis)]),
      inverted: shown.map((axis) => inverted.includes(axis.id)),
      reference: { data: here.data, population: now },
      compared: other && { data: other.data, population: populationOf(other) },
      lines: other ? lines : "reference",
    });
    const top = active() ?? here;
    people.count(top, shown, populationOf(top));
    return true;
  }

  /** @param {Loaded} here */
  function drawMarks(here) {
    const { axes, confusable, ghost, foreign, pair } = brush.outline();
    drawing.ranges(axes, ghost);
    chips.draw(axes, confusable);
    toolbar.update();
    const { focus } = selection.state();
    drawing.focus(focus?.set === here.set ? focus.sample : -1);
    status.ghost(pair && (ghost || foreign) ? pairs.name(pair) : "", !foreign);
  }

  // ---- what happens

  /** @param {[number, number]} point */
  function pick(point) {
    const sample = drawing.hover(point, people.visible());
    const here = active();
    const focus = here && sample >= 0 ? { set: here.set, sample } : null;
    selection.dispatch({ type: "set", focus });
  }

  /** @param {import("./selection_hub.js").Change} event */
  function selectionChanged({ changed, transient, error }) {
    if (changed.has("error")) status.error(error);
    if (pairs.follows(changed) || (changed.has("clauses") && !transient && loader.lacks())) {
      reload();
    }
    parts.count.setAttribute("aria-busy", String(transient)); // a drag is not spoken of
    schedule(changed.has("classes") ? "layout" : "mask");
  }

  /** @param {Set<string>} changed */
  function columnsChanged(changed) {
    if (changed.has("directory")) reload();
    if (lock() && changed.has(`shared/${lock()}`)) schedule("layout");
  }

  /** @returns {import("./picture.js").Print|null} */
  function picture() {
    const here = loaded();
    if (!here || !all.length || parts.stage.hidden) return null;
    const text = toSvg([...drawing.elements, parts.over], {
      background: getComputedStyle(root).backgroundColor,
      // The last name reaches the end of the view.
      size: { width: parts.area.clientWidth + 8, height: parts.stage.clientHeight },
      words: `${parts.countFirst.textContent} · ${parts.countRest.textContent}`,
    });
    return { text, name: `parallel-coordinates-${pairs.name(here.pair).replace(" / ", "-")}` };
  }

  let last = pairs.key();
  return {
    picture,
    displayChanged() {
      const now = pairs.key();
      if (now !== last) reload();
      last = now;
      toolbar.update();
      schedule("layout");
    },
  };
}

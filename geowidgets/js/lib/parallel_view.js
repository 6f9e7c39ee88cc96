// The parallel coordinates view: a line a sample through its angle to every class, and metrics.
import * as bits from "./bits.js";
import { axisOf, METRIC_AXES, orderedAngles, PAGE, pageOf, toggled } from "./parallel_axes.js";
import { createAxesPanel } from "./parallel_axes_panel.js";
import { createBrush } from "./parallel_brush.js";
import { createChips } from "./parallel_chips.js";
import { listenForControls } from "./parallel_controls.js";
import { countMissing, population } from "./parallel_data.js";
import { createDrawing } from "./parallel_drawing.js";
import { warmUp } from "./parallel_lines.js";
import { createLoader } from "./parallel_loader.js";
import { createParts, drawLegend } from "./parallel_parts.js";
import { rangeOf } from "./parallel_ranges.js";
import { meanMoves } from "./parallel_rank.js";
import { domainKey, domainsOf, extentsOf } from "./parallel_scene.js";
import { createStatus } from "./parallel_status.js";
import { createTip } from "./parallel_tip.js";
import { createToolbar } from "./parallel_toolbar.js";
import { classWords, summary } from "./parallel_words.js";
import { savePicture } from "./picture.js";
import { followTheme } from "./theme.js";
import { pairName } from "./words.js";

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
 * @returns {{displayChanged: () => void}} */
export function createParallelView(root, options) {
  const { columns, selection, viewId, owner, display, change, signal } = options;
  const parts = createParts();
  const status = createStatus(parts);
  let first = 0;
  let pending = new Set();
  let frame = 0;
  let drawnWidth = 0;
  /** @type {import("./parallel_axes.js").Axis[]} */
  let all = [];
  let pages = { first: 0, of: 0 };
  /** Who is in the picture: samples of the chosen classes. @type {Uint32Array|null} */
  let people = null;
  let missing = 0;

  const names = () => columns.directory().classes;
  const nameOf = (/** @type {Pair} */ pair) => pairName(columns.directory(), pair);
  const pairOf = () => display().pin ?? selection.state().reference;
  const loader = createLoader(columns, () => display().kept, loadingChanged);
  const loaded = () => loader.progress().reference;
  const rival = () => loader.progress().compared;
  /** The pair whose lines lie on top: on it one brushes. */
  const active = () => (display().lines === "compared" ? (rival() ?? loaded()) : loaded());
  const lock = () => (display().lock ? `axes/${display().lock}` : "");

  const drawing = createDrawing(root, parts);
  const tip = createTip(parts.stage, columns);
  const brush = createBrush({ selection, viewId, names, loaded: active });
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
    showing,
    choosePair: (pair) =>
      display().pin ? change({ pin: pair }) : selection.dispatch({ type: "set", reference: pair }),
    chooseCompared: (pair) =>
      ownCompared() ? change({ compared: pair ?? [] }) : setShared({ compared: pair }),
    pin: () => {
      const free = { pin: null, compared: null };
      change(display().pin ? free : { pin: pairOf(), compared: comparedPair() ?? [] });
    },
    chooseClass: (c) => setShared({ classes: c === null ? null : [c] }),
    change: (update) => change(update.order ? { ...update, sequence: [] } : update),
    turn: (by) => {
      first = Math.max(0, pages.first + by * PAGE);
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
    save: (kind) => save(kind).catch(fail),
  });

  assemble();
  listenForControls(root, parts.over, {
    drawing,
    brush,
    display,
    change,
    all: () => all,
    type: chips.type,
    hover: (point) => tip.show(drawing.hover(point, visible()), point, active()),
    pick,
    dispatch: selection.dispatch,
    attempt,
    signal,
  });
  warmUp();
  reload();

  // ---- parts

  function assemble() {
    parts.stage.prepend(...drawing.elements);
    parts.stage.append(parts.note);
    parts.area.append(parts.stage, parts.empty);
    root.append(toolbar.element, panel.element, chips.element, parts.line, parts.ghost);
    root.append(parts.error, parts.progress, parts.area);
    parts.reapply.addEventListener("click", attempt(brush.reapply));
    followTheme(root, signal, () => schedule("layout"));
    // The picture's own height changes the box too: only another width asks for another picture.
    const resize = new ResizeObserver(() => {
      if (Math.floor(parts.area.clientWidth) !== drawnWidth) schedule("layout");
    });
    resize.observe(parts.area);
    selection.subscribe(selectionChanged, { signal });
    columns.subscribe(columnsChanged, { signal });
    signal.addEventListener("abort", () => {
      resize.disconnect();
      cancelAnimationFrame(frame);
      status.wait(null);
      if (lock()) columns.share(lock(), owner, null);
    });
  }

  // ---- what is shown

  function comparedPair() {
    const own = display().compared;
    const chosen = own ?? selection.state().compared;
    return chosen?.length ? /** @type {Pair} */ (chosen) : null;
  }

  const ownCompared = () => display().compared !== null || display().pin !== null;

  /** @param {Record<string, any>} update of the selection */
  const setShared = (update) => selection.dispatch({ type: "set", ...update });

  function showing() {
    const { lines, order, pin } = display();
    const compared = comparedPair();
    const [a, b] = [loaded(), rival()];
    return {
      lines,
      order,
      pinned: pin !== null,
      pair: pairOf(),
      compared,
      classes: selection.state().classes,
      ...pages,
      question: brush.reasons().confusable !== null,
      panel: !panel.element.hidden,
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
    const pairs = [loaded(), rival()].flatMap((one) => (one ? [one.data] : []));
    return extentsOf(pairs, METRIC_AXES);
  }

  /** @param {Loaded} one */
  const populationOf = ({ data }) => population(data, selection.state().classes);

  /** The selected samples of the picture, or null where nothing is selected.
   * @param {Loaded} one */
  function chosen({ set }) {
    const mask = selection.mask(set);
    return mask && people ? bits.and(mask, people) : null;
  }

  /** Samples whose lines can be pointed at. */
  function visible() {
    const here = active();
    return here ? (chosen(here) ?? populationOf(here)) : null;
  }

  // ---- what to load

  function reload() {
    const wanted = pairOf();
    toolbar.update();
    if (!wanted) {
      status.say(
        "The store holds no computed pair yet. Run GeometryStore.compute(study, path) first.",
      );
      return;
    }
    const compared = comparedPair();
    const absent = [wanted, ...(compared ? [compared] : [])].find((p) => !columns.done(...p));
    if (!absent) {
      loader.load(wanted, compared);
      return;
    }
    status.error(
      `${nameOf(absent)} has not been computed. Choose another pair above, or run ` +
        "GeometryStore.compute(study, path) to fill it.",
    );
    if (absent !== wanted) loader.load(wanted, null);
  }

  /** @param {import("./parallel_loader.js").Progress} progress */
  function loadingChanged({ waiting, error }) {
    if (error || waiting) status.error(error);
    root.setAttribute("aria-busy", String(waiting !== null));
    status.wait(waiting && { ...waiting, name: nameOf(waiting.first) });
    if (waiting || error) return;
    status.error("");
    if (lock()) columns.share(lock(), owner, ownExtents());
    schedule("layout");
  }

  // ---- drawing, at most once a frame

  /** @param {"layout"|"mask"} what */
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
    drawMask();
  }

  /** @param {Loaded} here */
  function drawLayout(here) {
    const width = Math.floor(parts.area.clientWidth);
    if (!width) {
      drawnWidth = 0;
      return false; // hidden: the observer calls again when it is shown
    }
    const { kept, height, inverted, lines, order } = display();
    drawnWidth = width;
    root.classList.toggle("gw-parallel-narrow", width < NARROW);
    const other = rival();
    const now = populationOf(here);
    const comparable = order === "moved" && other && other.set === here.set;
    const moved = comparable ? meanMoves(here.data, other.data, now, names().length) : null;
    const arrangement = display();
    const angles = orderedAngles({ names: names(), kept, arrangement, moved });
    const page = pageOf(angles, arrangement, first);
    all = page.all;
    pages = { first: page.first, of: page.of };
    toolbar.update();
    panel.draw();
    status.say(page.shown.length ? "" : "Every axis is hidden. “Axes…” above shows them again.");
    const scales = domains();
    const shown = page.shown;
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
    people = populationOf(top);
    missing = countMissing(top.data, shown, people);
    return true;
  }

  function drawMask() {
    const here = active();
    const reference = loaded();
    if (!here || !reference || !people) return;
    const mask = chosen(here);
    drawing.select(mask, rival()?.set === reference.set);
    drawMarks(here);
    const classes = classWords(selection.state().classes, names());
    const other = here === reference ? rival() : reference;
    const pairs = [here, ...(other ? [other] : [])].map((one) => nameOf(one.pair));
    const n = bits.count(people);
    const said = { reference: here, compared: other, population: people, mask, classes, pairs };
    status.count(summary({ ...said, missing, drawn: n }));
    drawLegend(parts.legend, {
      reference: nameOf(reference.pair),
      compared: rival() && nameOf(/** @type {Loaded} */ (rival()).pair),
      selected: mask !== null,
      lines: display().lines,
    });
    if (!n) status.note(`No samples of ${classes || "this set"}`);
    else status.note(mask && !bits.count(mask) ? "No sample satisfies every clause" : "");
  }

  /** @param {Loaded} here */
  function drawMarks(here) {
    const { axes, confusable, ghost, foreign, pair } = brush.outline();
    drawing.ranges(axes, ghost);
    chips.draw(axes, confusable);
    toolbar.update();
    const { focus } = selection.state();
    drawing.focus(focus?.set === here.set ? focus.sample : -1);
    const elsewhere = pair && (ghost || foreign) ? nameOf(pair) : "";
    status.ghost(elsewhere, foreign);
  }

  // ---- what happens

  /** @param {[number, number]} point */
  function pick(point) {
    const sample = drawing.hover(point, visible());
    const here = active();
    setShared({ focus: here && sample >= 0 ? { set: here.set, sample } : null });
  }

  /** @param {import("./selection_hub.js").Change} event */
  function selectionChanged({ changed, transient, error }) {
    if (changed.has("error")) status.error(error);
    const follows = changed.has("reference") && !display().pin;
    if (follows || (changed.has("compared") && display().compared === null)) reload();
    parts.count.setAttribute("aria-busy", String(transient)); // a drag is not spoken of
    schedule(changed.has("classes") ? "layout" : "mask");
  }

  /** @param {Set<string>} changed */
  function columnsChanged(changed) {
    if (changed.has("directory")) reload();
    if (lock() && changed.has(`shared/${lock()}`)) schedule("layout");
  }

  /** @param {"png"|"svg"} kind */
  async function save(kind) {
    const here = loaded();
    if (!here) return;
    await savePicture([...drawing.elements, parts.over], {
      background: getComputedStyle(root).backgroundColor,
      size: { width: parts.area.clientWidth, height: parts.stage.clientHeight },
      words: parts.count.textContent ?? "",
      name: `parallel-coordinates-${nameOf(here.pair).replace(" / ", "-")}.${kind}`,
    });
  }

  // ---- errors

  /** @param {unknown} error */
  const fail = (error) => status.error(error instanceof Error ? error.message : String(error));

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

  let last = JSON.stringify([pairOf(), comparedPair()]);
  return {
    displayChanged() {
      const now = JSON.stringify([pairOf(), comparedPair()]);
      if (now !== last) reload();
      last = now;
      toolbar.update();
      schedule("layout");
    },
  };
}

// The local geometry view: one angle × length scatter a class, brushes, images.
import { drawAxes } from "./local_axes.js";
import { createDots } from "./local_dots.js";
import { createGestures } from "./local_gestures.js";
import { listenForKeys } from "./local_keys.js";
import { createLoader } from "./local_loader.js";
import { createMarks } from "./local_marks.js";
import { countBeyond, orderClasses, PAGE, placePanels } from "./local_panels.js";
import { createParts } from "./local_parts.js";
import { countClass, highlighted, summary } from "./local_summary.js";
import { createTip } from "./local_tip.js";
import { createToolbar } from "./local_toolbar.js";
import { savePicture } from "./picture.js";
import { createRangeForm } from "./range_form.js";
import { followTheme } from "./theme.js";
import { createThumbnails } from "./thumbnails.js";
import { metricInfo, pairName } from "./words.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */
/** @typedef {[number, number]} Pair */
/** @typedef {{mode: string, axes: string, order: string, pin: Pair|null, panels: number[]|null,
 *   sort: string, descending: boolean, height: number|null,
 *   held: import("./local_panels.js").Axes|null}} Display */

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
  /** @type {import("./local_dots.js").Panel[]} */
  let panels = [];
  let page = { first: 0, shown: 0, of: 0, filter: "" };
  let beyond = 0;
  let width = 0;
  let pending = new Set();
  let frame = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let slow;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let settle;

  const loader = createLoader(columns, AXES, loadingChanged);
  const loaded = () => loader.progress().loaded;
  const pair = () => display().pin ?? selection.state().reference;
  const names = () => columns.directory().classes;

  const dots = createDots(root);
  const marks = createMarks(parts.over, { pick: pickClass, name: (c) => names()[c] });
  const tip = createTip(parts.stage, columns);
  const gestures = createGestures({
    target: parts.over,
    selection,
    viewId,
    axes: AXES,
    mode: () => display().mode,
    loaded,
    panels: () => panels,
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
      escape: gestures.escape,
      undo: () => selection.dispatch({ type: "undo" }),
      redo: () => selection.dispatch({ type: "redo" }),
      pick: (add) => pickClass(marks.current(), add),
      step: (right, down) => {
        const perRow = new Set(panels.map(({ place }) => place.column)).size;
        marks.focusPanel(marks.current() + right + down * perRow);
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
    parts.panelArea.append(parts.stage, parts.empty);
    parts.body.append(parts.panelArea, thumbnails.element);
    root.append(toolbar.element, form.element, parts.line, parts.ghost, parts.error);
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
      loader.load(wanted);
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

  /** @param {Pair} chosen */
  function choosePair(chosen) {
    if (display().pin) changeDisplay({ pin: chosen });
    else selection.dispatch({ type: "set", reference: chosen });
  }

  /** @param {Partial<Display>} update */
  function changeDisplay(update) {
    const here = panels[0];
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
  function drawLayout({ data }) {
    width = Math.floor(parts.panelArea.clientWidth);
    if (!width) return false; // hidden: the observer calls again when it is shown
    const { order, axes, held, height, panels: chosen } = display();
    const all = orderClasses({ data, names: names(), chosen, order, filter: page.filter });
    const first = Math.min(page.first, Math.max(0, Math.floor((all.length - 1) / PAGE) * PAGE));
    const classes = all.slice(first, first + PAGE);
    page = { ...page, first, shown: classes.length, of: all.length };
    toolbar.drawPager();
    say(classes.length ? "" : `No class is called like “${page.filter}”.`);
    const placed = placePanels({ data, classes, axes, held, width, height });
    const { layout } = placed;
    panels = placed.panels;
    beyond = countBeyond(data, panels);
    parts.stage.style.height = `${layout.height}px`;
    parts.body.style.setProperty("--gw-stage-height", `${layout.height}px`);
    const titles = { x: metricInfo(AXES.x).title, y: metricInfo(AXES.y).title };
    drawAxes(parts.under, { layout, panels, titles });
    marks.place(layout, panels);
    dots.draw({ data, panels, width: layout.width, height: layout.height });
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
    const counts = panels.map((panel) => countClass(data, panel.class, chosen));
    marks.count(counts, selection.state().classes);
    const name = pairName(columns.directory(), here.pair);
    const { clauses } = selection.state();
    const others = clauses.filter(({ view, set }) => view !== viewId && set === here.set).length;
    const { first, rest } = summary({ data, mask: chosen, pair: name, beyond, others });
    parts.countFirst.textContent = first;
    parts.countRest.textContent = rest;
    clearTimeout(settle);
    settle = setTimeout(() => {
      parts.count.removeAttribute("aria-busy");
      thumbnails.update({ loaded: here, mask: chosen, focus: focused(here) });
    }, SETTLE_MS);
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
      const name = pairName(columns.directory(), drawnOn);
      parts.ghostText.textContent = `This view's brush was drawn on ${name} and stays.`;
      parts.reapply.hidden = !steps.length;
    }
  }

  // ---- what happens

  /** @param {import("./selection_hub.js").Change} event */
  function selectionChanged({ changed, transient, error }) {
    if (changed.has("error")) showError(error);
    if (changed.has("reference") && !display().pin) reload();
    if (transient) parts.count.setAttribute("aria-busy", "true");
    schedule("mask");
  }

  /** @param {number} k @param {boolean} add */
  function pickClass(k, add) {
    const c = panels[k].class;
    const classes = selection.state().classes ?? [];
    const others = classes.filter((other) => other !== c);
    const on = classes.includes(c);
    const next = add ? (on ? others : [...others, c]) : on && !others.length ? [] : [c];
    selection.dispatch({ type: "set", classes: next.length ? next : null });
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

  let lastPair = pair()?.join();
  return {
    displayChanged() {
      const now = pair()?.join();
      if (now !== lastPair) reload();
      lastPair = now;
      toolbar.update();
      thumbnails.draw();
      schedule("layout");
    },
  };
}

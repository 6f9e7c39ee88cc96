// The attribution grid: maps of the sample in focus, a row a model, a column a metric.
import { listenForKeys } from "./grid_keyboard.js";
import { createGridLoader } from "./grid_loader.js";
import { createParts } from "./grid_parts.js";
import { createPlace } from "./grid_place.js";
import { createProgress } from "./grid_progress.js";
import { createSamples, next } from "./grid_samples.js";
import { findTarget, gather, wanted } from "./grid_scene.js";
import { createStage } from "./grid_stage.js";
import { createStrip } from "./grid_strip.js";
import { createToolbar } from "./grid_toolbar.js";
import { placeText } from "./grid_words.js";
import { savePicture } from "./picture.js";
import { followTheme } from "./theme.js";
import { amount } from "./words.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */
/** @typedef {import("./grid_scene.js").Display} Display */
/** @typedef {import("./grid_scene.js").Target} Target */

const SHOWN = ["models", "pairs", "reference", "compared", "focus", "sizes"];
const ROWS = 12; // at first; a button shows the others
const WAYS_OUT =
  "Ways out: store.attach(models) with the models that were measured, or open it by " +
  "GeometryStore.compute(study, path); or, where the models are, keep maps in the store: " +
  "AttributionGrid(store).keep_maps(samples), or store_maps=True.";

/** @param {HTMLElement} root
 * @param {{columns: ColumnsHub, selection: SelectionHub, model: import("./grid_loader.js").Model,
 *   display: () => Display, change: (display: Partial<Display>) => void, signal: AbortSignal}}
 *   options
 * @returns {{displayChanged: () => void, picture: () => import("./picture.js").Print|null}} */
export function createGridView(root, { columns, selection, model, display, change, signal }) {
  const parts = createParts();
  const loader = createGridLoader(model, () => schedule(), signal);
  const samples = createSamples(columns, selection, () => schedule());
  const stage = createStage({ root, parts, columns, samples, loader, display });
  const progress = createProgress(root, parts, () => schedule(), signal);
  const strip = createStrip({ columns, pick: focusOn });
  const toolbar = createToolbar({
    display,
    change,
    turn,
    save: (kind) => savePicture(picture(), kind).catch(fail),
  });
  const place = createPlace(parts.stage, { changed: pointed, signal });
  /** @type {Target|null} */
  let shown = null; // what is on screen, which may be the sample before
  /** @type {ReturnType<typeof gather>|null} */
  let got = null;
  let limit = ROWS;
  let width = 0;
  let frame = 0;
  let isWhole = false; // whether more than the line of samples is to be drawn
  let isStale = false; // whether what is on screen waits for what is wanted

  root.append(toolbar.element, strip.element, parts.error);
  const head = document.createElement("div");
  head.className = "gw-grid-head";
  head.append(parts.line, parts.progress, parts.stopped, parts.key);
  root.append(head, parts.stage, parts.more, parts.empty, parts.spoken);
  parts.cancel.addEventListener("click", loader.cancel);
  parts.retry.addEventListener("click", loader.retry);
  parts.more.addEventListener("click", () => {
    limit = Infinity;
    reload();
  });
  followTheme(root, signal, () => schedule());
  const resize = new ResizeObserver(() => {
    // Heights follow from widths: only these ask for a new layout.
    if (Math.floor(root.clientWidth) !== width) schedule();
  });
  resize.observe(root);
  selection.subscribe(
    ({ changed, transient, error }) => {
      if (changed.has("error")) parts.showError(error);
      if (["reference", "models", "pairs"].some((name) => changed.has(name))) limit = ROWS;
      if (SHOWN.some((name) => changed.has(name))) reload();
      else if (!transient) schedule("strip"); // a brush under way moves nothing here
    },
    { signal },
  );
  columns.subscribe(
    (changed) => {
      if (!changed.has("directory")) return;
      loader.forget();
      reload();
    },
    { signal },
  );
  listenForKeys(
    root,
    parts.stage,
    {
      move: (right, down, fine) => place.move(right, down, fine ? 1 : (stride() ?? 1)),
      hold: place.hold,
      sample: turn,
      escape: () => place.release() || selection.dispatch({ type: "set", focus: null }),
      undo: () => selection.dispatch({ type: "undo" }),
      redo: () => selection.dispatch({ type: "redo" }),
    },
    signal,
  );
  signal.addEventListener("abort", () => {
    resize.disconnect();
    cancelAnimationFrame(frame);
  });
  reload();

  // ---- what to show

  function found() {
    return findTarget(columns.directory(), selection.state(), display(), limit);
  }

  function reload() {
    const { target } = found();
    if (target) loader.want(wanted(target));
    schedule();
  }

  /** @param {number} by */
  function turn(by) {
    const { reference } = selection.state();
    if (!reference) return;
    const { set } = columns.directory().benchmarks[reference[1]];
    const sample = next(samples.list(set), focusIn(set), by);
    if (sample >= 0) focusOn(sample);
  }

  /** @param {number} sample */
  function focusOn(sample) {
    const { reference } = selection.state();
    if (!reference) return;
    const { set } = columns.directory().benchmarks[reference[1]];
    selection.dispatch({ type: "set", focus: { set, sample } });
  }

  /** @param {string} set */
  function focusIn(set) {
    const { focus } = selection.state();
    return focus?.set === set ? focus.sample : -1;
  }

  // ---- drawing, at most once a frame

  /** @param {"all"|"strip"} [what] */
  function schedule(what = "all") {
    if (what === "all") isWhole = true;
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    if (signal.aborted) return;
    width = Math.floor(root.clientWidth);
    const style = getComputedStyle(root);
    const inner =
      width - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
    if (inner <= 0) return; // hidden: the observer calls again when it is shown
    if (isWhole) {
      isWhole = false;
      const { target, why } = found();
      const status = loader.status();
      drawGrid(target, why, status.waiting > 0, inner);
      const stays = isStale && Boolean(got?.there.length);
      progress.update({ target, shown, stays }, status);
    }
    drawStrip(inner); // last, as it says what the defaults came to
  }

  /** @param {Target|null} target @param {string[]} why there is none @param {boolean} waiting
   * @param {number} inner */
  function drawGrid(target, why, waiting, inner) {
    if (!target) {
      shown = null;
      got = null;
      isStale = false;
      rest("empty", why);
      return;
    }
    const fresh = gather(target, loader);
    // The maps before stay until the first new one is there.
    if (fresh.there.length || !shown || !waiting) shown = target;
    isStale = shown !== target;
    got = isStale ? gather(shown, loader) : fresh;
    if (fresh.absent && !waiting) {
      const { message } = /** @type {{message: string}} */ (fresh.problem("occlusion", 0));
      rest("absent", [`Nothing to show: ${message}.`, WAYS_OUT]);
      return;
    }
    parts.say([]);
    root.dataset.gwState = waiting ? "waiting" : "ready";
    parts.stage.classList.toggle("gw-grid-stale", isStale);
    place.over(stage.draw(shown, got, inner), stage.shapeOf(shown, got));
    pointed();
  }

  /** Words instead of maps. @param {string} state @param {string[]} words */
  function rest(state, words) {
    root.dataset.gwState = state;
    parts.say(words);
    parts.first.textContent = words[0] ?? "";
    parts.rest.textContent = "";
    parts.line.hidden = true;
    parts.more.hidden = true;
    place.over(null, [1, 1]);
  }

  /** @param {number} inner */
  function drawStrip(inner) {
    const { reference } = selection.state();
    if (!reference) {
      strip.update(null, 0);
      return;
    }
    const { set } = columns.directory().benchmarks[reference[1]];
    const list = samples.list(set);
    const focus = focusIn(set);
    const labels = samples.column(`labels/${set}`);
    const pair = reference.join("/");
    const done = columns.done(...reference);
    const prediction = done ? samples.column(`prediction/${pair}`) : undefined;
    strip.update({ set, samples: list, focus, labels, prediction }, inner);
    const at = Array.prototype.indexOf.call(list, focus);
    const what = samples.isBrushed(set) ? "selected" : "samples";
    const text = focus < 0 ? `${amount(list.length)} ${what}` : `sample ${focus}`;
    const of = at >= 0 ? ` · ${amount(at + 1)} of ${amount(list.length)} ${what}` : "";
    const made = got?.there[0]?.made;
    const side = Math.min(...(columns.set(set)?.image?.slice(0, 2) ?? [0]));
    toolbar.update(
      {
        ...{ text: text + of },
        back: next(list, focus, -1) >= 0,
        on: next(list, focus, 1) >= 0,
      },
      { window: made?.window ?? null, stride: made?.stride ?? null, side },
    );
  }

  // ---- the place

  function stride() {
    return got?.there[0]?.made.stride;
  }

  function pointed() {
    const at = place.at();
    if (!shown || !got) return;
    stage.point(at, stage.shapeOf(shown, got));
    root.dataset.gwPlace = at ? `${at.x},${at.y}` : "";
    parts.stage.classList.toggle("gw-grid-held", place.isHeld());
    const { occlusion } = got.scales;
    parts.spoken.textContent =
      at && place.byKeys() ? placeText(at, stage.linesOf(shown, got), occlusion) : "";
  }

  // ---- files and words

  /** @returns {import("./picture.js").Print|null} */
  function picture() {
    if (!shown || !got || parts.stage.hidden) return null;
    if (!got.there.length && loader.status().error) return null; // its words stand instead
    const { name } = columns.directory().benchmarks[shown.benchmark];
    const text = stage.svg(`${parts.first.textContent} ${parts.rest.textContent}`);
    return { text, name: `attribution-grid-sample-${shown.sample}-${name}` };
  }

  /** @param {unknown} error */
  function fail(error) {
    parts.showError(error instanceof Error ? error.message : String(error));
  }

  return { displayChanged: reload, picture };
}

// The attribution grid: maps of the sample in focus, a row a model, a column a metric.
import { createDrawing } from "./grid_drawing.js";
import { listenForKeys } from "./grid_keyboard.js";
import { layoutGrid } from "./grid_layout.js";
import { createGridLoader } from "./grid_loader.js";
import { createMarks } from "./grid_marks.js";
import { createParts } from "./grid_parts.js";
import { createPlace } from "./grid_place.js";
import { createSamples, next } from "./grid_samples.js";
import { planeOf } from "./grid_scale.js";
import { findTarget, gather, wanted } from "./grid_scene.js";
import { createStrip } from "./grid_strip.js";
import { createToolbar } from "./grid_toolbar.js";
import {
  blockTitle,
  cellText,
  madeText,
  placeText,
  ratioText,
  sentence,
  verdict,
} from "./grid_words.js";
import { savePicture, toSvg } from "./picture.js";
import { followTheme } from "./theme.js";
import { amount } from "./words.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */
/** @typedef {import("./grid_scene.js").Display} Display */
/** @typedef {import("./grid_scene.js").Target} Target */

const SLOW_MS = 500; // what takes longer shows its progress
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
  const drawing = createDrawing({ className: "gw-grid-canvas" });
  const marks = createMarks({ measure });
  const loader = createGridLoader(model, () => schedule(), signal);
  const samples = createSamples(columns, selection, () => schedule());
  const strip = createStrip({ columns, pick: focusOn });
  const toolbar = createToolbar({
    display,
    change,
    turn,
    save: (kind) => savePicture(picture(), kind).catch(fail),
  });
  const place = createPlace(parts.stage, { changed: pointed, signal });
  const ruler = document.createElement("canvas").getContext("2d");
  /** @type {Target|null} */
  let shown = null; // what is on screen, which may be the sample before
  /** @type {ReturnType<typeof gather>|null} */
  let got = null;
  let limit = ROWS;
  let width = 0;
  let frame = 0;
  let isWhole = false; // whether more than the line of samples is to be drawn
  let isStale = false; // whether what is on screen waits for what is wanted
  let isSlow = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let slow;

  parts.stage.prepend(drawing.element, marks.element);
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
    clearTimeout(slow);
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
      drawProgress(target, status);
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
    drawScene(shown, got, inner);
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

  /** @param {Target} target @param {ReturnType<typeof gather>} here @param {number} inner */
  function drawScene(target, here, inner) {
    const directory = columns.directory();
    const { name: benchmark, corruption } = directory.benchmarks[target.benchmark];
    const [height, across] = shapeOf(here);
    const clean = cleanPicture(target);
    const picture = here.picture
      ? { pixels: here.picture.values, shape: here.picture.shape }
      : corruption
        ? null
        : clean;
    const images = corruption && clean ? [clean, picture] : [picture];
    const layout = layoutGrid({
      ...{ width: inner, rows: target.rows.length, methods: target.methods },
      ...{ shape: [height, across], images: images.length },
    });
    const truth = samples.column(`labels/${target.set}`)?.[target.sample] ?? -1;
    const theme = root.dataset.gwTheme === "dark" ? "dark" : "light";
    const names = directory.classes;
    const lines = linesOf(target, here);
    const style = getComputedStyle(root);
    parts.stage.style.height = `${layout.height}px`;
    const many = target.methods.length > 1;
    const titles = Object.fromEntries(
      target.methods.map((method) => [method, many ? blockTitle(method) : ""]),
    );
    marks.draw({
      ...{ layout, titles, theme, scales: here.scales, maps: here.map },
      rows: lines.map((line, row) => rowWords(line, row, target, here, truth)),
      label: (method, row, metric) => {
        const map = here.map(method, row);
        const plane = map && planeOf(map, metric);
        const { name } = lines[row];
        if (!map || !plane) return `${name}, ${metric}: not here`;
        return cellText(name, map, metric, plane, here.scales[method][metric]);
      },
      captions: images.length > 1 ? ["clean", benchmark] : [benchmark],
      card: [`sample ${target.sample}`, `true class ${names[truth] ?? "…"}`],
    });
    drawing.draw(layout, {
      tiles: layout.cells.map(({ box, method, metric, row }) => {
        const map = here.map(method, row);
        const plane = map ? planeOf(map, metric) : null;
        const scale = here.scales[method][metric];
        return { box, plane, shape: map?.shape ?? [1, 1, 1], scale };
      }),
      images: images.map((one, k) => ({ box: layout.images[k], picture: one })),
      ...{ under: picture, opacity: display().opacity, theme },
      colors: {
        frame: style.getPropertyValue("--gw-border"),
        soft: style.getPropertyValue("--gw-fg-soft"),
      },
    });
    place.over(layout, [height, across]);
    pointed();
    parts.line.hidden = false;
    const label = names[truth] ?? "…";
    const said = { sample: target.sample, label, benchmark, lines, classes: names, truth };
    const words = sentence(said);
    parts.first.textContent = words.first;
    parts.rest.textContent = words.rest ? `· ${words.rest}` : "";
    parts.more.hidden = !target.beyond;
    parts.more.textContent = `Show ${amount(target.beyond)} more models`;
  }

  /** @param {ReturnType<typeof gather>} here @returns {[number, number]} (y, x) */
  function shapeOf(here) {
    const [, height = 0, across = 0] = here.there[0]?.shape ?? [];
    if (height) return [height, across];
    const [y, x] = here.picture?.shape ?? columns.set(shown?.set ?? "")?.image ?? [32, 32];
    return [y, x];
  }

  /** @param {Target} target @param {ReturnType<typeof gather>} here */
  function linesOf({ rows }, here) {
    return rows.map((m, row) => {
      const { name, ratio } = columns.directory().models[m];
      return { name, ratio, map: here.map("occlusion", row) };
    });
  }

  /** @param {ReturnType<typeof linesOf>[number]} line @param {number} row
   * @param {Target} target @param {ReturnType<typeof gather>} here @param {number} truth */
  function rowWords({ name, ratio, map }, row, target, here, truth) {
    const trouble = target.methods.map((method) => here.problem(method, row)).find(Boolean);
    const asked = madeText("occlusion", here.there[0]);
    const note = trouble?.message ?? (map ? otherwise(madeText("occlusion", map), asked) : "");
    const { cancelled, error } = loader.status();
    const waiting = !map && !trouble && !cancelled && !error ? "to come …" : "";
    return {
      ...{ name, ratio: ratioText(ratio), note: note || waiting, failed: Boolean(trouble) },
      verdict: map ? verdict(map, columns.directory().classes, truth) : null,
    };
  }

  /** @param {Target} target */
  function cleanPicture({ set, sample }) {
    const shape = columns.set(set)?.image;
    const pixels = shape && samples.column(`images/${set}/${sample}-${sample}`);
    return pixels ? { pixels, shape: [...shape] } : null;
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

  /** @param {Target|null} target @param {import("./grid_loader.js").Status} status */
  function drawProgress(target, { waiting, accepted, done, of, cancelled, error }) {
    const busy = Boolean(target) && waiting > 0;
    root.setAttribute("aria-busy", String(busy));
    if (!busy) {
      clearTimeout(slow);
      slow = undefined;
      isSlow = false;
    } else {
      slow ??= setTimeout(() => {
        isSlow = true;
        schedule();
      }, SLOW_MS);
    }
    parts.progress.hidden = !busy || !isSlow;
    const other = shown && shown.sample !== target?.sample;
    const what = other ? `Sample ${shown?.sample} stays` : "The last maps stay";
    const until = isStale && got?.there.length ? ` ${what} until then.` : "";
    if (busy)
      parts.progressText.textContent = accepted
        ? `Computing maps: ${Math.floor(done)} of ${of}.${until}`
        : `The kernel is busy; the maps of sample ${target?.sample} wait for it.${until}`;
    if (accepted) parts.bar.value = of ? done / of : 0;
    else parts.bar.removeAttribute("value");
    parts.cancel.hidden = !accepted;
    parts.stopped.hidden = !cancelled || busy;
    parts.halted.textContent = "Stopped before all maps were made.";
    if (error || !parts.error.textContent?.startsWith("The selection")) parts.showError(error);
  }

  // ---- the place

  function stride() {
    return got?.there[0]?.made.stride;
  }

  function pointed() {
    const at = place.at();
    if (!shown || !got) return;
    marks.point(at, shapeOf(got));
    root.dataset.gwPlace = at ? `${at.x},${at.y}` : "";
    parts.stage.classList.toggle("gw-grid-held", place.isHeld());
    const { occlusion } = got.scales;
    parts.spoken.textContent =
      at && place.byKeys() ? placeText(at, linesOf(shown, got), occlusion) : "";
  }

  // ---- files and words

  /** @returns {import("./picture.js").Print|null} */
  function picture() {
    if (!shown || !got || parts.stage.hidden) return null;
    if (!got.there.length && loader.status().error) return null; // its words stand instead
    const { name } = columns.directory().benchmarks[shown.benchmark];
    const text = toSvg([drawing.element, marks.element], {
      background: getComputedStyle(root).backgroundColor,
      size: {
        width: Number(marks.element.getAttribute("width")),
        height: Number(marks.element.getAttribute("height")),
      },
      words: `${parts.first.textContent} ${parts.rest.textContent}`,
    });
    return { text, name: `attribution-grid-sample-${shown.sample}-${name}` };
  }

  /** @param {unknown} error */
  function fail(error) {
    parts.showError(error instanceof Error ? error.message : String(error));
  }

  /** @param {string} text @param {string} font */
  function measure(text, font) {
    if (!ruler) return text.length * 7;
    ruler.font = `${font} ${getComputedStyle(root).fontFamily}`;
    return ruler.measureText(text).width;
  }

  return { displayChanged: reload, picture };
}

/** What was done, where it is not what the others say. @param {string} made @param {string} asked */
const otherwise = (made, asked) => (made === asked ? "" : made);

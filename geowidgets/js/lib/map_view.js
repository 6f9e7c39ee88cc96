// The similarity map: puts points, picture, panels and selection together.
import { createChoice } from "./map_choice.js";
import { createCursor } from "./map_cursor.js";
import { createDistances } from "./map_distances.js";
import { createFacts } from "./map_facts.js";
import { listenForGestures } from "./map_gestures.js";
import { listenForKeys } from "./map_keys.js";
import { lookOf } from "./map_look.js";
import { createTip } from "./map_overlay.js";
import { createPanels } from "./map_panels.js";
import { createParts } from "./map_parts.js";
import { createPicture } from "./map_picture.js";
import { readArray, readPoints } from "./map_points.js";
import { printMap } from "./map_save.js";
import { createScenes } from "./map_scene.js";
import { createStatus } from "./map_status.js";
import { createToolbar } from "./map_toolbar.js";
import { treesOf } from "./map_trees.js";
import { caption, summary } from "./map_words.js";
import { savePicture } from "./picture.js";
import { followTheme } from "./theme.js";
import { pairName } from "./words.js";

/** @typedef {import("./map_points.js").Points} Points */
/** @typedef {import("./map_distances.js").Distances} Distances */
/** @typedef {[number, number]} Pair */
/** @typedef {{color: string, shape: string, ratio: string, hidden: string[],
 *   trees: string[]|"each"|null, space: string, gesture: string, height: number|null}} Display */
/** @typedef {{arrays: import("./map_points.js").Arrays, info: import("./map_words.js").Info,
 *   phase: import("./map_words.js").Phase}} Data */

/** @typedef {{scene: import("./map_scene.js").Scene, look: import("./map_look.js").Look,
 *   trees: import("./map_overlay.js").Drawn[]}} Now */

/** @param {HTMLElement} root
 * @param {{columns: import("./columns_hub.js").ColumnsHub,
 *   selection: import("./selection_hub.js").SelectionHub, display: () => Display,
 *   data: () => Data, change: (display: Partial<Display>) => void,
 *   channel: ReturnType<typeof import("./map_channel.js").openChannel>, signal: AbortSignal}}
 *   options */
export function createMapView(root, options) {
  const { columns, selection, display, data, change, channel, signal } = options;
  const parts = createParts();
  const status = createStatus(parts, channel, signal);
  const tip = createTip(parts.stage);
  /** @type {Points|null} */
  let points = null;
  /** @type {Distances|null} */
  let distances = null;
  /** @type {Now|null} */
  let now = null;
  /** The group whose legend entry is under the pointer. @type {Set<number>|null} */
  let lit = null;
  /** @type {{key: string, points: Points, look: import("./map_look.js").Look}|null} */
  let made = null;
  let request = 0;
  /** @type {Set<"all"|"frame">} */
  let pending = new Set();
  let dragging = false;

  const directory = () => columns.directory();
  const present = () => now?.scene.present ?? new Uint32Array();
  const scenes = createScenes();
  const picture = createPicture(root, parts, {
    height: () => display().height,
    changed: () => schedule("frame"),
  });
  const choice = createChoice({
    selection,
    points: () => points,
    scene: () => now?.scene ?? null,
  });
  const reference = () => choice.pointOf(selection.state().reference);
  const compared = () => choice.pointOf(selection.state().compared);
  const facts = createFacts({
    columns,
    distances: () => distances,
    pairOf: choice.pairOf,
    reference,
    compared,
    selected: choice.selected,
    count: () => points?.n ?? 0,
  });
  const cursor = createCursor({
    picture,
    choice,
    facts,
    tip,
    spoken: parts.spoken,
    present,
    reference,
    changed: () => schedule("top"),
  });
  const fit = () => points && picture.fit(points, present());
  const toolbar = createToolbar({
    change,
    zoom: picture.zoom,
    fit,
    clear: choice.drop,
    undo: () => selection.dispatch({ type: "undo" }),
    save: (kind) => savePicture(print(), kind).catch(fail),
  });
  const panels = createPanels(parts.side, {
    display,
    data,
    directory,
    change,
    choose(pair) {
      // Its trees are those of the benchmarks in focus.
      if (choice.narrow(pair) && display().trees !== null) change({ trees: null });
    },
    light(group) {
      lit = group && new Set(group.points);
      schedule("top");
    },
    hover: (i) => cursor.hover(i, null),
    pick: cursor.choose,
  });
  assemble();

  function assemble() {
    parts.stage.append(parts.note);
    parts.body.append(parts.stage, parts.side);
    root.append(toolbar.element, parts.count, parts.error, parts.stale, parts.progress);
    root.append(parts.empty, parts.body, parts.caption, parts.spoken);
    followTheme(root, signal, () => schedule("all"));
    const resize = new ResizeObserver(() => {
      if (Math.floor(root.clientWidth) !== picture.width()) schedule("all");
    });
    resize.observe(root);
    selection.subscribe(selectionChanged, { signal });
    columns.subscribe((changed) => changed.has("directory") && schedule("all"), { signal });
    signal.addEventListener("abort", () => {
      resize.disconnect();
      cancelAnimationFrame(request);
    });
    for (const event of ["focus", "blur"]) {
      parts.over.addEventListener(event, () => schedule("top"), { signal });
    }
    const brush = listenForGestures({
      over: parts.over,
      gesture: () => display().gesture,
      points: () => points,
      present,
      frame: picture.frame,
      fitted: picture.fitted,
      setFrame: picture.setFrame,
      begin: () => parts.over.focus({ preventScroll: true }),
      pick: choice.pick,
      restore: choice.restore,
      click: cursor.click,
      hover: (spot) => cursor.hover(spot ? picture.nearest(spot, present()) : -1, spot),
      outline: picture.overlay.drag,
      signal,
    });
    listenForKeys(
      root,
      parts.over,
      {
        escape: () => (brush.dragging() ? brush.cancel() : choice.drop()),
        undo: () => selection.dispatch({ type: "undo" }),
        redo: () => selection.dispatch({ type: "redo" }),
        step: cursor.step,
        pick: cursor.pick,
        toggle: cursor.toggle,
        zoom: picture.zoom,
        fit,
      },
      signal,
    );
  }

  /** Take what has arrived from the kernel, or came with the page. */
  function load() {
    const { arrays, info } = data();
    points = readPoints(arrays);
    now = null;
    if (!points) return;
    picture.reset(points);
    cursor.reset();
    distances = createDistances({
      n: points.n,
      triangle: info.distances ? readArray(arrays, "distances") : null,
      layout: points,
      ask: channel.ask,
      arrived: () => schedule("all"),
      failed: (words) => status.error(`Real distances are not here: ${words}.`),
    });
  }

  // ---- drawing, at most once a frame

  /** @param {"all"|"frame"|"top"} what the view; where points stand; what follows the pointer */
  function schedule(what) {
    if (what !== "top") pending.add(what);
    request ||= requestAnimationFrame(draw);
  }

  function draw() {
    request = 0;
    if (signal.aborted) return;
    status.draw(data(), directory(), points !== null);
    toolbar.update(display());
    // A hidden view has no width; the observer calls again when it is shown.
    if (!points || !distances || !root.clientWidth) return;
    const todo = pending;
    pending = new Set();
    if (todo.has("all") || !now) now = drawAll(points, distances);
    else if (todo.has("frame")) drawFrame(points, now);
    drawTop(now);
  }

  /** @param {Points} here @param {Distances} real @returns {Now} */
  function drawAll(here, real) {
    const { hidden, trees, space, color } = display();
    const state = selection.state();
    const scene = scenes(here, directory(), state, selection.pairs(), hidden);
    const look = lookNow(here);
    picture.arrange();
    const sides = { points: here, directory: directory(), scene, state, distances: real };
    const shown = treesOf({ ...sides, trees, space, color, colors: look.color });
    const next = { scene, look, trees: shown.drawn };
    drawFrame(here, next);
    words(here, scene);
    root.dataset.gwState = dragging ? "dragging" : "ready";
    if (!dragging) {
      const said = { sides: shown.sides, words: [...shown.words, ...facts.pair()] };
      panels.draw(here, scene, look, said, state.benchmarks);
    }
    return next;
  }

  /** Where everything stands. @param {Points} here @param {Now} drawn */
  function drawFrame(here, { scene, trees }) {
    picture.place(here);
    picture.overlay.trees(picture.at(), trees);
    const numbered = scene.narrowed && !dragging;
    picture.number(numbered ? scene.focus.subarray(0, panels.limit) : []);
  }

  /** Colours and marks, made anew only when they are others. @param {Points} here */
  function lookNow(here) {
    const { color, shape, ratio } = display();
    const dark = root.dataset.gwTheme === "dark";
    const row = color === "distance" ? facts.row() : null;
    const key = [color, shape, ratio, dark, row && reference(), directory().revision].join();
    if (made?.key !== key || made.points !== here) {
      made = {
        key,
        points: here,
        look: lookOf(here, directory(), { color, shape, ratio, dark, row }),
      };
    }
    return made.look;
  }

  /** @param {Now} drawn */
  function drawTop({ scene, look }) {
    const visible = (/** @type {number} */ i) => (scene.there[i] ? i : -1);
    picture.paint(scene, look, lit, {
      reference: visible(reference()),
      compared: visible(compared()),
      cursor: isFocused(parts.over) ? visible(cursor.at()) : -1,
      hovered: visible(cursor.hovered()),
    });
    status.note(scene.present.length ? "" : "No pair is left: every one is hidden or filtered out");
  }

  /** @param {Points} here @param {import("./map_scene.js").Scene} scene */
  function words(here, scene) {
    const state = selection.state();
    const name = (/** @type {Pair|null} */ pair) => (pair ? pairName(directory(), pair) : "");
    status.count(
      summary({
        points: here.n,
        present: scene.present.length,
        chosen: scene.some ? scene.count : null,
        reference: name(state.reference),
        compared: name(state.compared),
      }),
    );
    const text = caption(data().info);
    if (parts.caption.textContent !== text) parts.caption.textContent = text;
  }

  // ---- what happens

  /** @param {import("./selection_hub.js").Change} event */
  function selectionChanged({ changed, transient, error }) {
    if (changed.has("error")) status.error(error);
    dragging = transient;
    parts.count.setAttribute("aria-busy", String(transient)); // a drag is not spoken of
    schedule("all");
  }

  /** The map as it stands, with its legend. */
  function print() {
    if (!now || parts.body.hidden) return null;
    return printMap({ root, parts, size: picture.size(), at: picture.at(), ...now });
  }

  /** @param {unknown} error */
  const fail = (error) => status.error(error instanceof Error ? error.message : String(error));

  load();
  schedule("all");
  return {
    picture: print,
    displayChanged: () => schedule("all"),
    dataChanged() {
      load();
      schedule("all");
    },
    phaseChanged: () => schedule("top"),
  };
}

/** @param {Element} el */
const isFocused = (el) =>
  /** @type {Document|ShadowRoot} */ (el.getRootNode()).activeElement === el;

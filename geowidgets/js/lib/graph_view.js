// The weight graph: puts epochs, layout, stage, charts and controls together.

import { createGraphChoice } from "./graph_choice.js";
import { createCursor } from "./graph_cursor.js";
import { readData } from "./graph_data.js";
import { listenForGraph } from "./graph_gestures.js";
import { listenForGraphKeys } from "./graph_keys.js";
import { createLayout, DEFAULTS } from "./graph_layout.js";
import { createLegend } from "./graph_legend.js";
import { createLoader } from "./graph_loader.js";
import { chosenColor, lookOf } from "./graph_look.js";
import { createPanels } from "./graph_panels.js";
import { createParts } from "./graph_parts.js";
import { createPlayer } from "./graph_player.js";
import { roomFor } from "./graph_room.js";
import { printGraph } from "./graph_save.js";
import { neighbours, sceneOf } from "./graph_scene.js";
import { createStage } from "./graph_stage.js";
import { createStatus } from "./graph_status.js";
import { createToolbar } from "./graph_toolbar.js";
import { cutWords, summary, unitFacts } from "./graph_words.js";
import { createTip } from "./map_overlay.js";
import { savePicture } from "./picture.js";
import { followTheme } from "./theme.js";

/** @typedef {{epoch: number, inner_product: number, kernel: string, sigma: number|null,
 *   kind: string, color: string, playing: boolean, speed: number,
 *   forces: import("./graph_layout.js").Forces, units: number[]|null, height: number|null}}
 *   Display */
/** @typedef {{layers: import("./graph_data.js").LayerInfo[], epochs: number[], kinds: string[],
 *   sigmas: Record<string, number>, arrays: {norms?: DataView, turns?: DataView},
 *   phase: {name: string, done: number, message: string}}} Facts */

const HOT = 1; // the heat of a first layout
const WARM = 0.3; // of one that goes on with other edges
const GRIP = 0.25; // while a node is dragged
const SLICE = 12; // milliseconds of layout at a time where nothing may move

/** @param {HTMLElement} root
 * @param {{model: import("@anywidget/types").AnyModel, display: () => Display, facts: () => Facts,
 *   change: (update: Partial<Display>, transient?: boolean) => void, signal: AbortSignal}} options */
export function createGraphView(root, { model, display, facts, change, signal }) {
  const parts = createParts();
  const status = createStatus(parts);
  const legend = createLegend(parts.legend);
  const tip = createTip(parts.stage);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** What is there once the numbers have arrived. @type {ReturnType<typeof open>|null} */
  let opened = null;
  /** @type {import("./graph_scene.js").Scene|null} */
  let scene = null;
  let sceneKey = "";
  /** @type {import("./graph_look.js").Look|null} */
  let look = null;
  let hovered = -1;
  const cursor = createCursor({
    scene: () => scene,
    data: () => opened?.data ?? null,
    display,
    moved(i) {
      hover(i, null);
      schedule();
    },
    say(words) {
      parts.spoken.textContent = words;
    },
  });
  let request = 0;
  let width = 0;
  let stale = new Set(["scene", "panels"]);

  root.append(parts.empty, parts.error, parts.progress, parts.body, parts.spoken);
  followTheme(root, signal, () => schedule("panels"));
  const resize = new ResizeObserver(() => {
    if (Math.floor(root.clientWidth) !== width) schedule("panels");
  });
  resize.observe(root);
  calm.addEventListener("change", () => schedule(), { signal });
  signal.addEventListener("abort", () => {
    resize.disconnect();
    cancelAnimationFrame(request);
  });
  schedule();

  // ---- what is there

  /** Everything that needs the numbers. @param {import("./graph_data.js").GraphData} data */
  function open(data) {
    const { kinds } = facts();
    const layout = createLayout(data.units);
    const stage = createStage(root, parts, layout.nodes, data.longest);
    const loader = createLoader({
      model,
      units: data.units,
      epochs: data.epochs,
      arrived: () => schedule("scene"),
      failed: status.error,
      signal,
    });
    const player = createPlayer({
      speed: () => display().speed,
      count: data.epochs.length,
      ready: (k) => loader.peek(display().kind, data.epochs[k]) !== null,
      show: (k) => change({ epoch: data.epochs[k] }, true),
      end: () => change({ playing: false }),
    });
    const choice = createGraphChoice({
      units: () => display().units,
      scene: () => scene,
      write: (units, transient) => change({ units }, transient),
    });
    const actions = {
      begin: () => parts.over.focus({ preventScroll: true }),
      pick: choice.pick,
      restore: choice.restore,
      hover: (/** @type {number} */ i) => hover(i, null),
      cut,
    };
    const panels = createPanels(parts.side, actions, signal);
    const toolbar = createToolbar({
      display,
      change,
      cut,
      sigma,
      play,
      show: (k) => change({ epoch: data.epochs[k] }, true),
      epochs: data.epochs,
      layers: data.layers.length,
      kinds,
      clear: choice.clear,
      shake() {
        layout.warm(HOT);
        schedule();
      },
      save: (kind) => savePicture(picture(), kind).catch((error) => status.error(error.message)),
    });
    const gestures = listenForGraph({
      over: parts.over,
      nearest: (x, y) => (scene ? stage.nearest(x, y, scene.visible) : -1),
      places: stage.at,
      visible: () => scene?.visible ?? null,
      begin: actions.begin,
      hold(i, x, y) {
        layout.hold(i, stage.toWorld(x, y));
        layout.warm(GRIP);
        hover(i, null);
        schedule();
      },
      release: (i) => layout.hold(i, null),
      pick: choice.pick,
      restore: choice.restore,
      hover,
      lasso: stage.lasso,
      component: choice.component,
      signal,
    });
    listenForGraphKeys(
      root,
      {
        escape: () => (gestures.dragging() ? gestures.cancel() : choice.clear()),
        play,
        step: (by) => show(place(data) + by),
        to: (end) => show(end === "first" ? 0 : data.epochs.length - 1),
        walk: cursor.walk,
        toggle: () => cursor.choose((i) => choice.pick([i], "toggle", false)),
        component: () => cursor.choose(choice.component),
      },
      signal,
    );
    parts.body.append(parts.stage, parts.side);
    parts.body.before(parts.note);
    parts.body.before(toolbar.element, parts.count);
    parts.body.after(parts.legend, parts.caption);
    return { data, layout, stage, loader, player, panels, toolbar, choice };
  }

  /** Place of the epoch shown. @param {import("./graph_data.js").GraphData} data */
  const place = (data) => Math.max(0, data.epochs.indexOf(display().epoch));

  function sigma() {
    const { kind, kernel, sigma: own } = display();
    return own ?? facts().sigmas[`${kind}/${kernel}`] ?? 1;
  }

  // ---- drawing, at most once a frame

  /** @param {...string} what has changed: the scene, or what the charts show */
  function schedule(...what) {
    for (const one of what) stale.add(one);
    request ||= requestAnimationFrame(draw);
  }

  /** @param {number} now */
  function draw(now) {
    request = 0;
    if (signal.aborted) return;
    const { phase } = facts();
    if (!opened && phase.name === "ready") {
      const data = readData(facts());
      if (data) opened = open(data);
    }
    status.phase(phase, opened !== null);
    // A hidden view has no width; the observer calls again when it is shown.
    if (!opened || !root.clientWidth) return;
    if (display().playing) opened.player.tick(now, place(opened.data));
    else opened.player.stop();
    if (arrange(opened)) stale.add("panels");
    const first = scene === null;
    if (stale.has("scene") && makeScene(opened)) stale.add("panels");
    if (!scene) return;
    if (stale.has("panels")) drawPanels(opened, scene);
    stale = new Set();
    move(opened, scene, first);
  }

  /** Layout and picture; goes on in the next frame as long as anything moves.
   * @param {NonNullable<typeof opened>} here @param {import("./graph_scene.js").Scene} now
   * @param {boolean} first */
  function move({ layout, stage }, now, first) {
    const { playing } = display();
    let still = layout.still();
    if (calm.matches) {
      // Nothing may move: the layout is done in slices, and shown when it has come to rest.
      const end = performance.now() + SLICE;
      while (!layout.still() && performance.now() < end) layout.step();
      still = layout.still();
    } else if (!still) {
      layout.step();
      // A first layout has far to go.
      if (layout.heat() > 0.5) layout.step();
    }
    const eases =
      calm.matches && !still && !first ? false : stage.draw(drawn(now), calm.matches || first);
    const busy = !still || eases;
    root.dataset.gwState = playing ? "playing" : busy ? "moving" : "ready";
    if (busy || playing) schedule();
  }

  /** @param {import("./graph_scene.js").Scene} now @returns {import("./graph_stage.js").Drawn} */
  function drawn(now) {
    const from = hovered >= 0 ? hovered : cursor.at();
    return {
      scene: now,
      look: look ?? { colors: [], legend: [], ramp: null },
      units: display().units,
      hovered,
      cursor: cursor.at(),
      joined: from < 0 ? [] : neighbours(now.epoch, from, display().inner_product),
    };
  }

  /** The scene of the epoch and cut-off, where its cosines have arrived; the last one else.
   * @param {NonNullable<typeof opened>} here */
  function makeScene({ data, loader, layout }) {
    const { kind, kernel, inner_product: limit } = display();
    const k = place(data);
    const loaded = loader.peek(kind, data.epochs[k]);
    loader.want(kind, k);
    root.dataset.gwEpochs = String(loader.count(kind));
    status.wait(loaded ? null : `Epoch ${data.epochs[k]} is on its way`);
    const key = [kind, k, limit, kernel, sigma()].join();
    if (!loaded || (key === sceneKey && scene)) return false;
    const before = sceneKey;
    sceneKey = key;
    scene = sceneOf(loaded, data, k, { limit, kernel, sigma: sigma() });
    layout.setForces({ ...DEFAULTS, ...display().forces });
    layout.setGraph({ ...scene.edges, weights: scene.weights }, scene.visible);
    layout.warm(before ? WARM : HOT);
    return true;
  }

  /** @param {NonNullable<typeof opened>} here @param {import("./graph_scene.js").Scene} now */
  function drawPanels({ data, panels, toolbar }, now) {
    const { color, kernel, inner_product: limit, units } = display();
    const shown = chosenColor(color, data.layers.length);
    look = lookOf(now, data, shown, root.dataset.gwTheme === "dark");
    legend.draw(look);
    toolbar.update(place(data), shown);
    panels.draw({ scene: now, data, look, units, hovered, limit });
    status.count(summary(now, data, { limit, selected: units }));
    status.note(now);
    parts.caption.textContent = cutWords(kernel, sigma(), limit);
  }

  /** Room for the graph and the charts. @param {NonNullable<typeof opened>} here */
  function arrange({ stage, panels }) {
    const now = Math.floor(root.clientWidth);
    if (now === width && stage.size().width) return false;
    width = now;
    const { beside, side, wide, high } = roomFor(width, display().height);
    root.classList.toggle("gw-weights-narrow", !beside);
    stage.resize(wide, high);
    panels.resize(side, high, beside);
    return true;
  }

  // ---- what happens

  /** @param {number} k */
  function show(k) {
    if (!opened) return;
    const { epochs } = opened.data;
    change({ epoch: epochs[Math.min(epochs.length - 1, Math.max(0, k))] });
  }

  function play() {
    if (!opened || opened.data.epochs.length < 2) return;
    const starts = !display().playing;
    const atEnd = place(opened.data) === opened.data.epochs.length - 1;
    if (starts && atEnd) change({ epoch: opened.data.epochs[0] }, true);
    change({ playing: starts });
  }

  /** @param {number} limit @param {boolean} transient */
  function cut(limit, transient) {
    change({ inner_product: limit }, transient);
  }

  /** @param {number} i @param {[number, number]|null} spot */
  function hover(i, spot) {
    if (!opened || !scene || !look) return;
    const { data, stage, panels } = opened;
    const { inner_product: limit, units } = display();
    const at = stage.at();
    const facts_ = i >= 0 ? unitFacts(i, scene, data, limit) : null;
    tip.show(facts_, spot ?? [at.x[i] ?? 0, at.y[i] ?? 0]);
    if (i === hovered) return;
    hovered = i;
    panels.hover({ scene, data, look, units, hovered, limit });
    stage.drawTop(drawn(scene));
  }

  function picture() {
    if (!opened || !scene) return null;
    const { stage, panels } = opened;
    return printGraph({ root, parts, stage, drawn: drawn(scene), charts: panels.charts });
  }

  return {
    picture,
    displayChanged: () => schedule("scene", "panels"),
    forcesChanged() {
      opened?.layout.setForces({ ...DEFAULTS, ...display().forces });
      opened?.layout.warm(HOT / 2);
      schedule("panels");
    },
    factsChanged: () => schedule("scene"),
  };
}

// The curves: puts the store's counts, bqplot's figures, the legend and the selection together.
import { createLegend } from "./curves_legend.js";
import { createParts } from "./curves_parts.js";
import { printCurves } from "./curves_picture.js";
import { listenForPoints } from "./curves_pointer.js";
import { sceneOf } from "./curves_scene.js";
import { createToolbar } from "./curves_toolbar.js";
import { summary } from "./curves_words.js";
import { html } from "./elements.js";
import { css, groupColors } from "./map_palette.js";
import { savePicture } from "./picture.js";
import { createTableData } from "./table_data.js";
import { followTheme, readColors } from "./theme.js";
import { createFrames } from "./view_frames.js";
import { listenForViewKeys } from "./view_keys.js";
import { createStatus } from "./view_parts.js";

/** @typedef {import("./curves_scene.js").Display} Display */
/** @typedef {import("./curves_scene.js").Scene} Scene */
/** @typedef {import("./curves_bqplot.js").Figure} Figure */
/** @typedef {{excess: import("./curves_scene.js").Excess,
 *   lines: import("./curves_noise_scene.js").Lines|null}} Data */

/** @param {HTMLElement} root
 * @param {{columns: import("./columns_hub.js").ColumnsHub,
 *   selection: import("./selection_hub.js").SelectionHub,
 *   figures: ReturnType<typeof import("./curves_bqplot.js").openFigures>,
 *   display: () => Display, data: () => Data, change: (update: Partial<Display>) => void,
 *   signal: AbortSignal}} options */
export function createCurvesView(
  root,
  { columns, selection, figures, display, data, change, signal },
) {
  const parts = createParts(root, data().lines !== null);
  const status = createStatus(parts);
  const { attempt } = status;
  /** @type {Map<string, Figure>} */
  let opened = new Map();
  /** @type {Scene|null} */
  let scene = null;
  const ask = createFrames(draw, signal);
  const numbers = createTableData(
    columns,
    selection,
    () => ({ metric: "accuracy", table: null, potential: true, baseline: null }),
    () => ask("numbers"),
  );
  const legend = createLegend(parts.legend, (name) => {
    const { hidden } = display();
    const others = hidden.filter((one) => one !== name);
    change({ hidden: others.length < hidden.length ? others : [...hidden, name] });
  });
  const toolbar = createToolbar(parts.tools, {
    change,
    benchmark: attempt((b) => {
      const model = selection.state().reference?.[0] ?? 0;
      selection.dispatch({ type: "set", reference: [model, b] });
    }),
    save: (kind) => {
      savePicture(picture(), kind).catch(status.fail);
    },
  });

  root.dataset.gwState = "loading";
  followTheme(root, signal, () => ask("theme"));
  selection.subscribe(
    ({ transient, error }) => {
      if (error) status.error(error);
      ask(transient ? "drag" : "selection");
    },
    { signal },
  );
  columns.subscribe(
    (changed) => {
      if (changed.has("directory")) ask("directory");
    },
    { signal },
  );
  listenForViewKeys(
    root,
    {
      escape: attempt(() => selection.dispatch({ type: "set", compared: null })),
      undo: attempt(() => selection.dispatch({ type: "undo" })),
      redo: attempt(() => selection.dispatch({ type: "redo" })),
      other: () => false,
    },
    signal,
  );
  for (const [name, { over }] of parts.panels) {
    const own = /** @type {"accuracy"|"excess"|"noise"} */ (name);
    listenForPoints(
      over,
      {
        scene: () => scene?.[own] ?? null,
        plot: () => opened.get(own)?.plot() ?? null,
        point: (hit, at, spoken) => point(over, hit, at, spoken),
        pick: attempt((hit, compared) => {
          if (!hit.pair) return;
          selection.dispatch({ type: "set", [compared ? "compared" : "reference"]: hit.pair });
        }),
      },
      signal,
    );
  }
  figures(
    (name) => /** @type {import("./curves_parts.js").Panel} */ (parts.panels.get(name)).place,
    signal,
  )
    .then((found) => {
      opened = found;
      ask("figures");
    })
    .catch((error) => {
      status.say(`The curves cannot be drawn: ${error instanceof Error ? error.message : error}`);
      root.dataset.gwState = "failed";
    });
  ask("all");

  /** @param {Set<string>} todo */
  function draw(todo) {
    const directory = columns.directory();
    const shown = display();
    const counted = numbers(todo.has("drag"));
    if (counted.error) status.error(counted.error);
    root.style.setProperty("--gw-curves-height", `${shown.height}px`);
    const state = selection.state();
    const colors = colorsOf(directory);
    scene = sceneOf({ directory, data: counted, display: shown, state, colors, ...data() });
    if (!scene.families.length) {
      status.say(
        "No pruned model with a known dense parent is in this store: curves need a dense net and " +
          "nets pruned from it (geowidgets.prune_family).",
      );
      root.dataset.gwState = "empty";
      return;
    }
    if (root.dataset.gwState !== "failed") status.say("");
    toolbar(directory, shown, scene.reference?.[1] ?? 0);
    legend(scene, directory);
    status.count(summary(directory, scene, shown));
    note("accuracy", scene.shown.length ? "" : "No benchmark is chosen.");
    note("excess", data().excess.message);
    for (const [name, figure] of opened) {
      const own = scene[/** @type {"accuracy"|"excess"|"noise"} */ (name)];
      if (own) figure.draw(own);
    }
    if (opened.size && !counted.loading) root.dataset.gwState = "ready";
  }

  /** @param {string} name @param {string} words over the figure */
  function note(name, words) {
    const panel = parts.panels.get(name);
    if (!panel) return;
    panel.note.textContent = words;
    panel.note.hidden = !words;
  }

  /** A colour a family, that of its place among all of them: hiding one moves no other.
   * @param {import("./columns_hub.js").Directory} directory
   * @returns {import("./curves_scene.js").Colors} */
  function colorsOf({ models }) {
    const names = [...new Set(models.map((m) => `${m.architecture} / ${m.method}`))];
    const dense = models.flatMap((m) => (m.ratio <= 0 ? [`${m.architecture} / ${m.method}`] : []));
    const pruned = names.filter((name) => !dense.includes(name) || isPruned(models, name));
    const dark = root.dataset.gwTheme === "dark";
    const palette = groupColors(pruned.length, dark).map(css);
    const own = readColors(root, ["fg", "fg-soft", "compared", "reference"]);
    return {
      family: (name) => palette[pruned.indexOf(name)] ?? css(own.reference),
      fg: css(own.fg),
      soft: css(own["fg-soft"]),
      compared: css(own.compared),
      separate: css(own.reference),
    };
  }

  /** @param {HTMLElement} over @param {import("./curves_marks.js").Hit|null} hit
   * @param {{left: number, top: number}|null} at @param {boolean} spoken */
  function point(over, hit, at, spoken) {
    parts.tip.hidden = !hit;
    if (!hit || !at) return;
    parts.tip.replaceChildren(
      ...hit.words.map((words, k) => html("div", { class: k ? "gw-soft" : "" }, words)),
    );
    const [stage, box] = [parts.stage.getBoundingClientRect(), over.getBoundingClientRect()];
    const left = box.left - stage.left + at.left + 14;
    const room = stage.width - parts.tip.offsetWidth - 4;
    parts.tip.style.left = `${left > room ? Math.max(0, left - parts.tip.offsetWidth - 28) : left}px`;
    parts.tip.style.top = `${Math.max(0, box.top - stage.top + at.top + 12)}px`;
    if (spoken) parts.spoken.textContent = hit.words.join(", ");
  }

  /** @returns {import("./picture.js").Print|null} null while there is nothing to see */
  function picture() {
    if (!scene || root.dataset.gwState !== "ready") return null;
    return printCurves({ root, parts, scene, benchmarks: columns.directory().benchmarks });
  }

  return { changed: () => ask("display"), picture };
}

/** @param {import("./columns_hub.js").ModelInfo[]} models @param {string} name */
const isPruned = (models, name) =>
  models.some((m) => m.ratio > 0 && `${m.architecture} / ${m.method}` === name);

// The bar above charts that another library draws: words, legend, Save menu, and the box's dress.
import { legendEntry } from "./chart_legend.js";
import { chartPicture } from "./chart_picture.js";
import { html } from "./elements.js";
import { offer, svgBlob, toPng } from "./picture.js";
import { followTheme } from "./theme.js";
import { saveMenu } from "./view_buttons.js";

/** @typedef {import("./chart_legend.js").Entry} Entry */
/** @typedef {{words: string, error: string, progress: {words?: string, done?: number, of?: number},
 *   legend: Entry[], file: string}} Shown */

const SLOW_MS = 500; // what takes longer shows its progress
const BOX = ".gw-charts";

/** @param {HTMLElement} root
 * @param {{shown: () => Shown, answer: (content: object, data: ArrayBuffer) => void,
 *   signal: AbortSignal}} options */
export function createChartFrame(root, { shown, answer, signal }) {
  const words = html("div", { class: "gw-view-words", role: "status" });
  const legend = html("ul", { class: "gw-chart-legend" });
  const error = html("div", { class: "gw-error", role: "alert", hidden: true });
  const bar = html("progress", { max: 1 });
  const waiting = html("span");
  const progress = html(
    "div",
    { class: "gw-progress", role: "status", hidden: true },
    bar,
    " ",
    waiting,
  );
  const menu = saveMenu((kind) => save(kind).catch(fail));
  const line = html("div", { class: "gw-chart-line" }, words, menu);
  root.append(line, progress, error, legend);
  /** @type {HTMLElement|null} */
  let box = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let slow;

  // The box is there once this has a place in the page, which is after it was made.
  const placed = new ResizeObserver(() => {
    if (box) return;
    box = root.closest(BOX);
    if (box) dress(box);
  });
  placed.observe(root);
  signal.addEventListener("abort", () => {
    placed.disconnect();
    clearTimeout(slow);
  });

  /** @param {HTMLElement} found */
  function dress(found) {
    found.classList.add("gw-root");
    found.dataset.lmSuppressShortcuts = "true";
    found.dataset.jpSuppressContextMenu = "true";
    const alike = () => {
      root.dataset.gwTheme = found.dataset.gwTheme;
    };
    followTheme(found, signal, alike);
    alike();
    describe(found);
  }

  /** Figures are pictures to a screen reader: it hears the sentence, not a thousand paths.
   * @param {HTMLElement} found */
  function describe(found) {
    for (const figure of found.querySelectorAll(".gw-chart")) {
      const title = figure.querySelector(".mainheading")?.textContent ?? "";
      figure.setAttribute("role", "img");
      figure.setAttribute("aria-label", title);
    }
  }

  function changed() {
    const now = shown();
    words.textContent = now.words;
    error.textContent = now.error;
    error.hidden = !now.error;
    legend.replaceChildren(...now.legend.map(legendEntry));
    const under = Boolean(now.progress.words);
    waiting.textContent = now.progress.words ?? "";
    bar.value = (now.progress.done ?? 0) / Math.max(1, now.progress.of ?? 1);
    if (!under) {
      clearTimeout(slow);
      slow = undefined;
      progress.hidden = true;
    }
    if (under) {
      slow ??= setTimeout(() => {
        progress.hidden = false;
      }, SLOW_MS);
    }
    if (box) describe(box);
  }

  /** @param {"png"|"svg"} kind @returns {Promise<Blob>} */
  async function picture(kind) {
    if (!box) throw new Error("the charts are not displayed");
    const text = chartPicture(box, shown());
    return kind === "svg" ? svgBlob(text) : toPng(text);
  }

  /** @param {"png"|"svg"} kind */
  async function save(kind) {
    offer(await picture(kind), `${shown().file}.${kind}`);
  }

  /** Answer Python's wish for a picture. @param {{name: string, kind: "png"|"svg"}} wish */
  async function deliver({ name, kind }) {
    try {
      const blob = await picture(kind);
      answer({ type: "chart", name }, await blob.arrayBuffer());
    } catch (thrown) {
      fail(thrown);
    }
  }

  /** @param {unknown} thrown */
  function fail(thrown) {
    error.textContent = thrown instanceof Error ? thrown.message : String(thrown);
    error.hidden = false;
  }

  changed();
  return { changed, deliver };
}

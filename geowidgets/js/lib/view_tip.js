// What one sample is, while the pointer is over it.
import { html } from "./elements.js";
import { paintImage } from "./thumbnails.js";

/** @typedef {{set: string, data: {labels: ArrayLike<number>, prediction: ArrayLike<number>}}}
 *   Shown */

/** @template {Shown} Loaded
 * @param {HTMLElement} stage @param {import("./columns_hub.js").ColumnsHub} columns
 * @param {(sample: number, loaded: Loaded) => string[]} lines more about the sample */
export function createTip(stage, columns, lines) {
  const words = html("div");
  const element = html("div", { class: "gw-tip", hidden: true, "aria-hidden": "true" });
  stage.append(element);
  let shown = -1;

  /** @param {number} i @param {Loaded} loaded */
  function fill(i, loaded) {
    const { labels, prediction } = loaded.data;
    const names = columns.directory().classes;
    const right = prediction[i] === labels[i];
    const predicted = names[prediction[i]] ?? "nothing";
    words.replaceChildren(
      html("div", { class: right ? "" : "gw-wrong" }, `predicted ${predicted}`),
      html("div", { class: "gw-soft" }, `true ${names[labels[i]]} · sample ${i}`),
      ...lines(i, loaded).map((line) => html("div", {}, line)),
    );
    const canvas = html("canvas", { width: 1, height: 1 });
    paintImage(columns, canvas, loaded.set, i);
    element.replaceChildren(...(columns.set(loaded.set)?.image ? [canvas] : []), words);
  }

  /** Beside the pointer, on the side where there is room.
   * @param {number} at @param {number} gap @param {number} size @param {number} room */
  const beside = (at, gap, size, room) =>
    at + gap + size > room ? Math.max(0, at - gap - size) : at + gap;

  return {
    /** @param {number} i sample, −1 hides @param {[number, number]|null} point
     * @param {Loaded|null} loaded */
    show(i, point, loaded) {
      element.hidden = i < 0 || !point || !loaded;
      if (i < 0 || !point || !loaded) {
        shown = -1;
        return;
      }
      if (i !== shown) fill(i, loaded);
      shown = i;
      const { offsetWidth, offsetHeight } = element;
      element.style.left = `${beside(point[0], 16, offsetWidth, stage.clientWidth)}px`;
      element.style.top = `${beside(point[1], 12, offsetHeight, stage.clientHeight)}px`;
    },
  };
}

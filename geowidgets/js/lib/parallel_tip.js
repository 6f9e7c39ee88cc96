// What one line is, while the pointer is over it.
import { html } from "./elements.js";
import { paintImage } from "./thumbnails.js";
import { metricValue } from "./words.js";

/** @param {HTMLElement} stage @param {import("./columns_hub.js").ColumnsHub} columns */
export function createTip(stage, columns) {
  const words = html("div");
  const element = html("div", { class: "gw-tip", hidden: true, "aria-hidden": "true" });
  stage.append(element);
  let shown = -1;

  /** @param {number} i @param {import("./parallel_loader.js").Loaded} loaded */
  function fill(i, { set, data }) {
    const names = columns.directory().classes;
    const right = data.prediction[i] === data.labels[i];
    const predicted = names[data.prediction[i]] ?? "nothing";
    const probability = metricValue("probability", data.probability[i]);
    words.replaceChildren(
      html("div", { class: right ? "" : "gw-wrong" }, `predicted ${predicted}`),
      html("div", {}, `probability ${probability}`),
      html("div", { class: "gw-soft" }, `true ${names[data.labels[i]]} · sample ${i}`),
    );
    const canvas = html("canvas", { width: 1, height: 1 });
    paintImage(columns, canvas, set, i);
    element.replaceChildren(...(columns.set(set)?.image ? [canvas] : []), words);
  }

  return {
    /** @param {number} i sample, −1 hides @param {[number, number]|null} point
     * @param {import("./parallel_loader.js").Loaded|null} loaded */
    show(i, point, loaded) {
      element.hidden = i < 0 || !point || !loaded;
      if (i < 0 || !point || !loaded) {
        shown = -1;
        return;
      }
      if (i !== shown) fill(i, loaded);
      shown = i;
      const [x, y] = point;
      const beyond = x + 16 + element.offsetWidth > stage.clientWidth;
      const below = y + 12 + element.offsetHeight > stage.clientHeight;
      element.style.left = `${beyond ? Math.max(0, x - 16 - element.offsetWidth) : x + 16}px`;
      element.style.top = `${below ? Math.max(0, y - 12 - element.offsetHeight) : y + 12}px`;
    },
  };
}

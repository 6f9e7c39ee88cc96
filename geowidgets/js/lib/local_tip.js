// What one dot is, while the pointer is over it.
import { html } from "./elements.js";
import { paintImage } from "./thumbnails.js";
import { metricValue } from "./words.js";

/** @param {HTMLElement} stage @param {import("./columns_hub.js").ColumnsHub} columns */
export function createTip(stage, columns) {
  const words = html("div");
  const element = html("div", { class: "gw-tip", hidden: true, "aria-hidden": "true" });
  stage.append(element);
  let shown = -1;

  /** @param {number} sample @param {import("./local_loader.js").Loaded} loaded */
  function fill(sample, { set, data, values, other }) {
    const names = columns.directory().classes;
    const predicted = names[data.prediction[sample]] ?? "nothing";
    const right = data.prediction[sample] === data.labels[sample];
    words.replaceChildren(
      html("div", { class: right ? "" : "gw-wrong" }, `predicted ${predicted}`),
      html("div", { class: "gw-soft" }, `true ${names[data.labels[sample]]} · sample ${sample}`),
      ...(other
        ? [html("div", {}, `compared: ${names[other.data.prediction[sample]] ?? "nothing"}`)]
        : []),
      ...Object.keys(values).map((metric) => {
        const now = metricValue(metric, values[metric][sample]);
        const then = other ? ` → ${metricValue(metric, other.values[metric][sample])}` : "";
        return html("div", {}, `${metric} ${now}${then}`);
      }),
    );
    const canvas = html("canvas", { width: 1, height: 1 });
    paintImage(columns, canvas, set, sample);
    element.replaceChildren(...(columns.set(set)?.image ? [canvas] : []), words);
  }

  return {
    /** @param {number} sample −1 hides @param {import("./brush.js").Spot|null} spot
     * @param {import("./local_loader.js").Loaded|null} loaded */
    show(sample, spot, loaded) {
      element.hidden = sample < 0 || !spot || !loaded;
      if (sample < 0 || !spot || !loaded) {
        shown = -1;
        return;
      }
      if (sample !== shown) fill(sample, loaded);
      shown = sample;
      const right = spot.x + 16 + element.offsetWidth > stage.clientWidth;
      const below = spot.y + 12 + element.offsetHeight > stage.clientHeight;
      element.style.left = `${right ? Math.max(0, spot.x - 16 - element.offsetWidth) : spot.x + 16}px`;
      element.style.top = `${below ? Math.max(0, spot.y - 12 - element.offsetHeight) : spot.y + 12}px`;
    },
  };
}

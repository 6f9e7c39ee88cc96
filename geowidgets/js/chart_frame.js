import "./lib/theme.css";
import "./lib/controls.css";
import "./lib/figure.css";
import "./chart_frame.css";
import "./chart_page.css";
import { createChartFrame } from "./lib/chart_frame_view.js";
import { createChartPage } from "./lib/chart_page_view.js";
import { chartWidget, onTraits, traitsOf } from "./lib/mount_view.js";

const SHOWN = /** @type {const} */ (["words", "error", "progress", "legend"]);

export default chartWidget("gw-chart-frame", (root, model, signal) => {
  if (model.get("chart")) return pictured(root, model, signal);
  const view = createChartFrame(root, {
    shown: traitsOf(model, [...SHOWN, "file"], signal),
    answer: (content, data) => model.send(content, undefined, [data]),
    signal,
  });
  onTraits(model, SHOWN, view.changed, signal);
  /** @param {{type: string, name: string, kind: "png"|"svg"}} content */
  const heard = (content) => content.type === "chart" && view.deliver(content);
  model.on("msg:custom", heard);
  signal.addEventListener("abort", () => model.off("msg:custom", heard));
  return undefined;
});

/** A picture for Python is drawn from numbers, as a page without bqplot draws it.
 * @param {HTMLElement} root @param {import("@anywidget/types").AnyModel} model
 * @param {AbortSignal} signal */
function pictured(root, model, signal) {
  root.classList.replace("gw-chart-frame", "gw-charts");
  root.classList.add("gw-chart-page");
  const shown = traitsOf(model, ["chart", "chosen"], signal);
  return createChartPage(root, { shown, change: () => {}, signal });
}

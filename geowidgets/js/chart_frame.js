import "./lib/theme.css";
import "./lib/controls.css";
import "./chart_frame.css";
import { createChartFrame } from "./lib/chart_frame_view.js";
import { chartWidget, onTraits, traitsOf } from "./lib/mount_view.js";

const SHOWN = /** @type {const} */ (["words", "error", "progress", "legend"]);

export default chartWidget("gw-chart-frame", (root, model, signal) => {
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
});

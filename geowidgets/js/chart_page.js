import "./lib/theme.css";
import "./lib/controls.css";
import "./lib/figure.css";
import "./chart_frame.css";
import "./chart_page.css";
import { createChartPage } from "./lib/chart_page_view.js";
import { chartWidget, onTraits, traitsOf, writeTraits } from "./lib/mount_view.js";

const SHOWN = /** @type {const} */ (["chart", "chosen"]);

export default chartWidget("gw-charts gw-chart-page", (root, model, signal) => {
  const view = createChartPage(root, {
    shown: traitsOf(model, SHOWN, signal),
    change: (chosen) => writeTraits(model, { chosen }),
    signal,
  });
  onTraits(model, SHOWN, view.changed, signal);
  return view;
});

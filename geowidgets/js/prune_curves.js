import "./lib/theme.css";
import "./lib/controls.css";
import "./prune_curves.css";
import { openFigures } from "./lib/curves_bqplot.js";
import { createCurvesView } from "./lib/curves_view.js";
import { onTraits, traitsOf, viewWidget, writeTraits } from "./lib/mount_view.js";

const DISPLAY = /** @type {const} */ (["benchmarks", "delta", "value", "hidden", "height"]);
const DATA = /** @type {const} */ (["excess", "lines"]);

export default viewWidget("gw-curves", (root, model, hubs, signal) => {
  const view = createCurvesView(root, {
    ...hubs,
    figures: openFigures(model),
    display: traitsOf(model, DISPLAY, signal),
    data: traitsOf(model, DATA, signal),
    change: (update) => writeTraits(model, update),
    signal,
  });
  onTraits(model, [...DISPLAY, ...DATA], view.changed, signal);
});

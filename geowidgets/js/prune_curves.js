import "./lib/theme.css";
import "./lib/controls.css";
import "./lib/figure.css";
import "./prune_curves.css";
import { figureNames, managerOf, openFigures } from "./lib/curves_bqplot.js";
import { svgFigures } from "./lib/curves_svg.js";
import { createCurvesView } from "./lib/curves_view.js";
import { onTraits, traitsOf, viewWidget, writeTraits } from "./lib/mount_view.js";

const DISPLAY = /** @type {const} */ (["benchmarks", "delta", "value", "hidden", "height"]);
const DATA = /** @type {const} */ (["excess", "lines"]);

export default viewWidget("gw-curves", (root, model, hubs, signal) => {
  // A picture is drawn out of sight, where bqplot measures nothing.
  const manager = root.closest("[data-gw-sharpness]") ? null : managerOf(model);
  const view = createCurvesView(root, {
    ...hubs,
    figures: manager ? openFigures(model, manager) : svgFigures(figureNames(model)),
    display: traitsOf(model, DISPLAY, signal),
    data: traitsOf(model, DATA, signal),
    change: (update) => writeTraits(model, update),
    signal,
  });
  onTraits(model, [...DISPLAY, ...DATA], view.changed, signal);
  return view;
});

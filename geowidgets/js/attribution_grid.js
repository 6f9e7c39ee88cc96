import "./lib/theme.css";
import "./lib/controls.css";
import "./attribution_grid.css";
import { createGridView } from "./lib/grid_view.js";
import { onTraits, traitsOf, viewWidget, writeTraits } from "./lib/mount_view.js";

const DISPLAY = /** @type {const} */ ([
  "models",
  "window",
  "stride",
  "fill",
  "margin",
  "contrast",
  "opacity",
]);

export default viewWidget("gw-grid", (root, model, hubs, signal) => {
  const view = createGridView(root, {
    ...hubs,
    model,
    display: traitsOf(model, DISPLAY, signal),
    change: (update) => writeTraits(model, update),
    signal,
  });
  onTraits(model, DISPLAY, view.displayChanged, signal);
  return view;
});

import "./lib/theme.css";
import "./lib/controls.css";
import "./local_geometry.css";
import { createLocalView } from "./lib/local_view.js";
import { onTraits, traitsOf, viewWidget, writeTraits } from "./lib/mount_view.js";
import { warmUp } from "./lib/raster.js";

const DISPLAY = /** @type {const} */ ([
  "mode",
  "axes",
  "order",
  "pin",
  "compared",
  "panels",
  "sort",
  "descending",
  "height",
  "held",
  "matrix",
  "delta",
  "reactions",
]);

warmUp(); // before there is a view or data, which nobody then waits for

export default viewWidget("gw-local", (root, model, hubs, signal) => {
  const view = createLocalView(root, {
    ...hubs,
    viewId: model.get("view_id"),
    display: traitsOf(model, DISPLAY, signal),
    change: (update) => writeTraits(model, update),
    signal,
  });
  onTraits(model, DISPLAY, view.displayChanged, signal);
  return view;
});

import "./lib/theme.css";
import "./lib/controls.css";
import "./parallel_coordinates.css";
import { onTraits, traitsOf, viewWidget, writeTraits } from "./lib/mount_view.js";
import { warmUp } from "./lib/parallel_lines.js";
import { createParallelView } from "./lib/parallel_view.js";

const DISPLAY = /** @type {const} */ ([
  "axes",
  "pin",
  "compared",
  "lines",
  "order",
  "sequence",
  "hidden",
  "inverted",
  "lock",
  "confident",
  "within",
  "height",
  "kept",
]);
let pictures = 0;

warmUp(); // before there is a view or data, which nobody then waits for

export default viewWidget("gw-parallel", (root, model, hubs, signal) => {
  const viewId = model.get("view_id");
  const view = createParallelView(root, {
    ...hubs,
    viewId,
    owner: `${viewId}/${pictures++}`,
    display: traitsOf(model, DISPLAY, signal),
    change: (update) => writeTraits(model, update),
    signal,
  });
  onTraits(model, DISPLAY, view.displayChanged, signal);
  return view;
});

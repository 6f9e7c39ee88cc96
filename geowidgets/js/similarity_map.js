import "./lib/theme.css";
import "./lib/controls.css";
import "./similarity_map.css";
import { openChannel } from "./lib/map_channel.js";
import { createMapView } from "./lib/map_view.js";
import { onTraits, traitsOf, viewWidget, writeTraits } from "./lib/mount_view.js";

const DISPLAY = /** @type {const} */ ([
  "color",
  "shape",
  "ratio",
  "hidden",
  "trees",
  "space",
  "gesture",
  "height",
]);
const DATA = /** @type {const} */ (["arrays", "info", "phase"]);

export default viewWidget("gw-map", (root, model, hubs, signal) => {
  const view = createMapView(root, {
    ...hubs,
    display: traitsOf(model, DISPLAY, signal),
    data: traitsOf(model, DATA, signal),
    change: (update) => writeTraits(model, update),
    channel: openChannel(model, signal),
    signal,
  });
  onTraits(model, DISPLAY, view.displayChanged, signal);
  onTraits(model, ["arrays", "info"], view.dataChanged, signal);
  onTraits(model, ["phase"], view.phaseChanged, signal);
  return view;
});

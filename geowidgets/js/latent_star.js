import "./lib/theme.css";
import "./lib/controls.css";
import "./latent_star.css";
import { chartWidget, onTraits, traitsOf, writeTraits } from "./lib/mount_view.js";
import { ownChoice, sharedChoice } from "./lib/star_choice.js";
import { createStarView } from "./lib/star_view.js";

const SHOWN = /** @type {const} */ (["regions", "gesture", "height"]);
const DATA = /** @type {const} */ (["arrays", "titles", "extents", "classes"]);

export default chartWidget("gw-star", async (root, model, signal, host) => {
  const reference = model.get("selection");
  const hub = reference
    ? /** @type {import("./lib/selection_hub.js").SelectionHub} */ (
        (await host.getWidget(reference)).exports
      )
    : null;
  if (signal.aborted) return undefined;
  const n = () => /** @type {number} */ (model.get("arrays").labels.shape[0]);
  const view = createStarView(root, {
    shown: traitsOf(model, SHOWN, signal),
    data: traitsOf(model, DATA, signal),
    change: (update) => writeTraits(model, update),
    choice: hub
      ? sharedChoice(hub, { view: model.get("view_id"), set: model.get("set"), n, signal })
      : ownChoice(model, n, signal),
    signal,
  });
  onTraits(model, SHOWN, view.changed, signal);
  onTraits(model, DATA, view.dataChanged, signal);
  return view;
});

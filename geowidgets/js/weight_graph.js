import "./lib/theme.css";
import "./lib/controls.css";
import "./weight_graph.css";
import { createGraphView } from "./lib/graph_view.js";
import { chartWidget, onTraits, traitsOf, writeTraits } from "./lib/mount_view.js";

const DISPLAY = /** @type {const} */ ([
  "epoch",
  "inner_product",
  "kernel",
  "sigma",
  "kind",
  "color",
  "playing",
  "speed",
  "units",
  "height",
]);
const FACTS = /** @type {const} */ (["layers", "epochs", "kinds", "sigmas", "arrays", "phase"]);
const TOLD = 250; // milliseconds between messages to the kernel while something moves

export default chartWidget("gw-weights", (root, model, signal) => {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let later;
  const view = createGraphView(root, {
    model,
    display: traitsOf(model, [...DISPLAY, "forces"], signal),
    facts: traitsOf(model, FACTS, signal),
    change(update, transient = false) {
      if (!transient) {
        clearTimeout(later);
        later = undefined;
        writeTraits(model, update);
        return;
      }
      // At once in the page; the kernel hears of it when it can.
      for (const [name, value] of Object.entries(update)) model.set(name, value);
      later ??= setTimeout(() => {
        later = undefined;
        writeTraits(model, {});
      }, TOLD);
    },
    signal,
  });
  signal.addEventListener("abort", () => clearTimeout(later));
  onTraits(model, DISPLAY, view.displayChanged, signal);
  onTraits(model, ["forces"], view.forcesChanged, signal);
  onTraits(model, FACTS, view.factsChanged, signal);
  return view;
});

import "./lib/theme.css";
import "./lib/controls.css";
import "./local_geometry.css";
import { createLocalView } from "./lib/local_view.js";
import { openHubs } from "./lib/open_hubs.js";

const DISPLAY = /** @type {const} */ ([
  "mode",
  "axes",
  "order",
  "pin",
  "panels",
  "sort",
  "descending",
  "height",
  "held",
  "matrix",
  "delta",
  "reactions",
]);

export default {
  /** @param {import("@anywidget/types").RenderProps} props */
  async render({ model, el, host, signal }) {
    const root = document.createElement("div");
    root.className = "gw-root gw-local";
    root.dataset.lmSuppressShortcuts = "true";
    root.dataset.jpSuppressContextMenu = "true";
    // JupyterLab would take Shift for a selection of cells, which then run together.
    root.addEventListener("mousedown", (event) => event.shiftKey && event.stopPropagation());
    el.append(root);
    signal.addEventListener("abort", () => root.remove());
    try {
      const hubs = await openHubs(model, host);
      if (signal.aborted) return;
      show(root, model, hubs, signal);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      root.replaceChildren(Object.assign(document.createElement("div"), { className: "gw-error" }));
      root.firstElementChild?.append(`This view cannot be shown: ${words}`);
    }
  },
};

/** @param {HTMLElement} root @param {import("@anywidget/types").AnyModel} model
 * @param {Awaited<ReturnType<typeof openHubs>>} hubs @param {AbortSignal} signal */
function show(root, model, hubs, signal) {
  const view = createLocalView(root, {
    ...hubs,
    viewId: model.get("view_id"),
    display: () =>
      /** @type {any} */ (Object.fromEntries(DISPLAY.map((name) => [name, model.get(name)]))),
    change(update) {
      for (const [name, value] of Object.entries(update)) model.set(name, value);
      try {
        model.save_changes();
      } catch (error) {
        console.debug("geowidgets: no kernel to write to", error);
      }
    },
    signal,
  });
  const events = DISPLAY.map((name) => `change:${name}`);
  for (const event of events) model.on(event, view.displayChanged);
  signal.addEventListener("abort", () => {
    for (const event of events) model.off(event, view.displayChanged);
  });
}

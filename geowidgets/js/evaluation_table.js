import "./lib/theme.css";
import "./lib/controls.css";
import "./evaluation_table.css";
import { html } from "./lib/elements.js";
import { openHubs } from "./lib/open_hubs.js";
import { createTableView } from "./lib/table_view.js";

const DISPLAY = /** @type {const} */ ({
  mode: "mode",
  order: "order",
  severity: "severity",
  sortBy: "sort_by",
  descending: "descending",
});

export default {
  /** @param {import("@anywidget/types").RenderProps} props */
  async render({ model, el, host, signal }) {
    const root = document.createElement("div");
    root.className = "gw-root gw-table";
    root.dataset.lmSuppressShortcuts = "true";
    root.dataset.jpSuppressContextMenu = "true";
    el.append(root);
    signal.addEventListener("abort", () => root.remove());
    try {
      const hubs = await openHubs(model, host);
      if (!signal.aborted) show(root, model, hubs, signal);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      root.replaceChildren(
        html("div", { class: "gw-error" }, `This view cannot be shown: ${words}`),
      );
    }
  },
};

/** @param {HTMLElement} root @param {import("@anywidget/types").AnyModel} model
 * @param {Awaited<ReturnType<typeof openHubs>>} hubs @param {AbortSignal} signal */
function show(root, model, hubs, signal) {
  const view = createTableView(root, {
    ...hubs,
    display: () => ({
      mode: model.get("mode"),
      order: model.get("order"),
      severity: model.get("severity"),
      sortBy: model.get("sort_by"),
      descending: model.get("descending"),
    }),
    change(display) {
      for (const [name, value] of Object.entries(display)) {
        model.set(DISPLAY[/** @type {keyof typeof DISPLAY} */ (name)], value);
      }
      try {
        model.save_changes();
      } catch (error) {
        console.debug("geowidgets: no kernel to write to", error);
      }
    },
    height: () => model.get("height"),
    signal,
  });
  const events = [...Object.values(DISPLAY), "height"].map((name) => `change:${name}`);
  for (const event of events) model.on(event, view.redraw);
  signal.addEventListener("abort", () => {
    for (const event of events) model.off(event, view.redraw);
  });
}

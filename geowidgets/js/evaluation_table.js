import "./lib/theme.css";
import "./evaluation_table.css";
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
    const [columns, selection] = await Promise.all([
      host.getWidget(model.get("columns")),
      host.getWidget(model.get("selection")),
    ]);
    const view = createTableView(root, {
      columns: /** @type {import("./lib/columns_hub.js").ColumnsHub} */ (columns.exports),
      selection: /** @type {import("./lib/selection_hub.js").SelectionHub} */ (selection.exports),
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
    for (const name of [...Object.values(DISPLAY), "height"]) {
      model.on(`change:${name}`, () => view.redraw());
    }
    return () => root.remove();
  },
};

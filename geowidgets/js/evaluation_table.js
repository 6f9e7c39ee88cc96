import "./lib/theme.css";
import "./lib/controls.css";
import "./evaluation_table.css";
import { onTraits, traitsOf, viewWidget, writeTraits } from "./lib/mount_view.js";
import { createTableView } from "./lib/table_view.js";

const DISPLAY = /** @type {const} */ ([
  "mode",
  "metric",
  "table",
  "order",
  "severity",
  "sort_by",
  "descending",
  "sort_selected",
  "potential",
  "delta",
  "baseline",
  "expanded",
]);

export default viewWidget("gw-table", (root, model, hubs, signal) => {
  const traits = traitsOf(model, DISPLAY, signal);
  const view = createTableView(root, {
    ...hubs,
    display: () => {
      const { sort_by, sort_selected, ...display } = traits();
      return { ...display, sortBy: sort_by, sortSelected: Boolean(sort_selected) };
    },
    change({ sortBy, sortSelected, ...display }) {
      writeTraits(model, {
        ...display,
        ...(sortBy === undefined ? {} : { sort_by: sortBy }),
        ...(sortSelected === undefined ? {} : { sort_selected: sortSelected }),
      });
    },
    height: () => model.get("height"),
    ask: (models) => model.send({ type: "ensemble", models }),
    signal,
  });
  onTraits(model, [...DISPLAY, "height"], view.redraw, signal);
  return view;
});

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
      const { sort_by, ...display } = traits();
      return { ...display, sortBy: sort_by };
    },
    change({ sortBy, ...display }) {
      writeTraits(model, sortBy === undefined ? display : { ...display, sort_by: sortBy });
    },
    height: () => model.get("height"),
    ask: (models) => model.send({ type: "ensemble", models }),
    signal,
  });
  onTraits(model, [...DISPLAY, "height"], view.redraw, signal);
  return view;
});

// What the table's menu saves: numbers as text, the whole table as a picture.

import { offer, svgBlob } from "./picture.js";
import { csv } from "./table_csv.js";
import { tableCanvas, tableSvg } from "./table_export.js";

/**
 * @param {{ directory: () => import("./columns_hub.js").Directory,
 *   layout: () => import("./table_layout.js").Layout,
 *   cells: () => import("./table_layout.js").Cells,
 *   measure: () => import("./table_measures.js").Measure,
 *   paint: import("./table_export.js").PaintLine,
 *   look: () => import("./table_export.js").Look }} present what holds when something is saved
 * @returns {import("./table_toolbar.js").Item[]}
 */
export function menuItems({ directory, layout, cells, measure, paint, look }) {
  const records = () => csv(directory(), cells().each(layout().columns), measure());
  return [
    { label: "Copy CSV", run: () => navigator.clipboard.writeText(records()) },
    {
      label: "CSV file",
      run: () => offer(new Blob([records()], { type: "text/csv" }), "evaluation.csv"),
    },
    {
      label: "PNG",
      run: () => {
        const canvas = tableCanvas(layout(), paint, look());
        canvas.toBlob((blob) => blob && offer(blob, "evaluation.png"));
      },
    },
    {
      label: "SVG",
      run: () => offer(svgBlob(tableSvg(layout(), paint, look())), "evaluation.svg"),
    },
  ];
}

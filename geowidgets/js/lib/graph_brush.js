// A drag over one of the charts beside the graph selects the units in it.
import { listenForBrush } from "./brush.js";
import { brushBox } from "./graph_chart.js";

/** @param {ReturnType<typeof import("./graph_chart.js").createChart>} chart
 * @param {{wide: boolean, inside: (path: [number, number][]) => number[],
 *   nearest?: (x: number, y: number) => number}} how `wide`: a box takes the whole height;
 *   `nearest`: the unit at a place, or −1, where single ones can be pointed at
 * @param {import("./graph_panels.js").Actions} on @param {AbortSignal} signal */
export function listenForUnits(chart, { wide, inside, nearest }, on, signal) {
  listenForBrush(
    chart.over,
    {
      start: on.begin,
      move({ path, op }) {
        chart.top.replaceChildren(...brushBox(path, chart.room(), wide));
        on.pick(inside(path), op, true);
      },
      end({ path, op }) {
        chart.top.replaceChildren();
        on.pick(inside(path), op, false);
      },
      cancel() {
        chart.top.replaceChildren();
        on.restore();
      },
      click({ x, y }, op) {
        const i = nearest ? nearest(x, y) : -1;
        on.pick(i < 0 ? [] : [i], op, false);
      },
      hover(spot) {
        if (nearest) on.hover(spot ? nearest(spot.x, spot.y) : -1);
      },
    },
    signal,
  );
}

// The charts beside a weight graph.
import { createComponents } from "./graph_components.js";
import { createNorms } from "./graph_norms.js";
import { createScatter } from "./graph_scatter.js";

/** @typedef {{begin: () => void, pick: (inside: number[], op: import("./brush.js").Operation,
 *   transient: boolean) => void, restore: () => void, hover: (i: number) => void,
 *   cut: (limit: number, transient: boolean) => void}} Actions */
/** @typedef {{scene: import("./graph_scene.js").Scene, data: import("./graph_data.js").GraphData,
 *   look: import("./graph_look.js").Look, units: number[]|null, hovered: number, limit: number}}
 *   Now */

const HEADING = 22; // CSS pixels
const GAP = 8;

/** @param {HTMLElement} side @param {Actions} on @param {AbortSignal} signal */
export function createPanels(side, on, signal) {
  const panels = [createScatter(on, signal), createNorms(on, signal), createComponents(on, signal)];
  side.append(...panels.map((panel) => panel.chart.element));
  return {
    charts: panels.map((panel) => panel.chart),
    /** Below each other, or beside each other where the side lies under the graph.
     * @param {number} width @param {number} height @param {boolean} beside */
    resize(width, height, beside) {
      const each = beside ? width : Math.floor((width - 2 * GAP) / 3);
      const high = beside ? Math.floor((height - 2 * GAP) / 3) - HEADING : 190;
      for (const { chart } of panels) chart.resize(each, Math.max(110, high));
    },
    /** @param {Now} now */
    draw(now) {
      for (const panel of panels) panel.draw(now);
    },
    /** The unit under the pointer alone has changed. @param {Now} now */
    hover: (now) => panels[0].draw(now),
  };
}

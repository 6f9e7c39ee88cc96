// What gestures and keys do to the selected units. No DOM.
import { selected } from "./graph_scene.js";

/** @typedef {import("./brush.js").Operation|"toggle"} Operation */

/** @param {{units: () => number[]|null, scene: () => import("./graph_scene.js").Scene|null,
 *   write: (units: number[]|null, transient: boolean) => void}} options `transient` while the
 *   pointer moves */
export function createGraphChoice({ units, scene, write }) {
  /** The selection when a drag began: what it adds to, and what Escape brings back.
   * @type {{units: number[]|null}|null} */
  let before = null;

  return {
    /** @param {number[]} inside @param {Operation} op @param {boolean} transient */
    pick(inside, op, transient) {
      before ??= { units: units() };
      const taken = op === "toggle" && inside.every((i) => before?.units?.includes(i));
      const plain = op === "toggle" ? (taken ? "subtract" : "add") : op;
      const after = selected(before.units, inside, plain);
      if (!transient) before = null;
      write(after, transient);
    },
    /** Take a drag back that was not finished. */
    restore() {
      if (before) write(before.units, false);
      before = null;
    },
    /** All units that hang together with one. @param {number} i */
    component(i) {
      const labels = scene()?.labels;
      if (!labels || labels[i] < 0) return;
      write(
        Array.from(labels.keys()).filter((j) => labels[j] === labels[i]),
        false,
      );
    },
    clear() {
      if (units() !== null) write(null, false);
    },
  };
}

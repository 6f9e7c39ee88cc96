// The unit that the keys have walked to, and what is said of it.

import { spoken, unitFacts } from "./graph_words.js";

/** @param {{scene: () => import("./graph_scene.js").Scene|null,
 *   data: () => import("./graph_data.js").GraphData|null,
 *   display: () => {inner_product: number, units: number[]|null},
 *   moved: (i: number) => void, say: (words: string) => void}} options `moved`: to that unit */
export function createCursor({ scene, data, display, moved, say }) {
  let at = -1;

  function tell() {
    const [now, known] = [scene(), data()];
    if (!now || !known || at < 0) return;
    const { inner_product: limit, units } = display();
    say(spoken(unitFacts(at, now, known, limit), units?.includes(at) ?? false));
  }

  return {
    /** -1 before the first step. */
    at: () => at,
    /** From unit to unit by norm, the longest first. @param {number} by */
    walk(by) {
      const now = scene();
      if (!now) return;
      const { norms, visible } = now;
      const order = Array.from(visible.keys())
        .filter((i) => visible[i])
        .sort((p, q) => norms[q] - norms[p] || p - q);
      const place = order.indexOf(at);
      at = order[place < 0 ? 0 : Math.min(order.length - 1, Math.max(0, place + by))] ?? -1;
      moved(at);
      tell();
    },
    /** @param {(i: number) => void} act on the unit */
    choose(act) {
      if (at < 0) return;
      act(at);
      tell();
    },
  };
}

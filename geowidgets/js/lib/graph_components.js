// Connected components and the largest one's norm against the cut-off; drag to move the cut-off.
import { svg } from "./elements.js";
import { createChart } from "./graph_chart.js";
import { inverse } from "./scales.js";

/** @typedef {import("./graph_panels.js").Now} Now */

/** @param {{cut: (limit: number, transient: boolean) => void, begin: () => void}} on
 * @param {AbortSignal} signal */
export function createComponents(on, signal) {
  const chart = createChart({
    title: "",
    label: "Connected components and the largest one's norm against the cut-off.",
    second: true,
  });
  chart.heading.append("Components by cut-off");
  /** @type {[number, number]} */
  let domain = [0, 1];
  let held = -1;

  /** @param {PointerEvent} event @param {boolean} transient */
  function cut(event, transient) {
    const box = chart.over.getBoundingClientRect();
    const value = inverse(domain, [chart.room().left, chart.room().right]);
    const limit = value(event.clientX - box.left);
    on.cut(Math.min(1, Math.max(-1, Math.round(limit * 1000) / 1000)), transient);
  }

  chart.over.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      on.begin();
      held = event.pointerId;
      chart.over.setPointerCapture(held);
      cut(event, true);
    },
    { signal },
  );
  chart.over.addEventListener("pointermove", (e) => e.pointerId === held && cut(e, true), {
    signal,
  });
  chart.over.addEventListener(
    "pointerup",
    (event) => {
      if (event.pointerId !== held) return;
      held = -1;
      cut(event, false);
    },
    { signal },
  );
  chart.over.addEventListener(
    "pointercancel",
    () => {
      held = -1;
    },
    { signal },
  );

  return {
    chart,
    /** @param {Now} now */
    draw({ scene, limit }) {
      const { curve } = scene;
      const weakest = curve.cosines[curve.cosines.length - 1];
      const least = Math.min(limit, weakest > 1 ? 0 : weakest, 0);
      domain = [Math.max(-1, Math.floor(least * 10) / 10), 1];
      const most = Math.max(1, curve.components[0]);
      const longest = curve.norm.reduce((a, b) => Math.max(a, b), 0) || 1;
      chart.axes({
        x: domain,
        y: [0, most],
        right: [0, longest],
        xTitle: "inner product at the cut-off",
        yTitle: "components",
        rightTitle: "norm of the largest",
      });
      const x = chart.x(domain);
      const at = Math.max(domain[0], Math.min(1, limit));
      chart.marks.replaceChildren(
        svg("path", {
          class: "gw-weights-norm",
          d: steps(curve.cosines, curve.norm, x, chart.y([0, longest]), domain),
        }),
        svg("path", {
          class: "gw-weights-count",
          d: steps(curve.cosines, curve.components, x, chart.y([0, most]), domain),
        }),
        svg("line", {
          class: "gw-weights-cut",
          x1: x(at),
          x2: x(at),
          y1: chart.room().top,
          y2: chart.room().bottom,
        }),
      );
    },
  };
}

/** A curve that steps where an edge joins, from the right to the left. @param {Float64Array} cosines
 * @param {ArrayLike<number>} values @param {(v: number) => number} x
 * @param {(v: number) => number} y @param {[number, number]} domain */
function steps(cosines, values, x, y, [low, high]) {
  let path = `M${x(high).toFixed(1)} ${y(values[0]).toFixed(1)}`;
  for (let k = 1; k < cosines.length && cosines[k] >= low; k++) {
    path += `H${x(Math.min(high, cosines[k])).toFixed(1)}V${y(values[k]).toFixed(1)}`;
  }
  return `${path}H${x(low).toFixed(1)}`;
}

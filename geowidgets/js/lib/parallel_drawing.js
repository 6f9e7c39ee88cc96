// The picture: two pairs' lines on canvases, the axes above them.
import * as bits from "./bits.js";
import { createFrame } from "./parallel_frame.js";
import { createLayer } from "./parallel_layer.js";
import { layoutAxes } from "./parallel_layout.js";
import { heights } from "./parallel_marks.js";
import { linePath, nearestLine } from "./parallel_nearest.js";
import { rangeOf } from "./parallel_ranges.js";
import { createRuler } from "./text_ruler.js";
import { readColors } from "./theme.js";

/** @typedef {import("./parallel_axes.js").Axis} Axis */
/** @typedef {import("./parallel_data.js").PairData} PairData */
/** @typedef {import("./parallel_frame.js").OneAxis} OneAxis */
/** @typedef {[number, number]} Range */
/** @typedef {{data: PairData, population: Uint32Array}} Drawn */
/** @typedef {{width: number, height: number|null, axes: Axis[], domains: Range[],
 *   inverted: boolean[], reference: Drawn, compared: Drawn|null, lines: string}} Picture */

const REACH = 6; // CSS pixels around a line within which it is pointed at
const NAME_FONT = "600 12px"; // of .gw-parallel-name
const DIM = "gw-parallel-dimmed";

/** @param {HTMLElement} root @param {ReturnType<typeof import("./parallel_parts.js").createParts>}
 *   parts */
export function createDrawing(root, parts) {
  const ruler = createRuler(root, NAME_FONT);
  const frame = createFrame(parts.over, ruler);
  const reference = createLayer(DIM);
  const compared = createLayer(DIM);
  /** @type {Picture|null} */
  let picture = null;
  /** @type {import("./parallel_nearest.js").Span[]} */
  let spans = [];

  /** The layer whose lines lie on top. */
  const top = () => (picture?.lines === "compared" ? compared : reference);

  /** @param {Picture} next */
  function draw(next) {
    picture = next;
    ruler.reset();
    const { axes, domains, inverted, lines, width, height } = next;
    const layout = layoutAxes({ width, height, axes, measure: ruler.measure });
    const scene = { axes, layout, domains, inverted };
    const names = /** @type {const} */ (["reference", "compared", "accent", "orange"]);
    const colors = readColors(root, names);
    const other = next.compared;
    parts.stage.style.height = `${layout.height}px`;
    frame.place(scene);
    spans = spansOf(frame.axes());
    const { data, population } = next.reference;
    reference.draw(scene, data, population, { all: colors.reference, selected: colors.accent });
    if (other) {
      const pale = { all: colors.compared, selected: colors.orange };
      compared.draw(scene, other.data, other.population, pale);
    }
    reference.show(lines !== "compared");
    compared.show(other !== null && lines !== "reference");
    drawSpreads();
  }

  /** Show the selected samples. @param {Uint32Array|null} mask @param {boolean} both whether the
   * mask speaks of the compared pair's samples too */
  function select(mask, both) {
    if (!picture) return;
    const { lines } = picture;
    const other = picture.compared !== null && (both || lines === "compared");
    if (lines !== "compared") reference.select(mask);
    if (lines !== "reference") compared.select(other ? mask : null);
    reference.show(lines !== "compared");
    compared.show(picture.compared !== null && lines !== "reference");
    const counts = mask && bits.count(mask) ? top().counts()?.some.counts : null;
    frame.showSelected(counts ?? null);
  }

  function drawSpreads() {
    const all = reference.counts()?.all.counts;
    const other = picture?.compared ? compared.counts()?.all.counts : null;
    frame.parts().forEach(({ marks }, k) => {
      marks.drawSpreads([all?.[k] ?? null, other?.[k] ?? null]);
    });
  }

  /** The sample under the pointer, which is shown, or −1.
   * @param {Range|null} point @param {Uint32Array|null} samples a mask */
  function hover(point, samples) {
    const placed = top().placed();
    if (!point || !samples || !placed) {
      frame.showHovered("");
      return -1;
    }
    const { rows, ratio } = placed;
    const start = frame.axes()[0]?.top ?? 0;
    const row = (point[1] - start) * ratio - 0.5;
    const among = bits.toIndices(samples);
    const i = nearestLine(spans, rows, among, point[0], row, REACH * ratio);
    frame.showHovered(pathOf(i));
    return i;
  }

  /** @param {number} i sample, or −1 */
  function pathOf(i) {
    const placed = top().placed();
    const first = frame.axes()[0];
    if (i < 0 || !placed || !first || i >= placed.n) return "";
    return linePath(spans, placed.rows, i, first.top, placed.ratio);
  }

  return {
    // What is selected lies above everything, the reference above the compared pair.
    elements: [0, 1].flatMap((k) => [compared.elements[k], reference.elements[k]]),
    frame,
    draw,
    select,
    hover,
    /** @param {Record<string, Range>} ranges @param {boolean} ghost */
    ranges(ranges, ghost) {
      frame.axes().forEach(({ axis, inverted, ...rest }, k) => {
        const { group, marks } = frame.parts()[k];
        const range = ranges[axis.id];
        marks.drawRange(range, ghost);
        const words = frame.spoken({ axis, inverted, ...rest }, k, range);
        if (group.getAttribute("aria-label") !== words) group.setAttribute("aria-label", words);
      });
      frame.makeWay();
    },
    /** @param {number} i sample, or −1 */
    focus: (i) => frame.showFocused(pathOf(i)),
    /** The range that a drag makes on an axis. @param {OneAxis} one @param {string} part
     * @param {Range|undefined} before @param {number} from @param {number} to heights
     * @returns {Range} */
    dragged(one, part, before, from, to) {
      const { toValue } = heights(one);
      const within = (/** @type {number} */ y) => Math.min(one.bottom, Math.max(one.top, y));
      const [a, b] = [toValue(within(from)), toValue(within(to))];
      if (!before || part === "area") return rangeOf(a, b);
      if (part === "low") return rangeOf(b, before[1]);
      if (part === "high") return rangeOf(before[0], b);
      const shift = toValue(to) - toValue(from);
      const [low, high] = one.domain;
      const most = Math.min(shift, Math.max(0, high - before[1]));
      const by = shift > 0 ? most : Math.max(shift, Math.min(0, low - before[0]));
      return rangeOf(before[0] + by, before[1] + by);
    },
    /** Where a dragged axis would go: beside which one, on which side.
     * @param {string} id @param {number} x */
    slotAt(id, x) {
      const axes = frame.axes();
      const from = axes.findIndex((one) => one.axis.id === id);
      const kind = axes[from]?.axis.kind;
      const others = axes.filter(({ axis }) => axis.kind === kind && axis.id !== id);
      const middle = (/** @type {OneAxis} */ one) => one.place.x + one.place.band / 2;
      const next = others.find((one) => middle(one) > x);
      const goal = next ?? others.at(-1);
      if (!goal) return null;
      const before = axes[from - 1]?.axis.kind === kind ? axes[from - 1].axis.id : "";
      const stays = next ? others[others.indexOf(next) - 1]?.axis.id === before : false;
      if (next && stays && (before || from === axes.indexOf(next) - 1)) return null;
      const at = next ? goal.place.x - goal.place.step / 4 : goal.place.x + goal.place.band + 10;
      return { id: goal.axis.id, behind: !next, x: at };
    },
  };
}

/** Where lines run between the axes, CSS pixels. @param {OneAxis[]} axes */
function spansOf(axes) {
  return axes.slice(1).flatMap((one, k) => {
    const before = axes[k];
    if (before.axis.kind !== one.axis.kind) return [];
    return [{ x0: before.place.x, x1: one.place.x, left: k, right: k + 1 }];
  });
}

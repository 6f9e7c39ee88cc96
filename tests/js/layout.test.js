import assert from "node:assert/strict";
import test from "node:test";
import * as bits from "../../geowidgets/js/lib/bits.js";
import { labelWidth, panelTicks } from "../../geowidgets/js/lib/local_axes.js";
import { countBeyond, orderClasses, placePanels } from "../../geowidgets/js/lib/local_panels.js";
import { chooseColumns, layoutPanels } from "../../geowidgets/js/lib/panel_layout.js";
import {
  extent,
  fittingTicks,
  inverse,
  linear,
  roomy,
  union,
} from "../../geowidgets/js/lib/scales.js";
import { groupByClass } from "../../geowidgets/js/lib/scatter_data.js";
import { metricValue, share } from "../../geowidgets/js/lib/words.js";

for (const n of [1, 2, 5, 7, 10, 20]) {
  for (const width of [300, 540, 800, 1600]) {
    for (const shared of [true, false]) {
      test(`${n} panels in ${width} px, ${shared ? "shared" : "own"} axes: equal, apart, inside`, () => {
        const layout = layoutPanels({ n, width, shared, labels: 24 });
        assert.equal(layout.panels.length, n);
        const [first] = layout.panels;
        layout.panels.forEach((a, k) => {
          assert.equal(a.width, first.width);
          assert.equal(a.height, first.height);
          assert.ok(
            a.left >= 18 && a.left + a.width <= Math.max(width, 160),
            `${a.left + a.width}`,
          );
          assert.ok(a.top + a.height + 20 <= layout.height);
          for (const b of layout.panels.slice(k + 1)) {
            const across = a.left + a.width <= b.left || b.left + b.width <= a.left;
            const down = a.top + a.height + 20 <= b.top || b.top + b.height + 20 <= a.top;
            assert.ok(across || down, `panels overlap: ${JSON.stringify([a, b])}`);
          }
        });
      });
    }
  }
}

test("shared axes: labels at the left of each row and under each column's last panel", () => {
  const { panels, columns } = layoutPanels({ n: 7, width: 800, shared: true, labels: 20 });
  assert.ok(columns > 1 && 7 % columns !== 0, "the case must have a row that is not full");
  panels.forEach((panel, k) => {
    assert.equal(panel.outerLeft, k % columns === 0);
    assert.equal(panel.outerBottom, k + columns >= 7);
  });
});

test("ten classes stand five by five on a wide page", () => {
  assert.equal(chooseColumns(10, 1100, 14), 5);
  assert.equal(chooseColumns(10, 860, 14), 5);
  assert.equal(chooseColumns(1, 1100, 14), 1);
});

test("a given height is kept", () => {
  const layout = layoutPanels({ n: 10, width: 1100, height: 500, shared: true, labels: 20 });
  assert.ok(Math.abs(layout.height - 500) <= layout.rows);
});

const domains = [
  [0, 60],
  [0, 1],
  [-0.004, 0.003],
  [12_345, 1_234_567],
  [-180, 180],
  [5, 5.0001],
  [0, 1e-7],
];
for (const domain of domains) {
  for (const length of [60, 108, 200, 600]) {
    test(`ticks of ${domain} on ${length} px: labels apart, inside, true`, () => {
      const ticks = fittingTicks(domain, [0, length], labelWidth);
      for (const { value, at } of ticks) {
        assert.ok(value >= domain[0] - 1e-9 && value <= domain[1] + 1e-9);
        assert.ok(at >= -1e-6 && at <= length + 1e-6);
      }
      for (let k = 1; k < ticks.length; k++) {
        const room = ticks[k].at - ticks[k - 1].at;
        assert.ok(room >= (labelWidth(ticks[k].label) + labelWidth(ticks[k - 1].label)) / 2 + 10);
        assert.notEqual(ticks[k].label, ticks[k - 1].label);
      }
    });
  }
}

test("y labels are apart on a low plot", () => {
  const place = { width: 120, height: 84 };
  const { y } = panelTicks({ x: [0, 60], y: [5, 30], place });
  for (let k = 1; k < y.length; k++) assert.ok(Math.abs(y[k].at - y[k - 1].at) >= 25);
  assert.ok(y.length >= 2);
});

test("domains: around all, never of width 0, never below 0 for what cannot be", () => {
  assert.deepEqual(extent([3, Number.NaN, -1, 2], [0, 1, 3]), [2, 3]);
  assert.equal(extent([Number.NaN], [0]), null);
  assert.deepEqual(union([1, 2], null), [1, 2]);
  assert.deepEqual(union([1, 2], [0, 1.5]), [0, 2]);
  assert.deepEqual(roomy(null), [0, 1]);
  const [low, high] = roomy([7, 7]);
  assert.ok(low < 7 && high > 7);
  assert.equal(roomy([0.1, 80])[0], 0);
  const [a, b] = roomy([0, 0]);
  assert.ok(a < b);
});

test("inverse undoes linear", () => {
  const there = linear([10, 60], [200, 20]);
  const back = inverse([10, 60], [200, 20]);
  assert.equal(there(10), 200);
  assert.ok(Math.abs(back(there(33.3)) - 33.3) < 1e-9);
});

const data = groupByClass({
  labels: Int16Array.of(0, 0, 1, 1, 2),
  prediction: Int16Array.of(0, 1, 1, 1, 0),
  x: Float32Array.of(1, 2, 3, 4, 5),
  y: Float32Array.of(1, 2, 3, 4, 50),
  classes: 4,
});
const names = ["cat", "dog", "Catfish", "none"];

test("order: worst first, classes without samples last; the filter knows no case", () => {
  const options = { data, names, chosen: null, order: "class", filter: "" };
  assert.deepEqual(orderClasses(options), [0, 1, 2, 3]);
  assert.deepEqual(orderClasses({ ...options, order: "worst" }), [2, 0, 1, 3]);
  assert.deepEqual(orderClasses({ ...options, filter: " CAT" }), [0, 2]);
  const other = { ...data, correct: bits.fromIndices([0, 2, 4], 5) }; // 3 became wrong, 4 right
  assert.deepEqual(orderClasses({ ...options, other, order: "reacting" }), [1, 2, 0, 3]);
  assert.deepEqual(orderClasses({ ...options, order: "reacting" }), [0, 1, 2, 3]);
  assert.deepEqual(orderClasses({ ...options, chosen: [3, 0] }), [3, 0]);
  assert.deepEqual(orderClasses({ ...options, filter: "x" }), []);
});

test("axes: shared by all, each its own, or held; what lies beyond held ones is counted", () => {
  const options = { data, classes: [0, 1, 2, 3], held: null, width: 800, height: null };
  const shared = placePanels({ ...options, axes: "shared" }).panels;
  assert.deepEqual(shared[0].x, shared[3].x);
  assert.equal(countBeyond(data, shared), 0);
  const each = placePanels({ ...options, axes: "each" }).panels;
  assert.notDeepEqual(each[0].y, each[2].y);
  assert.equal(countBeyond(data, each), 0);
  const held = { x: [0, 10], y: [0, 10] };
  const kept = placePanels({ ...options, axes: "held", held }).panels;
  assert.deepEqual(kept[2].y, [0, 10]);
  assert.equal(countBeyond(data, kept), 1);
});

test("numbers as words", () => {
  assert.equal(share(0, 0), "–");
  assert.equal(share(1, 3), "33.3 %");
  assert.equal(metricValue("angle", 43.21), "43.2°");
  assert.equal(metricValue("margin", -0.5), "−0.50");
  assert.equal(metricValue("margin", Number.NaN), "no value");
});

// Real distances between points: from the triangle that travelled, else asked of the kernel.
import { spanningTree } from "./map_tree.js";

/** @typedef {import("./map_tree.js").Tree} Tree */
/** @typedef {ReturnType<typeof createDistances>} Distances */

/** Where d(i, j), i < j, stands in the upper triangle of n points, row by row.
 * @param {number} n @param {number} i @param {number} j */
export const triangleIndex = (n, i, j) => i * n - (i * (i + 1)) / 2 + (j - i - 1);

/** @param {{n: number, triangle: ArrayLike<number>|null, layout: {x: Float32Array,
 *   y: Float32Array}, ask: (question: Record<string, any>) => Promise<{content: any,
 *   buffers: DataView[]}>, arrived: () => void, failed: (words: string) => void}} options
 *   `ask` rejects where there is no kernel */
export function createDistances({ n, triangle, layout, ask, arrived, failed }) {
  /** @type {Map<number, Float32Array>} */
  const rows = new Map();
  /** @type {Map<string, Tree>} */
  const trees = new Map();
  /** @type {Map<string, number>} */
  const alike = new Map();
  /** Questions under way or refused: each is asked once. @type {Map<string, string>} */
  const asked = new Map();

  /** @param {number} i @param {number} j */
  const inTriangle = (i, j) => {
    if (i === j) return 0;
    const values = /** @type {ArrayLike<number>} */ (triangle);
    return values[i < j ? triangleIndex(n, i, j) : triangleIndex(n, j, i)];
  };
  /** @param {number} i @param {number} j */
  const inLayout = (i, j) => Math.hypot(layout.x[i] - layout.x[j], layout.y[i] - layout.y[j]);

  /** @param {string} key @param {Record<string, any>} question
   * @param {(answer: {content: any, buffers: DataView[]}) => void} take @param {boolean} silent */
  function askOnce(key, question, take, silent = false) {
    if (asked.has(key)) return;
    asked.set(key, "");
    ask(question).then(
      (answer) => {
        take(answer);
        arrived();
      },
      (error) => {
        asked.set(key, error.message);
        if (silent) arrived();
        else failed(error.message);
      },
    );
  }

  /** @param {DataView} view */
  const bytes = (view) =>
    /** @type {ArrayBuffer} */ (view.buffer).slice(
      view.byteOffset,
      view.byteOffset + view.byteLength,
    );

  return {
    /** Distances from a point to all, or null while they are on their way. @param {number} i */
    row(i) {
      const known = rows.get(i);
      if (known) return known;
      if (triangle) {
        const row = Float32Array.from({ length: n }, (_, j) => inTriangle(i, j));
        if (rows.size > 64) rows.clear();
        rows.set(i, row);
        return row;
      }
      askOnce(`row/${i}`, { type: "row", point: i }, ({ buffers }) => {
        rows.set(i, new Float32Array(bytes(buffers[0])));
      });
      return null;
    },
    /** The spanning tree of some points, or null while it is on its way.
     * @param {number[]} points @param {string} space "distances" or "layout" */
    tree(points, space) {
      const key = `tree/${space}/${points.join()}`;
      const known = trees.get(key);
      if (known) return known;
      if (trees.size > 256) trees.clear();
      if (space === "layout" || triangle) {
        const tree = spanningTree(points, space === "layout" ? inLayout : inTriangle);
        trees.set(key, tree);
        return tree;
      }
      askOnce(key, { type: "tree", points }, ({ buffers: [edges, weights] }) => {
        trees.set(key, {
          edges: new Int32Array(bytes(edges)),
          weights: new Float32Array(bytes(weights)),
        });
      });
      return null;
    },
    /** Linear CKA of two points: a number, null on its way, or why there is none.
     * @param {number} a @param {number} b @returns {number|null|string} */
    cka(a, b) {
      const key = `cka/${Math.min(a, b)}/${Math.max(a, b)}`;
      const known = alike.get(key);
      if (known !== undefined) return known;
      askOnce(
        key,
        { type: "cka", a, b },
        ({ content }) => alike.set(key, content.value ?? Number.NaN),
        true,
      );
      return asked.get(key) || null;
    },
  };
}

// The graph itself: edges as coverage, nodes as discs, and a frame that follows the layout.
import { svg } from "./elements.js";
import { extentOf, fitting, nearer, unsuited } from "./graph_frame.js";
import { createEdgeRaster, edgeColors, lineOpacity } from "./graph_raster.js";
import { project } from "./map_frame.js";
import { css } from "./map_palette.js";
import { readColors } from "./theme.js";

/** @typedef {import("./graph_scene.js").Scene} Scene */
/** @typedef {{scene: Scene, look: import("./graph_look.js").Look, units: number[]|null,
 *   hovered: number, cursor: number, joined: number[]}} Drawn `joined` to the unit under the
 *   pointer */

export const LARGEST = 12; // CSS pixels of the longest unit of all epochs, at full size
const LEAST = 1.6;
const REACH = 7; // CSS pixels between pointer and disc
const SHARP = 4000; // edges up to which every device pixel counts
const EASE = 0.3; // of the way to its norm, a frame
const PALE = 0.2;

/** @param {HTMLElement} root @param {ReturnType<typeof import("./graph_parts.js").createParts>}
 *   parts @param {import("./graph_layout.js").Node[]} nodes @param {number} longest norm */
export function createStage(root, parts, nodes, longest) {
  const n = nodes.length;
  const world = { n, x: new Float32Array(n), y: new Float32Array(n) };
  const at = { x: new Float32Array(n), y: new Float32Array(n) };
  const radius = new Float32Array(n);
  const links = svg("path", { class: "gw-weights-links" });
  const rings = svg("g", {});
  const brush = svg("g", {});
  const area = svg("rect", { class: "gw-weights-area", "data-panel": 0 });
  parts.over.append(links, area, rings, brush);
  let size = { width: 0, height: 0 };
  let ratio = 1;
  let frame = { scale: 1, left: 0, top: 0 };
  let framed = false; // whether the frame has ever been fitted to this stage
  let chasing = false;
  /** @type {{raster: ReturnType<typeof createEdgeRaster>, image: ImageData, pixels: Uint32Array}
   *   |null} */
  let page = null;
  /** @type {Partial<ReturnType<typeof prepared>> & {order: number[], fills: string[],
   *   outline: string}} */
  let known = { order: [], fills: [], outline: "" };
  /** @type {{key: string, colors: Uint32Array}} */
  let palette = { key: "", colors: new Uint32Array(0) };

  /** @param {HTMLCanvasElement} canvas @param {number} scale */
  function fitCanvas(canvas, scale) {
    const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.style.width = `${size.width}px`;
    canvas.style.height = `${size.height}px`;
  }

  /** @param {Uint8Array} visible @param {boolean} once without easing */
  function follow(visible, once) {
    for (let i = 0; i < n; i++) {
      world.x[i] = nodes[i].x;
      world.y[i] = nodes[i].y;
    }
    const extent = extentOf(world.x, world.y, visible);
    const goal = fitting(extent, size);
    if (once) chasing = unsuited(frame, extent, size) || !framed;
    else chasing ||= unsuited(frame, extent, size);
    if (!chasing) return false;
    const next = framed && !once ? nearer(frame, goal) : null;
    chasing = next !== null;
    frame = next ?? goal;
    framed = true;
    return chasing;
  }

  /** Radii on their way to the norms. @param {ArrayLike<number>} norms @param {boolean} once */
  function grow(norms, once) {
    let moving = false;
    for (let i = 0; i < n; i++) {
      const goal = (LARGEST * norms[i]) / (longest || 1);
      const step = (goal - radius[i]) * (once ? 1 : EASE);
      radius[i] += step;
      moving ||= Math.abs(step) > 0.02;
    }
    return moving;
  }

  /** @param {Scene} scene @param {boolean} pale */
  function drawEdges({ edges, amounts }, pale) {
    const scale = edges.a.length > SHARP ? 1 : ratio;
    fitCanvas(parts.edges, scale);
    const context = parts.edges.getContext("2d");
    const { width, height } = parts.edges;
    if (!context || !width || !height) return;
    if (page?.raster.width !== width || page.raster.height !== height) {
      const image = context.createImageData(width, height);
      page = {
        raster: createEdgeRaster(width, height),
        image,
        pixels: new Uint32Array(image.data.buffer),
      };
    }
    const places =
      scale === 1 ? at : { x: at.x.map((v) => v * scale), y: at.y.map((v) => v * scale) };
    page.raster.clear();
    page.raster.add(edges.a, edges.b, places, amounts);
    page.raster.paint(page.pixels, inks(edges.a.length, pale));
    context.putImageData(page.image, 0, 0);
  }

  /** @param {number} count @param {boolean} pale */
  function inks(count, pale) {
    const one = lineOpacity(count) * (pale ? 0.5 : 1);
    const theme = root.dataset.gwTheme ?? "";
    const key = `${one} ${theme}`;
    if (palette.key !== key) {
      palette = { key, colors: edgeColors(readColors(root, ["fg-soft"])["fg-soft"], one) };
    }
    return palette.colors;
  }

  const discOf = (/** @type {number} */ i) => Math.max(LEAST, radius[i] * frame.scale);

  /** @param {Drawn} drawn */
  function drawNodes({ scene, look, units }) {
    fitCanvas(parts.nodes, ratio);
    const context = parts.nodes.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    if (known.scene !== scene || known.look !== look || known.units !== units) {
      known = prepared(scene, look, units);
    }
    const { order, chosen, fills, outline } = known;
    context.strokeStyle = outline;
    context.lineWidth = 1;
    for (const i of order) {
      context.globalAlpha = chosen && !chosen.has(i) ? PALE : 1;
      context.fillStyle = fills[i];
      context.beginPath();
      context.arc(at.x[i], at.y[i], discOf(i), 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }

  /** What stays from frame to frame: visible units, the selected on top and small ones over large
   * ones, and their colours. @param {Scene} scene @param {Drawn["look"]} look
   * @param {number[]|null} units */
  function prepared(scene, look, units) {
    const chosen = units && new Set(units);
    const rank = (/** @type {number} */ i) => (chosen?.has(i) ? 1e6 : 0) - scene.norms[i];
    const order = Array.from(nodes.keys())
      .filter((i) => scene.visible[i])
      .sort((p, q) => rank(p) - rank(q));
    const outline = getComputedStyle(root).backgroundColor;
    return { scene, look, units, chosen, order, fills: look.colors.map(css), outline };
  }

  /** @param {Drawn} drawn */
  function drawTop({ scene, hovered, cursor, joined }) {
    const from = hovered >= 0 ? hovered : cursor;
    links.setAttribute(
      "d",
      from < 0
        ? ""
        : joined.map((j) => `M${at.x[from]} ${at.y[from]}L${at.x[j]} ${at.y[j]}`).join(""),
    );
    const ring = (/** @type {number} */ i, /** @type {string} */ name) =>
      i >= 0 && scene.visible[i]
        ? [
            svg("circle", {
              class: name,
              cx: at.x[i],
              cy: at.y[i],
              r: discOf(i) + 4,
              "data-unit": i,
            }),
          ]
        : [];
    rings.replaceChildren(
      ...ring(hovered, "gw-weights-ring"),
      ...ring(cursor, "gw-weights-cursor"),
    );
  }

  return {
    at: () => at,
    discOf,
    size: () => size,
    /** @param {number} width @param {number} height CSS pixels */
    resize(width, height) {
      ratio = Math.min(2, Math.max(1, devicePixelRatio || 1));
      if (size.width === width && size.height === height) return;
      size = { width, height };
      framed = false;
      parts.stage.style.width = `${width}px`;
      parts.stage.style.height = `${height}px`;
      for (const node of [parts.over, area]) {
        node.setAttribute("width", String(width));
        node.setAttribute("height", String(height));
      }
    },
    /** Draw everything; whether frame or radii are still on their way. @param {Drawn} drawn
     * @param {boolean} once without easing */
    draw(drawn, once) {
      const grows = grow(drawn.scene.norms, once);
      const follows = follow(drawn.scene.visible, once);
      project(world, frame, at);
      drawEdges(drawn.scene, drawn.units !== null);
      drawNodes(drawn);
      drawTop(drawn);
      return grows || follows;
    },
    drawTop,
    /** A place on the screen in the layout's world. @param {number} x @param {number} y
     * @returns {[number, number]} */
    toWorld(x, y) {
      const { scale, left, top } = frame;
      return [(x - left) / scale, (y - top) / scale];
    },
    /** @param {number} x @param {number} y @param {Uint8Array} visible */
    nearest(x, y, visible) {
      let [best, least] = [-1, Infinity];
      for (let i = 0; i < n; i++) {
        if (!visible[i]) continue;
        const far = Math.hypot(at.x[i] - x, at.y[i] - y) - discOf(i);
        if (far < Math.min(least, REACH)) [best, least] = [i, far];
      }
      return best;
    },
    /** @param {[number, number][]|null} path of a lasso */
    lasso(path) {
      const d = path ? `M${path.join("L")}Z` : "";
      brush.replaceChildren(...(path ? [svg("path", { class: "gw-weights-brush", d })] : []));
    },
  };
}

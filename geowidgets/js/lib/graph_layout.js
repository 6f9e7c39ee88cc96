// The force layout of one graph; it goes on from where it stands when edges change. No DOM.
import { forceCollide, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { createLinkForce } from "./graph_links.js";

/** @typedef {{charge: number, link: number, collision: number, radius: number,
 *   gravity: number}} Forces */
/** @typedef {{unit: number, x: number, y: number, vx: number, vy: number, fx?: number|null,
 *   fy?: number|null}} Node */
/** @typedef {ReturnType<typeof createLayout>} Layout */

/** [least, default, most, step] of each force. @type {Record<keyof Forces, number[]>} */
export const FORCES = {
  charge: [-200, -30, 0, 5],
  link: [0, 30, 200, 5],
  collision: [0, 0.7, 1, 0.05],
  radius: [0, 12, 40, 1],
  gravity: [0, 0.03, 0.3, 0.01],
};
export const DEFAULTS = /** @type {Forces} */ (
  Object.fromEntries(Object.entries(FORCES).map(([name, [, value]]) => [name, value]))
);

const REST = 0.02; // the heat at which the layout counts as still: less than a pixel a frame
const DECAY = 0.03;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** @param {number} units */
export function createLayout(units) {
  /** A sunflower: even, and the same every time. @type {Node[]} */
  const nodes = Array.from({ length: units }, (_, unit) => {
    const radius = 14 * Math.sqrt(unit + 0.5);
    return {
      unit,
      x: radius * Math.cos(unit * GOLDEN),
      y: radius * Math.sin(unit * GOLDEN),
      vx: 0,
      vy: 0,
    };
  });
  const links = createLinkForce(units);
  const charge = forceManyBody().distanceMin(1).distanceMax(2000);
  const collide = /** @type {import("d3-force").ForceCollide<Node>} */ (forceCollide());
  const [left, top] = [forceX(0), forceY(0)];
  const simulation = forceSimulation(/** @type {Node[]} */ ([]))
    .stop()
    .alphaDecay(DECAY)
    .alphaMin(REST)
    .force("charge", charge)
    .force("links", links.force)
    .force("collide", collide)
    .force("x", left)
    .force("y", top);
  let shown = new Uint8Array(units);

  return {
    nodes,
    /** Edges of every unit, as drawn. */
    degree: links.degree,
    /** @param {Forces} forces */
    setForces({ charge: strength, link, collision, radius, gravity }) {
      charge.strength(strength);
      links.distance(link);
      collide.radius(radius).strength(collision);
      left.strength(gravity);
      top.strength(gravity);
    },
    /** Other edges among other units, at the same places.
     * @param {import("./graph_links.js").Links} edges @param {Uint8Array} visible */
    setGraph(edges, visible) {
      links.links(edges);
      if (visible.some((one, i) => one !== shown[i])) {
        shown = Uint8Array.from(visible);
        links.bodies(nodes.map((node, i) => (visible[i] ? node : null)));
        simulation.nodes(nodes.filter((_, i) => visible[i]));
      }
    },
    /** @param {number} heat at least so much, 0..1 */
    warm(heat) {
      if (simulation.alpha() < heat) simulation.alpha(heat);
    },
    heat: () => simulation.alpha(),
    still: () => simulation.alpha() < REST,
    step: () => simulation.tick(),
    /** Hold a node at a place, or let it go. @param {number} i
     * @param {[number, number]|null} place */
    hold(i, place) {
      nodes[i].fx = place ? place[0] : null;
      nodes[i].fy = place ? place[1] : null;
    },
  };
}

// d3's link force over typed arrays: tens of thousands of edges that change with every epoch cost no
// objects. Each link's strength is d3's default, 1 over the lesser of its ends' degrees, times the
// edge's weight. No DOM.

/** @typedef {{x: number, y: number, vx: number, vy: number}} Body */
/** @typedef {{a: ArrayLike<number>, b: ArrayLike<number>, weights: ArrayLike<number>}} Links */

const TINY = 1e-6; // apart, where two bodies lie on each other

/** @param {number} units */
export function createLinkForce(units) {
  /** @type {Links} */
  let links = { a: [], b: [], weights: [] };
  let distance = 30;
  const degree = new Uint32Array(units);
  /** By unit; null where it is hidden. @type {(Body|null)[]} */
  let bodies = [];

  /** @param {number} alpha */
  function force(alpha) {
    const { a, b, weights } = links;
    for (let k = 0; k < a.length; k++) {
      const [source, target] = [bodies[a[k]], bodies[b[k]]];
      if (!source || !target) continue;
      let x = target.x + target.vx - source.x - source.vx || TINY;
      let y = target.y + target.vy - source.y - source.vy || TINY;
      const length = Math.sqrt(x * x + y * y);
      const [from, to] = [degree[a[k]], degree[b[k]]];
      const pull = (((length - distance) / length) * alpha * weights[k]) / Math.min(from, to);
      x *= pull;
      y *= pull;
      const share = from / (from + to);
      target.vx -= x * share;
      target.vy -= y * share;
      source.vx += x * (1 - share);
      source.vy += y * (1 - share);
    }
  }

  return {
    force,
    /** @param {(Body|null)[]} now */
    bodies(now) {
      bodies = now;
    },
    /** @param {Links} now */
    links(now) {
      links = now;
      degree.fill(0);
      for (let k = 0; k < now.a.length; k++) {
        degree[now.a[k]]++;
        degree[now.b[k]]++;
      }
    },
    /** @param {number} now world units */
    distance(now) {
      distance = now;
    },
    /** Edges of every unit. */
    degree: () => degree,
  };
}

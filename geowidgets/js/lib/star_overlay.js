// Axes, class directions and names, and the four measures of the sample in focus, as SVG.
import { svg } from "./elements.js";
import { apart, measure, rayEnd } from "./star_geometry.js";
import { toPixels } from "./star_layout.js";

/** @typedef {import("./star_data.js").Stars} Stars */
/** @typedef {import("./star_layout.js").Layout} Layout */
/** @typedef {(c: number) => string} Color */

const NAME_GAP = 17;
const ARC = 34;

/** @param {SVGSVGElement} over */
export function createOverlay(over) {
  const back = svg("g");
  const marks = svg("g", { class: "gw-star-measures" });
  const outline = svg("path", { class: "gw-star-outline" });
  over.append(back, marks, outline);

  /** @param {Stars} stars @param {Layout} layout @param {Color} color */
  function draw(stars, layout, color) {
    over.setAttribute("width", String(layout.width));
    over.setAttribute("height", String(layout.height));
    back.replaceChildren(
      ...stars.stars.map((star, k) => {
        const place = layout.places[k];
        const { left, top, side } = place;
        const part = svg("g");
        const words = `${star.title}: ${((100 * star.right) / stars.n).toFixed(1)} % right`;
        part.append(
          svg("text", { class: "gw-star-title", x: left, y: top - 30 }, words),
          svg("rect", { class: "gw-star-frame", x: left, y: top, width: side, height: side }),
          svg("rect", {
            class: "gw-star-area",
            "data-panel": k,
            x: left,
            y: top,
            width: side,
            height: side,
          }),
          ...axes(star, place),
          ...rays(star, place, stars.classes, color),
        );
        return part;
      }),
    );
  }

  /** What is measured of one sample, in every star. @param {Stars} stars @param {Layout} layout
   * @param {number} i sample, −1: none */
  function show(stars, layout, i) {
    if (i < 0) {
      marks.replaceChildren();
      return;
    }
    const parts = stars.stars.map((star, k) => measures(star, layout.places[k], stars, i));
    marks.replaceChildren(...parts);
  }

  return {
    draw,
    show,
    /** The gesture under way, null: none. @param {[number, number][]|null} path
     * @param {boolean} box */
    drag(path, box) {
      outline.setAttribute("d", path ? outlineOf(path, box) : "");
    },
  };
}

/** @param {[number, number][]} path @param {boolean} box */
function outlineOf(path, box) {
  if (!box) return `M${path.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;
  const [[x0, y0], [x1, y1]] = [path[0], path[path.length - 1]];
  return `M${x0} ${y0}H${x1}V${y1}H${x0}Z`;
}

/** Lines through the origin. @param {import("./star_data.js").Star} star
 * @param {import("./star_layout.js").Place} place */
function axes(star, place) {
  const { left, top, side } = place;
  const { x, y } = toPixels(place, star.extent);
  const line = (/** @type {string} */ d) => svg("path", { class: "gw-star-axis", d });
  return [line(`M${left} ${y(0)}h${side}`), line(`M${x(0)} ${top}v${side}`)];
}

/** A ray a class, its name at the frame. @param {import("./star_data.js").Star} star
 * @param {import("./star_layout.js").Place} place @param {string[]} classes @param {Color} color */
function rays(star, place, classes, color) {
  const scale = toPixels(place, star.extent);
  const [x0, y0] = [scale.x(0), scale.y(0)];
  const found = classes.flatMap((name, c) => {
    const towards = { x: star.directions[2 * c], y: star.directions[2 * c + 1] };
    const end = rayEnd(towards, star.extent);
    return end ? [{ name, c, x: scale.x(end.x), y: scale.y(end.y) }] : [];
  });
  const whole = 4 * place.side;
  const at = apart(
    found.map((one) => along(one, place)),
    whole,
    NAME_GAP,
  );
  return found.flatMap((one, k) => {
    const name = nameAt(at[k], place);
    return [
      svg("path", {
        class: "gw-star-ray",
        d: `M${x0.toFixed(1)} ${y0.toFixed(1)}L${one.x.toFixed(1)} ${one.y.toFixed(1)}`,
        style: `stroke: ${color(one.c)}`,
      }),
      svg(
        "text",
        {
          class: "gw-star-name",
          x: name.x,
          y: name.y + 4,
          "text-anchor": name.anchor,
          style: `fill: ${color(one.c)}`,
        },
        one.name,
      ),
    ];
  });
}

/** Clockwise along the frame from its upper left corner. @param {{x: number, y: number}} point
 * @param {import("./star_layout.js").Place} place */
function along({ x, y }, { left, top, side }) {
  if (Math.abs(y - top) < 0.01) return x - left;
  if (Math.abs(x - left - side) < 0.01) return side + y - top;
  if (Math.abs(y - top - side) < 0.01) return 3 * side - (x - left);
  return 4 * side - (y - top);
}

/** @param {number} at @param {import("./star_layout.js").Place} place */
function nameAt(at, { left, top, side }) {
  const part = at % side;
  if (at < side) return { x: left + part, y: top - 9, anchor: "middle" };
  if (at < 2 * side) return { x: left + side + 5, y: top + part, anchor: "start" };
  if (at < 3 * side) return { x: left + side - part, y: top + side + 10, anchor: "middle" };
  return { x: left - 5, y: top + side - part, anchor: "end" };
}

/** Length, angle and margin of one sample. @param {import("./star_data.js").Star} star
 * @param {import("./star_layout.js").Place} place @param {Stars} stars @param {number} i */
function measures(star, place, { labels }, i) {
  const scale = toPixels(place, star.extent);
  const at = { x: star.x[i], y: star.y[i] };
  const label = labels[i];
  const found = measure(at, label, star.prediction[i], star.directions, star.bias);
  const [x0, y0, x, y] = [scale.x(0), scale.y(0), scale.x(at.x), scale.y(at.y)];
  const parts = [
    svg("path", { class: "gw-star-length", d: `M${x0} ${y0}L${x} ${y}` }),
    svg("circle", { class: "gw-star-focus", cx: x, cy: y, r: 6 }),
  ];
  if (found.foot) {
    const [fx, fy] = [scale.x(found.foot.x), scale.y(found.foot.y)];
    parts.push(svg("path", { class: "gw-star-margin", d: `M${x} ${y}L${fx} ${fy}` }));
  }
  const from = Math.atan2(star.directions[2 * label + 1], star.directions[2 * label]);
  const turn = Math.atan2(at.y, at.x) - from;
  const shorter = Math.atan2(Math.sin(turn), Math.cos(turn));
  if (Number.isFinite(shorter)) {
    const radius = Math.min(ARC, Math.max(12, 0.6 * Math.hypot(x - x0, y - y0)));
    const arc = Array.from({ length: 17 }, (_, k) => {
      const angle = from + (shorter * k) / 16;
      return `${(x0 + radius * Math.cos(angle)).toFixed(1)} ${(y0 - radius * Math.sin(angle)).toFixed(1)}`;
    });
    parts.push(svg("path", { class: "gw-star-angle", d: `M${arc.join("L")}` }));
  }
  return svg("g", {}, ...parts);
}

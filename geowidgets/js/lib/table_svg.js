// The part of a canvas context that the table draws with, recorded as SVG.

/**
 * @typedef {{ fillStyle: string, strokeStyle: string, lineWidth: number, globalAlpha: number,
 *   font: string, textAlign: CanvasTextAlign, textBaseline: CanvasTextBaseline, dash: number[],
 *   transform: string, clip: string }} Pen
 */

const ANCHORS = { left: "start", start: "start", center: "middle", right: "end", end: "end" };

/** @param {number} value */
const short = (value) => String(Math.round(100 * value) / 100);

/** @param {string} text */
const escaped = (text) =>
  text.replace(/[&<>"]/g, (sign) => `&#${/** @type {number} */ (sign.codePointAt(0))};`);

/** `rgb(1 2 3 / 0.5)` as a colour and an opacity: not every reader of SVG knows the new form.
 * @param {string} color @returns {[string, number]} */
export function paintOf(color) {
  const [r, g, b, alpha = 1] = color.match(/[\d.]+(?:e-?\d+)?/g)?.map(Number) ?? [];
  return [`rgb(${r},${g},${b})`, alpha];
}

/** A canvas font (`600 11px family`) as attributes. @param {string} font */
export function fontAttributes(font) {
  const [, weight, size, family] = font.match(/^(?:(\d+|bold) )?([\d.]+)px (.*)$/) ?? [];
  return `font-family="${escaped(family ?? "sans-serif")}" font-size="${size ?? 11}"${
    weight ? ` font-weight="${weight}"` : ""
  }`;
}

/**
 * @param {CanvasRenderingContext2D} measure a real context, which knows how wide text is
 * @returns {{ context: CanvasRenderingContext2D,
 *   document: (width: number, height: number) => string }}
 */
export function createSvgContext(measure) {
  /** @type {string[]} */
  const parts = [];
  /** @type {string[]} */
  const clips = [];
  /** @type {Pen[]} */
  const kept = [];
  /** @type {Pen} */
  let pen = {
    fillStyle: "rgb(0 0 0)",
    strokeStyle: "rgb(0 0 0)",
    lineWidth: 1,
    globalAlpha: 1,
    font: "11px sans-serif",
    textAlign: "left",
    textBaseline: "alphabetic",
    dash: [],
    transform: "",
    clip: "",
  };
  let path = "";

  /** @param {string} shape an element without its closing @param {string} [content] */
  function put(shape, content) {
    const name = /^\w+/.exec(shape)?.[0];
    const transform = pen.transform ? ` transform="${pen.transform.trim()}"` : "";
    const element = `<${shape}${transform}${content === undefined ? "/>" : `>${content}</${name}>`}`;
    // The clip is in the coordinates that held when it was set: it belongs to a group around.
    parts.push(pen.clip ? `<g clip-path="url(#${pen.clip})">${element}</g>` : element);
  }

  function fill() {
    const [color, alpha] = paintOf(pen.fillStyle);
    return `fill="${color}" fill-opacity="${short(alpha * pen.globalAlpha)}"`;
  }

  function stroke() {
    const [color, alpha] = paintOf(pen.strokeStyle);
    const dash = pen.dash.length ? ` stroke-dasharray="${pen.dash.join(" ")}"` : "";
    const opacity = short(alpha * pen.globalAlpha);
    return `fill="none" stroke="${color}" stroke-opacity="${opacity}" stroke-width="${pen.lineWidth}"${dash}`;
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  const box = (x, y, width, height) =>
    `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;

  const recorded = {
    save: () => kept.push({ ...pen }),
    restore() {
      pen = kept.pop() ?? pen;
    },
    /** @param {number} x @param {number} y */
    translate(x, y) {
      pen.transform += ` translate(${short(x)} ${short(y)})`;
    },
    /** @param {number} angle */
    rotate(angle) {
      pen.transform += ` rotate(${short((180 * angle) / Math.PI)})`;
    },
    /** @param {number} x @param {number} y @param {number} w @param {number} h */
    fillRect: (x, y, w, h) => put(`rect ${box(x, y, w, h)} ${fill()}`),
    /** @param {number} x @param {number} y @param {number} w @param {number} h */
    strokeRect: (x, y, w, h) => put(`rect ${box(x, y, w, h)} ${stroke()}`),
    beginPath() {
      path = "";
    },
    /** @param {number} x @param {number} y */
    moveTo(x, y) {
      path += `M${short(x)} ${short(y)}`;
    },
    /** @param {number} x @param {number} y */
    lineTo(x, y) {
      path += `L${short(x)} ${short(y)}`;
    },
    /** @param {number} x @param {number} y @param {number} w @param {number} h */
    rect(x, y, w, h) {
      path += `M${short(x)} ${short(y)}h${short(w)}v${short(h)}h${short(-w)}z`;
    },
    fill: () => put(`path d="${path}" ${fill()}`),
    stroke: () => put(`path d="${path}" ${stroke()}`),
    clip() {
      const transform = pen.transform ? ` transform="${pen.transform.trim()}"` : "";
      pen.clip = `clip${clips.length}`;
      clips.push(`<clipPath id="${pen.clip}"><path d="${path}"${transform}/></clipPath>`);
    },
    /** @param {number[]} dash */
    setLineDash(dash) {
      pen.dash = dash;
    },
    /** @param {string} text */
    measureText(text) {
      measure.font = pen.font;
      return measure.measureText(text);
    },
    /** @param {string} text @param {number} x @param {number} y */
    fillText(text, x, y) {
      const anchor = ANCHORS[pen.textAlign];
      // Middle as a share of the size: readers differ in `dominant-baseline`.
      const size = Number(/([\d.]+)px/.exec(pen.font)?.[1] ?? 11);
      const base = pen.textBaseline === "middle" ? y + 0.34 * size : y;
      const place = `x="${short(x)}" y="${short(base)}" text-anchor="${anchor}"`;
      put(`text ${place} ${fontAttributes(pen.font)} ${fill()}`, escaped(text));
    },
  };
  const context = new Proxy(recorded, {
    get: (target, name) => Reflect.get(name in target ? target : pen, name),
    set(_, name, value) {
      if (!(name in pen)) throw new TypeError(`the picture cannot draw with ${String(name)}`);
      return Reflect.set(pen, name, value);
    },
  });
  return {
    context: /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (context)),
    document: (width, height) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}"><defs>${clips.join("")}</defs>${parts.join("")}</svg>`,
  };
}

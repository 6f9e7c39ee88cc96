// A view's picture as one SVG or PNG: canvases and SVG layers, with colours resolved.
import { svg } from "./elements.js";
import { linesOf, measureIn } from "./print_words.js";

const COPIED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-linejoin",
  "stroke-linecap",
  "paint-order",
  "stroke-dasharray",
  "stroke-opacity",
  "opacity",
  "display",
  "visibility",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
];

/** A copy whose looks no longer need the page's style sheets. @param {SVGSVGElement} layer */
export function selfContained(layer) {
  const copy = /** @type {SVGSVGElement} */ (layer.cloneNode(true));
  const copies = copy.querySelectorAll("*");
  layer.querySelectorAll("*").forEach((node, k) => {
    const style = getComputedStyle(node);
    const inline = /** @type {SVGElement} */ (copies[k]).style;
    for (const name of COPIED) {
      copies[k].setAttribute(name, style.getPropertyValue(name));
      inline.removeProperty(name); // it may name a variable, which ends with the page
    }
    copies[k].removeAttribute("class");
  });
  copy.removeAttribute("class");
  return copy;
}

/** @typedef {{text: string, name: string}} Print an SVG document, and a file's name without its
 *   ending */

const LINE = 18; // CSS pixels of a line of words
const BELOW = 8;

/** Words as lines of SVG text. @param {string} words @param {number} width of the picture
 * @param {CSSStyleDeclaration} style whose font and colour they have
 * @param {{left?: number, top?: number, size?: number}} [place]
 * @returns {{nodes: SVGTextElement[], height: number}} */
export function printWords(words, width, style, { left = 8, top = 0, size = 13 } = {}) {
  const measure = measureIn(`${size}px ${style.fontFamily}`);
  const look = { fill: style.color, "font-family": style.fontFamily, "font-size": `${size}px` };
  const lines = linesOf(words, width - 2 * left, measure);
  const nodes = lines.map((line, k) =>
    svg("text", { ...look, x: left, y: top + (k + 1) * LINE }, line),
  );
  return { nodes, height: lines.length * LINE };
}

/** The layers as one SVG document under lines of words, canvases embedded as images.
 * @param {(SVGSVGElement|HTMLCanvasElement)[]} layers from the bottom up
 * @param {{background: string, size: {width: number, height: number}, words: string}} options */
export function toSvg(layers, { background, size: { width, height }, words }) {
  const parts = layers.flatMap((layer) => {
    if (layer.hasAttribute("hidden")) return [];
    if (layer instanceof SVGSVGElement) {
      return [new XMLSerializer().serializeToString(selfContained(layer))];
    }
    const opacity = getComputedStyle(layer).opacity;
    const data = layer.toDataURL("image/png");
    return [`<image width="${width}" height="${height}" opacity="${opacity}" href="${data}"/>`];
  });
  const style = getComputedStyle(/** @type {Element} */ (layers[0].parentElement));
  const caption = printWords(words, width, style);
  const title = caption.nodes.map((node) => new XMLSerializer().serializeToString(node)).join("");
  const above = caption.height + BELOW;
  const room = `width="${width}" height="${height + above}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${room} viewBox="0 0 ${width} ${height + above}">` +
    `<rect ${room} fill="${background}"/>${title}` +
    `<g transform="translate(0 ${above})">${parts.join("")}</g></svg>`
  );
}

/** @param {string} text an SVG document */
export const svgBlob = (text) => new Blob([text], { type: "image/svg+xml" });

/** @param {string} text an SVG document @param {number} [scale] @returns {Promise<Blob>} */
export async function toPng(text, scale = 2) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error(`a picture of ${canvas.width} × ${canvas.height} is too large`));
    }, "image/png");
  });
}

/** Offer a file for saving. @param {Blob} blob @param {string} name */
export function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[^\w.]+/g, "-");
  link.click();
  // Browsers start reading after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Offer a picture for saving. @param {Print|null} print @param {"png"|"svg"} kind */
export async function savePicture(print, kind) {
  if (!print) return;
  const { text, name } = print;
  offer(kind === "svg" ? svgBlob(text) : await toPng(text), `${name}.${kind}`);
}

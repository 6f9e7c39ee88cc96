// A view's picture for Python: the view drawn once more out of sight, in the size, theme and
// sharpness that were asked for, and sent in pieces.
import { html } from "./elements.js";
import { svgBlob, toPng } from "./picture.js";

/** @typedef {import("@anywidget/types").AnyModel} Model */
/** @typedef {import("./picture.js").Print} Print */
/** @typedef {{kind: "png"|"svg", scale: number, theme: "light"|"dark"|null,
 *   width: number|null}} Wish */
/** @typedef {(place: {el: HTMLElement, signal: AbortSignal}) => Promise<void>} Render */
/** @typedef {Record<string, any>|null|undefined} State what is drawn instead of the view's own */
/** @typedef {HTMLElement & {gwPicture?: (() => Print|null)|null}} Root a view's root, which can be
 *   asked for its picture: null while it has none yet; null itself where it never has one */

const CHUNK = 4 * 2 ** 20; // bytes; a message above 10 MB would end the connection
const LIMIT_MS = 40_000;
const STILL = 4; // frames in which nothing changes before a picture is taken
/** Variables of the host that would colour a picture of the other theme. */
const HOST = ["--jp-layout-color0", "--jp-layout-color2", "--jp-content-font-color0"];
const NONE = "this view gives Python no picture yet; its own Save menu does";
const GROUND = { light: "#ffffff", dark: "#111417" };
/** Requests that a display of this view has taken on: several may show one view.
 * @type {Set<string>} */
const taken = new Set();

/** Answer Python's requests for pictures of a view, until it is gone.
 * @param {Model} model @param {Root} root what is shown
 * @param {(state: State) => Render} renderOf @param {AbortSignal} signal */
export function answerPictures(model, root, renderOf, signal) {
  /** @param {any} content */
  function hear(content) {
    if (content?.type !== "picture" || taken.has(content.request)) return;
    taken.add(content.request);
    answer(model, content, root, renderOf(content.state));
  }
  model.on("msg:custom", hear);
  signal.addEventListener("abort", () => model.off("msg:custom", hear));
}

/** @param {Model} model @param {Wish & {request: string, state?: State}} wish @param {Root} root
 * @param {Render} render */
async function answer(model, { request, state: _, ...wish }, root, render) {
  const page = Math.random().toString(36).slice(2); // two tabs may answer
  /** @param {Record<string, unknown>} content @param {ArrayBuffer[]} [buffers] */
  const tell = (content, buffers) =>
    model.send({ type: "picture", request, page, ...content }, undefined, buffers);
  try {
    tell({ step: "accepted", hidden: document.hidden });
    const bytes = await drawPicture(wish, root, render);
    const parts = Math.max(1, Math.ceil(bytes.byteLength / CHUNK));
    for (let part = 0; part < parts; part++) {
      tell({ step: "part", part, parts }, [bytes.slice(part * CHUNK, (part + 1) * CHUNK)]);
    }
  } catch (error) {
    tell({ step: "failed", message: error instanceof Error ? error.message : String(error) });
  }
}

/** @param {Wish} wish @param {Root|null} like the root whose width and theme hold where the wish
 * names none @param {Render} render @returns {Promise<ArrayBuffer>} */
export async function drawPicture({ kind, scale, theme, width }, like, render) {
  const stop = new AbortController();
  const el = place(like, { scale, theme, width });
  try {
    await render({ el, signal: stop.signal });
    const { text } = await settled(/** @type {Root} */ (el.querySelector(".gw-root")));
    const blob = kind === "svg" ? svgBlob(text) : await toPng(text, scale);
    return await blob.arrayBuffer();
  } finally {
    stop.abort();
    el.remove();
  }
}

/** Somewhere out of sight, beside what is shown: style sheets may reach no farther.
 * @param {Root|null} like @param {{scale: number, theme: "light"|"dark"|null,
 *   width: number|null}} wish */
function place(like, { scale, theme, width }) {
  const el = html("div", { "aria-hidden": "true", inert: true });
  const wide = width ?? (like?.clientWidth || 1200);
  const ground = theme ? GROUND[theme] : like ? getComputedStyle(like).backgroundColor : "#ffffff";
  const style = { position: "fixed", left: "-30000px", top: "0", width: `${wide}px` };
  Object.assign(el.style, style, { background: ground, zIndex: "-1" });
  if (theme) for (const name of HOST) el.style.setProperty(name, "initial");
  el.dataset.gwSharpness = String(Math.max(1, scale));
  const home = like?.getRootNode();
  (home instanceof ShadowRoot ? home : document.body).append(el);
  return el;
}

/** The picture once nothing is on its way any more. @param {Root} root @returns {Promise<Print>} */
async function settled(root) {
  const end = performance.now() + LIMIT_MS;
  let last = "";
  for (let still = 0; performance.now() < end; ) {
    await nextFrame();
    if (isBusy(root)) continue;
    if (root.gwPicture === null) throw new Error(NONE);
    const print = root.gwPicture?.() ?? null;
    const words = print ? "" : wordsOf(root);
    const now = print?.text ?? words;
    still = now && now === last ? still + 1 : 0;
    last = now;
    if (still < STILL) continue;
    if (print) return print;
    throw new Error(`the view shows no picture but says: ${words}`);
  }
  throw new Error(`the view was still loading after ${LIMIT_MS / 1000} s. ${wordsOf(root)}`.trim());
}

/** Pages in the background draw no frames. */
const nextFrame = () =>
  new Promise((done) => {
    const late = setTimeout(done, 500);
    requestAnimationFrame(() => {
      clearTimeout(late);
      setTimeout(done);
    });
  });

/** @param {Root} root */
function isBusy(root) {
  const busy = "[aria-busy=true], [data-gw-state=loading], [data-gw-state=waiting]";
  return root.matches(busy) || root.querySelector(busy) !== null;
}

/** What a view says instead of a picture. @param {Root} root */
function wordsOf(root) {
  const said = [...root.querySelectorAll(".gw-empty:not([hidden]), .gw-error:not([hidden])")];
  return said
    .map((one) => one.textContent?.trim() ?? "")
    .filter(Boolean)
    .join(" ");
}

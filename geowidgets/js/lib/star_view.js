// The stars: puts samples, directions, decision regions and selection together.
import * as bits from "./bits.js";
import { listenForBrush, operation } from "./brush.js";
import { html } from "./elements.js";
import { nearestPoint, pointTowards } from "./map_pick.js";
import { savePicture, toSvg } from "./picture.js";
import { sentenceOf } from "./print_words.js";
import { forEachInside, thin } from "./shapes.js";
import { joined } from "./star_choice.js";
import { readStars } from "./star_data.js";
import { layOut, toPixels } from "./star_layout.js";
import { createOverlay } from "./star_overlay.js";
import { createPainter } from "./star_paint.js";
import { createStarParts, fillBar } from "./star_parts.js";
import { lines, spoken, summary } from "./star_words.js";
import { followTheme, readColors } from "./theme.js";
import { listenForViewKeys } from "./view_keys.js";

/** @typedef {import("./star_data.js").Stars} Stars */
/** @typedef {import("./star_layout.js").Layout} Layout */
/** @typedef {import("./brush.js").Operation} Operation */

const REACH = 12; // pixels
/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** @param {HTMLElement} root
 * @param {{shown: () => {regions: boolean, gesture: string, height: number|null},
 *   data: () => Parameters<typeof readStars>[0],
 *   change: (values: Record<string, unknown>) => void,
 *   choice: import("./star_choice.js").Choice, signal: AbortSignal}} options */
export function createStarView(root, { shown, data, change, choice, signal }) {
  const parts = createStarParts();
  const painter = createPainter();
  const overlay = createOverlay(parts.over);
  let stars = readStars(data());
  /** @type {Layout} */
  let layout = layOut(stars.stars.length, 0, null);
  /** Samples' places a star, CSS pixels. @type {{x: Float32Array, y: Float32Array}[]} */
  let at = [];
  let all = indices(stars.n);
  let hovered = -1;
  let panel = 0;
  let request = 0;
  let whole = true;
  /** What was chosen when a drag began. @type {{own: Uint32Array|null}|null} */
  let start = null;

  const bar = fillBar(parts.bar, {
    change,
    clear,
    save: (kind) => savePicture(picture(), kind).catch(fail),
  });
  parts.stage.append(...painter.elements, parts.over, parts.tip);
  root.append(parts.bar, parts.count, parts.error, parts.chips, parts.stage, parts.spoken);
  followTheme(root, signal, () => schedule(true));
  const resize = new ResizeObserver(() => {
    if (Math.floor(parts.stage.clientWidth) !== layout.width) schedule(true);
  });
  resize.observe(parts.stage);
  signal.addEventListener("abort", () => {
    resize.disconnect();
    cancelAnimationFrame(request);
  });
  choice.subscribe(({ error }) => {
    if (error) fail(error);
    schedule(false);
  });
  const brush = listenForBrush(
    parts.over,
    {
      start(k) {
        panel = k;
        start = { own: choice.own() };
        parts.over.focus({ preventScroll: true });
      },
      move: (drag) => pick(drag, true),
      end(drag) {
        pick(drag, false);
        start = null;
      },
      cancel() {
        overlay.drag(null, false);
        if (start) attempt(() => choice.publish(start?.own ?? null, false));
        start = null;
      },
      click(spot) {
        panel = spot.panel;
        start = null;
        const i = nearest(spot);
        attempt(() => choice.setFocus(i));
        say(i);
      },
      hover(spot) {
        hover(spot ? nearest(spot) : -1, spot ? [spot.x, spot.y] : null);
      },
    },
    signal,
  );
  listenForViewKeys(
    root,
    {
      escape: () => (brush.dragging() ? brush.cancel() : clear()),
      undo: choice.undo,
      redo: choice.redo,
      other: key,
    },
    signal,
  );

  // ---- drawing

  /** @param {boolean} everything or only what is chosen */
  function schedule(everything) {
    whole ||= everything;
    request ||= requestAnimationFrame(draw);
  }

  function draw() {
    request = 0;
    const width = Math.floor(parts.stage.clientWidth);
    if (signal.aborted || !width) return; // the observer calls again when there is room
    if (whole) drawAll(width);
    whole = false;
    const mask = choice.mask();
    painter.select(mask);
    const { first, rest } = summary(stars, mask);
    parts.countFirst.textContent = first;
    parts.countRest.textContent = rest;
    parts.count.setAttribute("aria-busy", String(start !== null)); // a drag is not spoken of
    bar.update(shown(), choice.own() !== null);
    overlay.show(stars, layout, hovered >= 0 ? hovered : choice.focus());
    root.dataset.gwState = start ? "dragging" : "ready";
  }

  /** @param {number} width */
  function drawAll(width) {
    layout = layOut(stars.stars.length, width, shown().height);
    parts.stage.style.height = `${layout.height}px`;
    at = stars.stars.map((star, k) => {
      const { x, y } = toPixels(layout.places[k], star.extent);
      return { x: star.x.map(x), y: star.y.map(y) };
    });
    const { bg, fg } = readColors(root, ["bg", "fg"]);
    const look = { dark: root.dataset.gwTheme === "dark", background: bg, strong: fg };
    painter.draw(stars, layout, look, shown().regions);
    overlay.draw(stars, layout, painter.color);
    drawChips();
  }

  /** A button a class: the way to choose without a pointer. */
  function drawChips() {
    const chip = (
      /** @type {string} */ name,
      /** @type {string} */ color,
      /** @type {() => Uint32Array} */ of,
    ) => {
      const made = html("button", { class: "gw-control gw-star-chip", type: "button" }, name);
      made.title = "select these samples; Shift adds, Alt takes away";
      made.style.setProperty("--gw-chip", color);
      made.addEventListener("click", (event) => publish(of(), operation(event), false));
      return made;
    };
    parts.chips.setAttribute("aria-label", "samples of a class");
    parts.chips.replaceChildren(
      ...stars.classes.map((name, c) =>
        chip(name, painter.color(c), () => bits.fromIndices(stars.members[c], stars.n)),
      ),
      ...stars.stars.map((star) => {
        const of = () => all.filter((i) => star.prediction[i] !== stars.labels[i]);
        const name = stars.stars.length > 1 ? `wrong (${star.title})` : "wrong";
        return chip(name, "var(--gw-fg)", () => bits.fromIndices(of(), stars.n));
      }),
    );
  }

  // ---- what happens

  /** @param {import("./brush.js").Drag} drag @param {boolean} transient */
  function pick({ path, panel: k, op }, transient) {
    const box = shown().gesture === "box";
    const [[x0, y0], [x1, y1]] = [path[0], path[path.length - 1]];
    const shape = box
      ? /** @type {const} */ ({ kind: "box", x: [x0, x1], y: [y0, y1] })
      : /** @type {const} */ ({ kind: "lasso", points: thin(path, 400) });
    const picked = bits.empty(stars.n);
    forEachInside(/** @type {any} */ (shape), at[k], all, (i) => bits.add(picked, i));
    overlay.drag(transient ? path : null, box);
    publish(picked, op, transient);
  }

  /** @param {Uint32Array} picked @param {Operation} op @param {boolean} transient */
  function publish(picked, op, transient) {
    const before = start ? start.own : choice.own();
    // Where nothing is chosen, taking away is from all.
    const from = op === "subtract" ? (before ?? bits.full(stars.n)) : before;
    const next = joined(from, picked, op);
    attempt(() => choice.publish(next, transient));
    schedule(false);
  }

  function clear() {
    attempt(() => choice.publish(null, false));
    schedule(false);
  }

  /** @param {import("./brush.js").Spot} spot */
  const nearest = ({ panel: k, x, y }) => nearestPoint(at[k], seen(), x, y, REACH);

  /** Those that are drawn strongly, all where nothing is chosen. */
  function seen() {
    const mask = choice.mask();
    return mask ? bits.toIndices(mask) : all;
  }

  /** @param {number} i @param {[number, number]|null} spot */
  function hover(i, spot) {
    if (i !== hovered) {
      hovered = i;
      if (i >= 0) fillTip(i);
      schedule(false);
    }
    parts.tip.hidden = i < 0 || !spot;
    if (i < 0 || !spot) return;
    const { offsetWidth, offsetHeight } = parts.tip;
    const beside = (
      /** @type {number} */ p,
      /** @type {number} */ size,
      /** @type {number} */ room,
    ) => (p + 16 + size > room ? Math.max(0, p - 16 - size) : p + 16);
    parts.tip.style.left = `${beside(spot[0], offsetWidth, layout.width)}px`;
    parts.tip.style.top = `${beside(spot[1], offsetHeight, layout.height)}px`;
  }

  /** @param {number} i */
  function fillTip(i) {
    parts.tip.replaceChildren(
      html("div", {}, `sample ${i} · true ${stars.classes[stars.labels[i]]}`),
      ...lines(stars, i).map((one) =>
        html(
          "div",
          {},
          html("div", { class: "gw-soft" }, one.title),
          html("div", { class: one.right ? "" : "gw-wrong" }, one.prediction),
          html("div", {}, one.values),
        ),
      ),
    );
  }

  /** @param {KeyboardEvent} event @param {Element} target */
  function key({ key: name, ctrlKey, metaKey }, target) {
    if (target !== parts.over || ctrlKey || metaKey) return false;
    const focus = choice.focus();
    if (name in ARROWS) {
      const next =
        focus < 0 ? (seen()[0] ?? -1) : pointTowards(at[panel], seen(), focus, ARROWS[name]);
      if (next >= 0) attempt(() => choice.setFocus(next));
      say(next);
    } else if ((name === " " || name === "Enter") && focus >= 0) {
      const own = choice.own();
      const one = bits.fromIndices([focus], stars.n);
      publish(one, own && bits.has(own, focus) ? "subtract" : "add", false);
    } else if (name === "PageDown" || name === "PageUp") {
      panel = (panel + (name === "PageDown" ? 1 : at.length - 1)) % at.length;
    } else {
      return false;
    }
    return true;
  }

  /** @param {number} i */
  function say(i) {
    parts.spoken.textContent = spoken(stars, i);
    schedule(false);
  }

  /** @param {() => void} action */
  function attempt(action) {
    try {
      action();
      parts.error.hidden = true;
    } catch (thrown) {
      fail(thrown);
    }
  }

  /** @param {unknown} thrown */
  function fail(thrown) {
    parts.error.textContent = thrown instanceof Error ? thrown.message : String(thrown);
    parts.error.hidden = false;
  }

  /** @returns {import("./picture.js").Print|null} */
  function picture() {
    if (!layout.width) return null;
    const text = toSvg([...painter.elements, parts.over], {
      background: getComputedStyle(root).backgroundColor,
      size: { width: layout.width, height: layout.height },
      words: sentenceOf(parts),
    });
    return { text, name: "latent-star" };
  }

  schedule(true);
  return {
    picture,
    changed: () => schedule(true),
    dataChanged() {
      stars = readStars(data());
      all = indices(stars.n);
      hovered = -1;
      schedule(true);
    },
  };
}

/** @param {number} n */
const indices = (n) => Uint32Array.from({ length: n }, (_, i) => i);

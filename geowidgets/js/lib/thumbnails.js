// The brushed samples' images, sorted by a metric.
import * as bits from "./bits.js";
import { hide, html } from "./elements.js";
import { ranked } from "./scatter_data.js";
import { amount, METRIC_NAMES, metricInfo, metricValue } from "./words.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./local_loader.js").Loaded} Loaded */

const BLOCK = 16; // images asked for together: neighbours come nearly for free
const PAGE = 48;
const KEPT = 1000; // buttons that may come back while a brush moves

/** @param {{columns: ColumnsHub, pick: (sample: number) => void,
 *   sort: () => {metric: string, descending: boolean},
 *   changeSort: (sort: {metric?: string, descending?: boolean}) => void}} options */
export function createThumbnails({ columns, pick, sort, changeSort }) {
  const title = html("div", { class: "gw-thumbs-title" });
  const metric = html("select", {
    class: "gw-control",
    "aria-label": "sort the images by",
    onchange: () => changeSort({ metric: metric.value }),
  });
  for (const name of METRIC_NAMES) {
    metric.append(html("option", { value: name }, metricInfo(name).name));
  }
  const direction = html("button", {
    class: "gw-control",
    type: "button",
    onclick: () => changeSort({ descending: !sort().descending }),
  });
  const grid = html("div", { class: "gw-thumbs-grid" });
  const more = html(
    "button",
    {
      class: "gw-control",
      type: "button",
      onclick: () => {
        limit += PAGE;
        draw();
      },
    },
    "Show more",
  );
  const note = html("div", { class: "gw-soft" });
  const element = html(
    "section",
    { class: "gw-thumbs", "aria-label": "images of the selected samples" },
    title,
    html("div", { class: "gw-thumbs-sort" }, html("span", {}, "sorted by"), metric, direction),
    grid,
    note,
    more,
  );
  let limit = PAGE;
  /** @type {{loaded: Loaded, mask: Uint32Array|null, focus: number}|null} */
  let shown = null;
  let asked = "";
  /** @type {{of: Loaded|null, buttons: Map<string, HTMLElement>}} */
  let made = { of: null, buttons: new Map() };

  /** @param {{loaded: Loaded, mask: Uint32Array|null, focus: number}} next */
  function update(next) {
    if (next.mask !== shown?.mask) limit = PAGE;
    shown = next;
    draw();
  }

  /** The metric's values, or undefined while they are on their way. @param {Loaded} loaded */
  function values({ pair, data }) {
    const by = sort().metric;
    if (by === "angle") return data.x;
    if (by === "length") return data.y;
    const key = `${by}/${pair.join("/")}`;
    const there = columns.peek(key);
    if (!there && asked !== key) {
      asked = key;
      columns.get(key).then(draw, (error) => {
        note.textContent = error.message;
      });
    }
    return there;
  }

  function draw() {
    if (!shown) return;
    const { loaded, mask, focus } = shown;
    metric.value = sort().metric;
    direction.textContent = sort().descending ? "↓ largest first" : "↑ smallest first";
    const chosen = mask ?? bits.empty(loaded.data.n);
    const order = values(loaded);
    const n = bits.count(chosen);
    const first = order
      ? ranked(chosen, order, sort().descending, limit)
      : [...bits.toIndices(chosen).subarray(0, limit)];
    title.textContent = n ? `${first.length} of ${amount(n)} selected samples` : "Selected samples";
    place(first.map((i) => thumbnail(loaded, i, order?.[i], i === focus)));
    hide(more, n <= limit);
    const { image } = columns.set(loaded.set) ?? {};
    if (!image) note.textContent = "The store holds no images of this set.";
    else if (!mask) note.textContent = "Draw a lasso around dots to see their images here.";
    else note.textContent = n ? "" : "No sample satisfies every clause.";
  }

  /** @param {HTMLElement[]} next */
  function place(next) {
    const there = grid.children;
    const same = next.length === there.length && next.every((one, k) => one === there[k]);
    if (!same) grid.replaceChildren(...next);
  }

  /** The button of a sample, made anew only when something on it is another.
   * @param {Loaded} loaded @param {number} i @param {number|undefined} value
   * @param {boolean} focused */
  function thumbnail(loaded, i, value, focused) {
    if (loaded !== made.of || made.buttons.size > KEPT) made = { of: loaded, buttons: new Map() };
    const key = `${i} ${focused} ${sort().metric} ${value}`;
    const button = made.buttons.get(key) ?? makeThumbnail(loaded, i, value, focused);
    made.buttons.set(key, button);
    return button;
  }

  /** @param {Loaded} loaded @param {number} i @param {number|undefined} value
   * @param {boolean} focused */
  function makeThumbnail({ set, data }, i, value, focused) {
    const names = columns.directory().classes;
    const right = data.prediction[i] === data.labels[i];
    const said = names[data.prediction[i]] ?? "no prediction";
    const text = value === undefined ? "" : metricValue(sort().metric, value);
    const words = `sample ${i}, ${names[data.labels[i]]}, predicted ${said}, ${sort().metric} ${text}`;
    const canvas = html("canvas", { width: 1, height: 1, "aria-hidden": "true" });
    const image = columns.set(set)?.image; // without one an empty box would be twice the number
    if (image) paintImage(columns, canvas, set, i);
    return html(
      "button",
      {
        class: `gw-thumb ${right ? "gw-thumb-right" : "gw-thumb-wrong"}`,
        type: "button",
        title: words,
        "aria-label": words,
        "aria-pressed": String(focused),
        onclick: () => pick(i),
      },
      ...(image ? [canvas] : []),
      html("span", {}, text),
    );
  }

  return { element, update, draw };
}

/** Draw a sample's image at its own size; leaves the canvas empty where there is none.
 * @param {ColumnsHub} columns @param {HTMLCanvasElement} canvas @param {string} set
 * @param {number} i */
export function paintImage(columns, canvas, set, i) {
  const info = columns.set(set);
  if (!info?.image) return;
  const [height, width, channels] = info.image;
  const first = i - (i % BLOCK);
  const key = `images/${set}/${first}-${Math.min(info.n, first + BLOCK) - 1}`;
  /** @param {import("./columns_hub.js").Column} block */
  const paint = (block, at = i - first) => {
    const size = height * width * channels;
    const pixels = block.subarray(at * size, (at + 1) * size);
    canvas.width = width;
    canvas.height = height;
    const image = toImage(/** @type {Uint8Array} */ (pixels), width, height, channels);
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  };
  // A saved page carries single images, not blocks.
  const single = columns.peek(`images/${set}/${i}-${i}`);
  const there = columns.peek(key);
  if (single) paint(single, 0);
  else if (there) paint(there);
  else
    columns.get(key).then(
      (block) => paint(block),
      (error) => canvas.setAttribute("data-error", error.message),
    );
}

/** @param {Uint8Array} pixels @param {number} width @param {number} height @param {number} channels */
function toImage(pixels, width, height, channels) {
  const image = new ImageData(width, height);
  const grey = channels < 3;
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) image.data[4 * p + c] = pixels[p * channels + (grey ? 0 : c)];
    image.data[4 * p + 3] = 255;
  }
  return image;
}

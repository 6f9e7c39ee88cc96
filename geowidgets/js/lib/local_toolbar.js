// The controls above the panels.
import { chooser, html } from "./elements.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {{mode: string, axes: string, order: string, pin: [number, number]|null,
 *   matrix: number|null}} Display */
/** @typedef {{first: number, shown: number, of: number, filter: string}} Page */

/** @param {{columns: ColumnsHub, display: () => Display, pair: () => [number, number]|null,
 *   compared: () => [number, number]|null, compare: (pair: [number, number]|null) => void,
 *   page: () => Page, choosePair: (pair: [number, number]) => void,
 *   change: (display: Partial<Display>) => void, turn: (by: number) => void,
 *   filter: (text: string) => void, toggleForm: () => void, clear: () => void, undo: () => void,
 *   save: (kind: "png"|"svg") => void}} options */
export function createToolbar(options) {
  const { columns, display, pair, page, change } = options;
  const pairBox = html("div", { class: "gw-bar-group" });
  const onBox = html("div", { class: "gw-bar-group" });
  const look = html("div", { class: "gw-bar-group" });
  const pager = html("div", { class: "gw-bar-group gw-pager" });
  const tools = html("div", { class: "gw-bar-group", role: "group", "aria-label": "brush" });
  const search = html("input", {
    class: "gw-control gw-search",
    type: "search",
    placeholder: "find a class",
    "aria-label": "show classes whose name contains",
    oninput: () => options.filter(search.value),
  });
  const where = html("span", { class: "gw-soft" });
  const back = button("‹", () => options.turn(-1), "earlier classes");
  const on = button("›", () => options.turn(1), "later classes");
  pager.append(search, back, where, on);
  const byNumbers = button("By numbers…", options.toggleForm, "select by typed ranges");
  const element = html(
    "div",
    { class: "gw-bar", role: "toolbar", "aria-label": "Local geometry" },
    html("div", { class: "gw-bar-group gw-local-pair" }, pairBox, onBox),
    tools,
    look,
    pager,
    html(
      "div",
      { class: "gw-bar-group gw-bar-end" },
      byNumbers,
      button("Clear", options.clear, "clear this view's brush (Escape)"),
      button("Undo", options.undo, "undo the last selection step (Ctrl+Z)"),
      saveMenu(options.save),
    ),
  );

  function drawPair() {
    const { models, benchmarks } = columns.directory();
    const [m, b] = pair() ?? [0, 0];
    const pick = options.choosePair;
    const modelList = models.map(({ name }, k) => {
      const there = columns.done(k, b);
      return /** @type {[string, string, boolean]} */ ([String(k), named(name, there), !there]);
    });
    const benchmarkList = benchmarks.map(({ name }, k) => {
      const there = columns.done(m, k);
      return /** @type {[string, string, boolean]} */ ([String(k), named(name, there), !there]);
    });
    const other = options.compared();
    const otherBenchmark = other?.[1] ?? b;
    const others = /** @type {[string, string, boolean?][]} */ ([
      ["", "nothing"],
      ...models.map(({ name }, k) => {
        const there = columns.done(k, otherBenchmark);
        return [String(k), named(name, there), !there];
      }),
    ]);
    const pinned = display().pin !== null;
    const pin = button("Pin", () => change({ pin: pinned ? null : [m, b] }), "keep this pair here");
    pin.setAttribute("aria-pressed", String(pinned));
    pairBox.replaceChildren(
      chooser("Model", modelList, String(m), (value) => pick([Number(value), b])),
      chooser("Benchmark", benchmarkList, String(b), (value) => pick([m, Number(value)])),
      pin,
      chooser("Compare with", others, other ? String(other[0]) : "", (value) =>
        options.compare(value === "" ? null : [Number(value), otherBenchmark]),
      ),
    );
  }

  /** On which data the compared model is seen; a list of its own, as the one beside it may be in
   * use while this one appears. */
  function drawOn() {
    const other = options.compared();
    const { benchmarks } = columns.directory();
    const { set } = benchmarks[pair()?.[1] ?? 0] ?? {};
    const lines = /** @type {[string, string, boolean?][]} */ (
      benchmarks.flatMap(({ name, set: own }, k) => {
        if (own !== set) return [];
        const there = !other || columns.done(other[0], k);
        return [[String(k), named(name, there), !there]];
      })
    );
    onBox.replaceChildren(
      ...(other
        ? [
            chooser("on", lines, String(other[1]), (value) =>
              options.compare([other[0], Number(value)]),
            ),
          ]
        : []),
    );
  }

  function drawLook() {
    const { mode, axes, order, matrix } = display();
    look.hidden = matrix !== null;
    tools.replaceChildren(
      ...["lasso", "box"].map((name) => {
        const tool = button(name === "lasso" ? "Lasso" : "Box", () => change({ mode: name }));
        tool.setAttribute("aria-pressed", String(mode === name));
        return tool;
      }),
    );
    look.replaceChildren(
      chooser(
        "Axes",
        [
          ["shared", "shared"],
          ["each", "each its own"],
          ["held", "held as they are"],
        ],
        axes,
        (value) => change({ axes: value }),
      ),
      chooser(
        "Order",
        [
          ["class", "by class"],
          ["worst", "worst first"],
        ],
        order,
        (value) => change({ order: value }),
      ),
    );
  }

  function drawPager() {
    const { first, shown, of, filter } = page();
    pager.hidden = (of <= shown && !filter) || display().matrix !== null;
    if (search.value !== filter) search.value = filter;
    where.textContent = of ? `${first + 1}–${first + shown} of ${of}` : "none";
    back.disabled = first === 0;
    on.disabled = first + shown >= of;
  }

  return {
    element,
    /** After a change of the pair, the display or the store. */
    update() {
      for (const [box, draw] of /** @type {const} */ ([
        [pairBox, drawPair],
        [onBox, drawOn],
      ])) {
        const active = activeIn(element);
        if (box.contains(active) && isList(active)) refreshLater(active, draw);
        else draw();
      }
      drawLook();
      drawPager();
    },
    drawPager,
  };
}

/** @param {string} name @param {boolean} there */
const named = (name, there) => (there ? name : `${name} (not computed)`);

/** @param {Element} el */
function activeIn(el) {
  return /** @type {Document|ShadowRoot} */ (el.getRootNode()).activeElement ?? null;
}

/** @param {Element|null} el */
const isList = (el) => el instanceof HTMLSelectElement;

/** A list that is being used must not be replaced under the user's hands.
 * @param {Element|null} el @param {() => void} draw */
function refreshLater(el, draw) {
  el?.addEventListener("blur", draw, { once: true });
}

/** @param {string} text @param {() => void} pressed @param {string} [title] */
function button(text, pressed, title = "") {
  return html("button", { class: "gw-control", type: "button", title, onclick: pressed }, text);
}

/** @param {(kind: "png"|"svg") => void} save */
function saveMenu(save) {
  const menu = html(
    "details",
    { class: "gw-menu" },
    html("summary", { class: "gw-control" }, "Save"),
  );
  /** @param {"png"|"svg"} kind @param {string} text */
  const item = (kind, text) =>
    button(text, () => {
      menu.open = false;
      save(kind);
    });
  menu.append(html("div", { class: "gw-menu-items" }, item("png", "PNG"), item("svg", "SVG")));
  return menu;
}

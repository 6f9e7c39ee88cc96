// The controls above the axes.
import { chooser, html } from "./elements.js";
import { PAGE } from "./parallel_axes.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {[number, number]} Pair */
/** @typedef {{lines: string, order: string, pinned: boolean, pair: Pair|null, compared: Pair|null,
 *   classes: number[]|null, first: number, of: number, question: boolean, panel: boolean,
 *   ranked: boolean}} Showing `ranked` whether axes can be ranked by how much they moved */

/** @param {{columns: ColumnsHub, showing: () => Showing, choosePair: (pair: Pair) => void,
 *   chooseCompared: (pair: Pair|null) => void, pin: () => void,
 *   chooseClass: (c: number|null) => void, change: (display: {lines?: string, order?: string}) =>
 *   void, turn: (by: number) => void, togglePanel: () => void, ask: () => void, clear: () => void,
 *   undo: () => void, save: (kind: "png"|"svg") => void}} options */
export function createToolbar(options) {
  const { columns, showing, change } = options;
  const pairs = html("div", { class: "gw-bar-group gw-parallel-pairs" });
  const look = html("div", { class: "gw-bar-group gw-parallel-rest" });
  const pager = html("div", { class: "gw-bar-group gw-pager" });
  const where = html("span", { class: "gw-soft" });
  const back = button("‹", () => options.turn(-1), "earlier class angles");
  const on = button("›", () => options.turn(1), "later class angles");
  pager.append(back, where, on);
  const question = button(
    "Confident yet confusable",
    options.ask,
    "right, confident, but close to another class (samples that pruning and corruption tip over)",
  );
  const panel = button("Axes…", options.togglePanel, "choose which axes are drawn");
  const more = button("More…", () => setOpen(!open), "classes, lines, order, axes");
  more.classList.add("gw-parallel-more");
  const element = html(
    "div",
    { class: "gw-bar gw-parallel-bar", role: "toolbar", "aria-label": "Parallel coordinates" },
    pairs,
    look,
    pager,
    html("div", { class: "gw-bar-group gw-parallel-rest" }, question, panel),
    html(
      "div",
      { class: "gw-bar-group gw-bar-end" },
      more,
      button("Clear", options.clear, "clear this view's ranges (Escape)"),
      button("Undo", options.undo, "undo the last selection step (Ctrl+Z)"),
      saveMenu(options.save),
    ),
  );

  // In a narrow panel, as when several stand side by side, the pairs and the picture come first.
  let open = false;
  /** @param {boolean} now */
  function setOpen(now) {
    open = now;
    element.classList.toggle("gw-parallel-open", open);
    more.setAttribute("aria-expanded", String(open));
  }
  setOpen(false);

  function drawPairs() {
    const { pair, compared, pinned } = showing();
    const [m, b] = pair ?? [0, 0];
    const pin = button("Pin", options.pin, "keep these pairs here, whatever the others show");
    pin.setAttribute("aria-pressed", String(pinned));
    const [cm, cb] = compared ?? [-1, b];
    const none = /** @type {[string, string, boolean?]} */ (["-1", "nothing"]);
    pairs.replaceChildren(
      chooser("Model", modelList(b), String(m), (value) => options.choosePair([Number(value), b])),
      chooser("Benchmark", benchmarkList(m), String(b), (value) =>
        options.choosePair([m, Number(value)]),
      ),
      chooser("Compared", [none, ...modelList(cb)], String(cm), (value) =>
        options.chooseCompared(value === "-1" ? null : [Number(value), cb]),
      ),
      ...(compared
        ? [
            chooser("on", benchmarkList(cm), String(cb), (value) =>
              options.chooseCompared([cm, Number(value)]),
            ),
          ]
        : []),
      pin,
    );
  }

  /** @param {number} b */
  const modelList = (b) =>
    columns.directory().models.map(({ name }, k) => entry(k, name, columns.done(k, b)));
  /** @param {number} m */
  const benchmarkList = (m) =>
    columns.directory().benchmarks.map(({ name }, k) => entry(k, name, columns.done(m, k)));

  function drawLook() {
    const { lines, order, compared, classes, ranked } = showing();
    const names = columns.directory().classes;
    const several = classes && classes.length !== 1;
    const list = /** @type {[string, string, boolean?][]} */ ([
      ["", "every class"],
      ...(several ? [["several", `${classes.length} classes`, true]] : []),
      ...names.map((name, k) => [String(k), name]),
    ]);
    const value = several ? "several" : String(classes?.[0] ?? "");
    const fields = [
      chooser("Samples of", list, value, (text) =>
        options.chooseClass(text === "" ? null : Number(text)),
      ),
    ];
    if (compared) {
      fields.push(
        chooser(
          "Lines",
          [
            ["reference", "reference"],
            ["compared", "compared"],
            ["both", "both"],
          ],
          lines,
          (text) => change({ lines: text }),
        ),
      );
    }
    if (ranked) {
      fields.push(
        chooser(
          "Order",
          [
            ["class", "by class"],
            ["moved", "most moved first"],
          ],
          order,
          (text) => change({ order: text }),
        ),
      );
    }
    look.replaceChildren(...fields);
  }

  function drawRest() {
    const { first, of, question: asked, panel: open } = showing();
    pager.hidden = of <= PAGE;
    where.textContent = `${first + 1}–${Math.min(of, first + PAGE)} of ${of}`;
    back.disabled = first === 0;
    on.disabled = first + PAGE >= of;
    question.setAttribute("aria-pressed", String(asked));
    panel.setAttribute("aria-expanded", String(open));
  }

  /** What the lists show now: they are made anew only when that has changed. */
  let drawn = "";
  /** A list that is open must not be replaced under the user's hands; one just used may be. */
  let settled = true;
  element.addEventListener("change", () => {
    settled = true;
  });
  element.addEventListener("pointerdown", () => {
    settled = false;
  });
  element.addEventListener("focusout", () => {
    settled = true;
    update();
  });

  function update() {
    const { first: _, question: __, panel: ___, ...lists } = showing();
    const { revision, done } = columns.directory();
    const now = JSON.stringify([lists, revision, done]);
    const used = activeIn(element)?.closest("label")?.textContent;
    if (now !== drawn && (settled || !used)) {
      drawn = now;
      drawPairs();
      drawLook();
      const again = [...element.querySelectorAll("label")].find(
        (label) => used?.startsWith(label.firstElementChild?.textContent ?? "") && label,
      );
      if (used) again?.querySelector("select")?.focus();
    }
    drawRest();
  }

  return { element, update };
}

/** @param {number} k @param {string} name @param {boolean} there
 * @returns {[string, string, boolean]} */
const entry = (k, name, there) => [String(k), there ? name : `${name} (not computed)`, !there];

/** The focused element, if it is inside. @param {Element} el */
function activeIn(el) {
  const active = /** @type {Document|ShadowRoot} */ (el.getRootNode()).activeElement;
  return active && el.contains(active) ? active : null;
}

/** @param {string} text @param {() => void} pressed @param {string} title */
function button(text, pressed, title) {
  return html("button", { class: "gw-control", type: "button", title, onclick: pressed }, text);
}

/** @param {(kind: "png"|"svg") => void} save */
function saveMenu(save) {
  const menu = html(
    "details",
    { class: "gw-menu" },
    html("summary", { class: "gw-control" }, "Save"),
  );
  const item = (/** @type {"png"|"svg"} */ kind) =>
    button(
      kind.toUpperCase(),
      () => {
        menu.open = false;
        save(kind);
      },
      "",
    );
  menu.append(html("div", { class: "gw-menu-items" }, item("png"), item("svg")));
  return menu;
}

// The controls above the panels.
import { chooser, hide, html } from "./elements.js";
import { pairFields } from "./pair_fields.js";
import { button, createLists, saveMenu, toggle } from "./view_buttons.js";
import { amount } from "./words.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {{mode: string, axes: string, order: string, matrix: number|null}} Display */
/** @typedef {{first: number, shown: number, of: number, filter: string}} Page */

/** @param {{columns: ColumnsHub, display: () => Display,
 *   pairs: import("./view_pairs.js").ViewPairs, page: () => Page,
 *   change: (display: Partial<Display>) => void, turn: (by: number) => void,
 *   filter: (text: string) => void, toggleForm: () => void, clear: () => void, undo: () => void,
 *   subsets: HTMLElement, save: (kind: "png"|"svg") => void}} options */
export function createToolbar(options) {
  const { columns, display, pairs, page, change } = options;
  const pairBox = html("div", { class: "gw-bar-group gw-pair-fields" });
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
    pairBox,
    tools,
    look,
    pager,
    html(
      "div",
      { class: "gw-bar-group gw-bar-end" },
      byNumbers,
      button("Clear", options.clear, "clear this view's brush (Escape)"),
      button("Undo", options.undo, "undo the last selection step (Ctrl+Z)"),
      options.subsets,
      saveMenu(options.save),
    ),
  );
  const updateLists = createLists(element, shown, drawLists);

  function shown() {
    const { axes, order } = display();
    const { revision, done } = columns.directory();
    return JSON.stringify([pairs.key(), pairs.pinned(), axes, order, revision, done]);
  }

  function drawLists() {
    const { axes, order } = display();
    pairBox.replaceChildren(...pairFields({ columns, pairs, sameSet: true }));
    look.replaceChildren(
      chooser("Axes", AXES, axes, (value) => change({ axes: value })),
      chooser("Order", orders(pairs.compared() !== null), order, (value) =>
        change({ order: value }),
      ),
    );
  }

  function drawPager() {
    const { first, shown: n, of, filter } = page();
    hide(pager, (of <= n && !filter) || display().matrix !== null);
    if (search.value !== filter) search.value = filter;
    where.textContent = of ? `${amount(first + 1)}–${amount(first + n)} of ${amount(of)}` : "none";
    back.disabled = first === 0;
    on.disabled = first + n >= of;
  }

  return {
    element,
    /** After a change of the pair, the display or the store. */
    update() {
      const { mode, matrix } = display();
      updateLists();
      hide(look, matrix !== null);
      tools.replaceChildren(
        ...TOOLS.map(([name, text]) => toggle(text, mode === name, () => change({ mode: name }))),
      );
      drawPager();
    },
    drawPager,
  };
}

const TOOLS = [
  ["lasso", "Lasso"],
  ["box", "Box"],
];

/** @type {[string, string][]} */
const AXES = [
  ["shared", "shared"],
  ["each", "each its own"],
  ["held", "held as they are"],
];

/** @param {boolean} comparing @returns {[string, string, boolean?][]} */
const orders = (comparing) => [
  ["class", "by class"],
  ["worst", "worst first"],
  ["moved", "most moved first", !comparing],
  ["reacting", "most reacting first", !comparing],
];

// The controls above the axes.
import { searchableChooser } from "./class_field.js";
import { chooser, hide, html } from "./elements.js";
import { pairFields } from "./pair_fields.js";
import { PAGE } from "./parallel_axes.js";
import { button, createLists, saveMenu } from "./view_buttons.js";
import { amount } from "./words.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {{lines: string, order: string, classes: number[]|null, first: number, of: number,
 *   question: boolean, panel: boolean, comparing: boolean, ranked: boolean}} Showing `ranked`
 *   whether classes can be ranked by what changed between two pairs */

/** @param {{columns: ColumnsHub, pairs: import("./view_pairs.js").ViewPairs,
 *   showing: () => Showing, chooseClass: (c: number|null) => void,
 *   change: (display: {lines?: string, order?: string}) => void, turn: (by: number) => void,
 *   togglePanel: () => void, ask: () => void, clear: () => void, undo: () => void,
 *   subsets: HTMLElement, save: (kind: "png"|"svg") => void}} options */
export function createToolbar(options) {
  const { columns, pairs, showing, change, chooseClass } = options;
  const fields = html("div", { class: "gw-bar-group gw-pair-fields" });
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
    fields,
    look,
    pager,
    html("div", { class: "gw-bar-group gw-parallel-rest" }, question, panel),
    html(
      "div",
      { class: "gw-bar-group gw-bar-end" },
      more,
      button("Clear", options.clear, "clear this view's ranges (Escape)"),
      button("Undo", options.undo, "undo the last selection step (Ctrl+Z)"),
      options.subsets,
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

  function drawLook() {
    const { lines, order, comparing, classes, ranked } = showing();
    const names = columns.directory().classes;
    const several = classes && classes.length !== 1;
    const options = /** @type {[string, string, boolean?][]} */ ([
      ["", "every class"],
      ...(several ? [["several", `${amount(classes.length)} classes`, true]] : []),
      ...names.map((name, k) => [String(k), name]),
    ]);
    const value = several ? "several" : String(classes?.[0] ?? "");
    const lists = [
      searchableChooser("Samples of", options, value, (text) =>
        chooseClass(text === "" ? null : Number(text)),
      ),
    ];
    if (comparing) {
      lists.push(
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
    lists.push(
      chooser(
        "Order",
        [
          ["class", "by class"],
          ["confused", "most confused first"],
          ["moved", "most moved first", !ranked],
          ["reacting", "most reacting first", !ranked],
        ],
        order,
        (text) => change({ order: text }),
      ),
    );
    look.replaceChildren(...lists);
  }

  function drawRest() {
    const { first, of, question: asked, panel: open } = showing();
    hide(pager, of <= PAGE);
    const last = Math.min(of, first + PAGE);
    where.textContent = `${amount(first + 1)}–${amount(last)} of ${amount(of)}`;
    back.disabled = first === 0;
    on.disabled = first + PAGE >= of;
    question.setAttribute("aria-pressed", String(asked));
    panel.setAttribute("aria-expanded", String(open));
  }

  const updateLists = createLists(element, shown, () => {
    fields.replaceChildren(...pairFields({ columns, pairs, sameSet: false }));
    drawLook();
  });

  function shown() {
    const { first: _, of: __, question: ___, panel: ____, ...lists } = showing();
    const { revision, done } = columns.directory();
    return JSON.stringify([lists, pairs.key(), pairs.pinned(), revision, done]);
  }

  return {
    element,
    update() {
      updateLists();
      drawRest();
    },
  };
}

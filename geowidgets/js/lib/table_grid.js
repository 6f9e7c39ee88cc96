// The scrolling grid: sticky headings, and lines that exist only while they are in view.

import { html } from "./elements.js";
import { whenIdle } from "./idle.js";
import { barAt, visibleLines } from "./table_geometry.js";
import { headerRow } from "./table_head.js";
import { gridCell, lineElement, lineName } from "./table_line.js";

/**
 * @typedef {import("./table_layout.js").Layout} Layout
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {{ line: number, column: number, bar: number }} Place line −1: the heading, column −1:
 *   the names
 * @typedef {{ line: HTMLElement, name: HTMLElement, canvas: HTMLCanvasElement,
 *   cells: HTMLElement[] }} Live
 * @typedef {[number, number]} Span first and last, the last one excluded
 * @typedef {{ paint: (context: CanvasRenderingContext2D, line: Line, columns?: Span) => void,
 *   label: (line: Line, column: number) => string,
 *   chosen: (line: Line, column: number) => boolean }} Painter
 */

/** Lines drawn above and below of the viewport, so that scrolling does not meet a blank. */
const SPARE = 6;
/** Cells whose labels are written at once; more would hold up a drag that begins. */
const LABELS = 800;

/**
 * @param {HTMLElement} scroll
 * @param {Painter} painter
 * @param {AbortSignal} signal
 */
export function createGrid(scroll, painter, signal) {
  const head = html("div", { class: "gw-table-head", role: "row", "aria-rowindex": "1" });
  const body = html("div", { class: "gw-table-body", role: "rowgroup" });
  scroll.append(head, body);
  /** @type {Map<number, Live>} */
  const live = new Map();
  /** @type {Layout | null} */
  let layout = null;
  /** Canvases of lines that are gone, for those to come: new ones cost more than the drawing.
   * @type {HTMLCanvasElement[]} */
  const canvases = [];
  /** A line's cells, copied for each line: faster than making them one by one. */
  let cellsOfLine = new DocumentFragment();
  /** Lines that show what was before, at least where they are out of view. @type {Set<number>} */
  const stale = new Set();
  /** Lines and columns in view when last looked: asking the browser again during a drag would lay
   * the whole page out once more. @type {{ lines: Span, columns: Span }} */
  let seen = { lines: [0, 0], columns: [0, 0] };
  /** Lines without labels yet. @type {Set<number>} */
  const unlabelled = new Set();
  /** @type {Place} the one place that Tab reaches */
  let home = { line: 0, column: -1, bar: 0 };
  scroll.addEventListener("scroll", () => show(), { passive: true, signal });

  /** @param {Layout} next */
  function setLayout(next) {
    const focused = scroll.contains(scroll.ownerDocument.activeElement);
    layout = next;
    scroll.setAttribute("aria-rowcount", String(next.lines.length + 1));
    scroll.setAttribute("aria-colcount", String(next.columns.length + 1));
    headerRow(head, next);
    cellsOfLine = new DocumentFragment();
    cellsOfLine.append(...next.columns.map((_, column) => gridCell(column, next.sizes)));
    body.style.width = `${next.sizes.width}px`;
    body.style.height = `${next.tops[next.lines.length]}px`;
    for (const { line } of live.values()) line.remove();
    live.clear();
    stale.clear();
    home = clamp(home);
    show();
    setTabStop(focused);
  }

  /** Make the lines in view, drop the others; the one with the cursor stays, or focus would go. */
  function show() {
    if (!layout) return;
    seen = inView(layout);
    const [first, last] = seen.lines;
    const from = Math.max(0, first - SPARE);
    const to = Math.min(layout.lines.length, last + SPARE);
    for (const [index, { line, canvas }] of live) {
      if ((index < from || index >= to) && index !== home.line) {
        line.remove();
        if (layout.lines[index].kind === "row") canvases.push(canvas);
        live.delete(index);
      }
    }
    for (let index = from; index < to; index += 1) {
      if (!live.has(index)) make(index);
      else if (stale.has(index)) repaintLine(index);
    }
  }

  /** @param {Layout} present @returns {{ lines: Span, columns: Span }} */
  function inView({ tops, sizes, columns }) {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = scroll;
    const right = scrollLeft + clientWidth - sizes.head;
    return {
      lines: visibleLines(tops, scrollTop, scrollTop + clientHeight - sizes.header),
      columns: [
        Math.floor(scrollLeft / sizes.column),
        Math.min(columns.length, Math.ceil(right / sizes.column)),
      ],
    };
  }

  /** @param {number} index */
  function make(index) {
    if (!layout) return;
    const line = layout.lines[index];
    const { sizes, tops } = layout;
    const row = lineElement(line, index, tops[index], sizes);
    const name = lineName(line, sizes);
    const canvas =
      (line.kind === "row" && canvases.pop()) ||
      html("canvas", { class: "gw-table-canvas", "aria-hidden": "true" });
    row.append(name);
    if (line.kind === "row") row.append(canvas, cellsOfLine.cloneNode(true));
    const cells = /** @type {HTMLElement[]} */ ([...row.children].slice(2));
    const before = [...live.keys()].filter((other) => other < index).length;
    body.insertBefore(row, body.children[before] ?? null); // reading order is the table's order
    live.set(index, { line: row, name, canvas, cells });
    repaintLine(index);
    labelLater(index);
    if (index === home.line) setTabStop(false);
  }

  /** @param {number} index @param {Span} [columns] only these; the rest shows what was before */
  function repaintLine(index, columns) {
    if (columns) stale.add(index);
    else stale.delete(index);
    const row = live.get(index);
    const line = layout?.lines[index];
    if (!layout || !row || line?.kind !== "row") return;
    const { sizes } = layout;
    const ratio = scroll.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    const width = Math.round((sizes.width - sizes.head) * ratio);
    const height = Math.round(sizes.row * ratio);
    if (row.canvas.width !== width || row.canvas.height !== height) {
      row.canvas.width = width;
      row.canvas.height = height;
      row.canvas.style.width = `${sizes.width - sizes.head}px`;
      row.canvas.style.height = `${sizes.row}px`;
    }
    const context = row.canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const [first, last] = columns ?? [0, layout.columns.length];
    context.clearRect(first * sizes.column, 0, (last - first) * sizes.column, sizes.row);
    painter.paint(context, line, columns);
  }

  /** Labels of lines that scroll by take longer than the lines themselves: written when there is
   * time, and at once where the cursor goes. @param {number} index */
  function labelLater(index) {
    if (unlabelled.size === 0) whenIdle(labelNext, signal);
    unlabelled.add(index);
  }

  function labelNext() {
    for (const index of unlabelled) {
      label(index);
      break;
    }
    return unlabelled.size > 0;
  }

  /** @param {number} index */
  function label(index) {
    unlabelled.delete(index);
    const line = layout?.lines[index];
    if (line?.kind !== "row") return;
    live.get(index)?.cells.forEach((cell, column) => {
      cell.setAttribute("aria-label", painter.label(line, column));
      cell.setAttribute("aria-selected", String(painter.chosen(line, column)));
    });
  }

  /** @param {Place} place @returns {Place} */
  function clamp({ line, column, bar }) {
    const lines = layout?.lines ?? [];
    const at = Math.max(-1, Math.min(lines.length - 1, line));
    const group = lines[at]?.kind === "group";
    const bars = lines[at]?.bars.length ?? 1;
    return {
      line: at,
      column: group ? -1 : Math.max(-1, Math.min((layout?.columns.length ?? 0) - 1, column)),
      bar: Math.max(0, Math.min(bars - 1, bar)),
    };
  }

  /** @param {Place} place @returns {HTMLElement | null} */
  function node({ line, column }) {
    if (line === -1) return /** @type {HTMLElement} */ (head.children[column + 1]);
    const row = live.get(line);
    return (column === -1 ? row?.name : row?.cells[column]) ?? null;
  }

  /** @param {boolean} focus */
  function setTabStop(focus) {
    for (const old of scroll.querySelectorAll('[tabindex="0"]')) {
      if (old !== scroll) /** @type {HTMLElement} */ (old).tabIndex = -1;
    }
    const target = node(home);
    if (!target) return;
    target.tabIndex = 0;
    if (focus) target.focus({ preventScroll: true });
  }

  /** Move the cursor: scrolls there, and focuses when asked.
   * @param {Place} place @param {boolean} focus */
  function moveTo(place, focus) {
    home = clamp(place);
    if (focus) reveal(home);
    show();
    if (unlabelled.has(home.line)) label(home.line);
    setTabStop(focus);
    return home;
  }

  /** @param {Place} place */
  function reveal({ line, column }) {
    if (!layout) return;
    const { sizes, tops } = layout;
    if (line >= 0) {
      const room = scroll.clientHeight - sizes.header;
      scroll.scrollTop = inside(scroll.scrollTop, room, tops[line], tops[line + 1]);
    }
    if (column >= 0) {
      const room = scroll.clientWidth - sizes.head;
      const left = column * sizes.column;
      scroll.scrollLeft = inside(scroll.scrollLeft, room, left, left + sizes.column);
    }
  }

  /** The place under a pointer event, or null outside of headings and cells.
   * @param {PointerEvent | MouseEvent} event @returns {Place | null} */
  function placeOf(event) {
    const target = /** @type {Element} */ (event.target).closest?.("[data-column]");
    if (!layout || !(target instanceof HTMLElement)) return null;
    const owner = /** @type {HTMLElement | null} */ (target.closest(".gw-table-line"));
    const line = owner ? Number(owner.dataset.line) : -1;
    const column = Number(target.dataset.column);
    if (line < 0 || column < 0) return { line, column, bar: 0 };
    const x = event.clientX - target.getBoundingClientRect().left;
    return { line, column, bar: barAt(x, layout.lines[line].bars.length, layout.sizes.column) };
  }

  return {
    setLayout,
    show,
    moveTo,
    placeOf,
    node,
    cursor: () => home,
    /** First and last line and column in view, the last ones excluded. */
    seen: () => seen,
    /** Draw all lines again; with `hurry` what is out of view when it comes into it.
     * @param {boolean} [hurry] */
    repaint(hurry = false) {
      const [first, last] = seen.lines;
      for (const index of live.keys()) {
        if (!hurry) repaintLine(index);
        else if (index < first || index >= last) stale.add(index);
        else repaintLine(index, seen.columns);
      }
    },
    /** Draw single lines again. @param {Iterable<number>} lines */
    repaintLines: (lines) => {
      for (const index of new Set(lines)) repaintLine(index);
    },
    /** Emphasise headings and names that a clause picks; null: there is none.
     * @param {(column: number) => boolean} column @param {(line: number) => boolean} line */
    emphasise(column, line) {
      [...head.children].forEach((heading, index) => {
        heading.classList.toggle("gw-table-chosen", index > 0 && column(index - 1));
      });
      for (const [index, { name }] of live) name.classList.toggle("gw-table-chosen", line(index));
    },
    /** Show the cells between two corners as about to be picked. @param {Place | null} a
     * @param {Place | null} b */
    range(a, b) {
      for (const [index, { cells }] of live) {
        cells.forEach((cell, column) => {
          const inside = a !== null && b !== null && between(a, b, index, column);
          cell.classList.toggle("gw-table-ranged", inside);
        });
      }
    },
    /** Write all labels in view again; many when there is time. */
    relabel: () => {
      const many = live.size * (layout?.columns.length ?? 0) > LABELS;
      for (const index of live.keys()) (many ? labelLater : label)(index);
    },
  };
}

/** @param {Place} a @param {Place} b @param {number} line @param {number} column */
function between(a, b, line, column) {
  const among = (/** @type {number} */ x, /** @type {number} */ p, /** @type {number} */ q) =>
    x >= Math.min(p, q) && x <= Math.max(p, q);
  return among(line, a.line, b.line) && among(column, a.column, b.column);
}

/** The scroll offset nearest to `now` that shows `[from, to)` in a room of that size.
 * @param {number} now @param {number} room @param {number} from @param {number} to */
export function inside(now, room, from, to) {
  return Math.max(Math.min(now, from), to - room);
}

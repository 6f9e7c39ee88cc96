// What the table says beside its cells: legend, status, problems, and a label a cell.

import { fillLegend } from "./table_legend.js";
import { cellLabel, summary } from "./table_words.js";
import { amount } from "./words.js";

/**
 * @typedef {import("./table_rows.js").Line} Line
 * @typedef {import("./table_tally.js").Tally} Tally
 */

/**
 * @param {HTMLElement} root
 * @param {{ parts: { problem: HTMLElement, legend: HTMLElement, status: HTMLElement },
 *   columns: import("./columns_hub.js").ColumnsHub,
 *   selection: import("./selection_hub.js").SelectionHub,
 *   display: () => import("./table_layout.js").Display,
 *   data: () => import("./table_data.js").TableData,
 *   layout: () => import("./table_layout.js").Layout,
 *   style: () => import("./table_paint.js").Style,
 *   cellsOf: ReturnType<typeof import("./table_lines.js").createLinePainter>["cellsOf"],
 *   problem: () => string }} present `problem`: why an ensemble's row could not be had, or ""
 */
export function createTableSaid(root, present) {
  const { columns, selection, display, data, layout, style, cellsOf } = present;
  const { problem, legend, status } = present.parts;

  /** @param {Tally | null} tally null: not all is known yet */
  function write(tally) {
    const directory = columns.directory();
    const now = data();
    const sets = directory.sets.map(({ name, n }) => ({
      name,
      n,
      subset: now.sets.get(name)?.subset ?? null,
    }));
    fillLegend(legend, { ...legendOf(tally), sets });
    const said = summary(directory, tally, { ...now, sets });
    if (status.textContent !== said) status.textContent = said;
    const wrong = now.error || selection.error() || present.problem();
    problem.textContent = wrong;
    problem.hidden = !wrong;
    root.dataset.gwState = now.loading || now.waiting || !tally ? "loading" : "ready";
  }

  /** @param {Tally | null} tally */
  function legendOf(tally) {
    const { filtered, measure, waiting } = data();
    const { mode, lines } = layout();
    const states = tally?.states ?? new Set([filtered ? "subset" : "whole"]);
    const { potential, delta, baseline } = display();
    return {
      mode,
      measure,
      domain: style().domain,
      filtered: filtered && states.has("subset"),
      scale: style().scale,
      dense: columns.directory().models.some(({ parent }) => parent !== null),
      missing: states.has("missing"),
      elsewhere: states.has("elsewhere"),
      fixed: states.has("fixed"),
      waiting: tally ? states.has("waiting") : waiting,
      intervals: tally?.intervals ?? true,
      repeats: lines.some((line) => line.kind === "row" && line.repeats > 1),
      compared: selection.state().compared !== null,
      potential: potential ? delta : null,
      baseline,
    };
  }

  return {
    write,
    /** Names the grid. */
    title() {
      const { models, benchmarks } = columns.directory();
      const { title } = data().measure;
      const what = title[0].toUpperCase() + title.slice(1);
      return `${what} of ${amount(models.length)} models on ${amount(benchmarks.length)} benchmarks`;
    },
    /** Lines of words below a picture. */
    words() {
      const { shared } = layout();
      const marks = [...legend.children].map((entry) => entry.textContent).join("; ");
      return [status.textContent ?? "", shared ? `${shared}; ${marks}` : marks];
    },
    /** Names a cell. @param {Line} line @param {number} column */
    label(line, column) {
      if (line.kind === "group") return "";
      const { models } = columns.directory();
      const own = line.bars.map(([model]) => models[model]);
      const place = layout().columns[column];
      const name = `${line.architecture}, ${line.label}`;
      return cellLabel(cellsOf(line, place), own, name, place, data().measure);
    },
  };
}

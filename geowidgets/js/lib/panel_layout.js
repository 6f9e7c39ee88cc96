// Where small multiples go: equal plots in a grid, with room for the axes. No DOM.

/** @typedef {{left: number, top: number, width: number, height: number, column: number,
 *   row: number, outerLeft: boolean, outerBottom: boolean}} PanelPlace plot area, CSS pixels */
/** @typedef {{width: number, height: number, columns: number, rows: number,
 *   panels: PanelPlace[], plots: {left: number, top: number, width: number, height: number}}}
 *   PanelLayout */

const TITLE = 18; // an axis title's height
const HEADER = 24; // class name and accuracy above a plot
const X_LABELS = 20;
const GAP = 14; // between plots whose axes are shared
const RIGHT = 10;
const IDEAL = 180; // a plot's width that reads well in a talk
const MIN = 108;
const ASPECT = 0.86;
const TALL = 900; // more than fits on a screen

/** Columns whose plots come close to the ideal width, leave few cells empty and fit on a screen.
 * @param {number} n @param {number} width of all plots with their gaps @param {number} gap */
export function chooseColumns(n, width, gap) {
  const most = Math.max(1, Math.min(n, Math.floor((width + gap) / (MIN + gap))));
  let best = 1;
  let least = Infinity;
  for (let columns = 1; columns <= most; columns++) {
    const plot = (width + gap) / columns - gap;
    const holes = Math.ceil(n / columns) * columns - n;
    const tall = Math.ceil(n / columns) * (plot * ASPECT + HEADER + X_LABELS);
    const cost =
      Math.abs(Math.log(plot / IDEAL)) +
      (0.4 * holes) / columns +
      Math.max(0, Math.log(tall / TALL));
    if (cost < least) [best, least] = [columns, cost];
  }
  return best;
}

/** Places for `n` panels.
 * @param {{n: number, width: number, height?: number|null, shared: boolean, labels: number}} options
 *   `height` of everything (else the plots' own), `labels` the width of the widest y label
 * @returns {PanelLayout} */
export function layoutPanels({ n, width, height = null, shared, labels }) {
  const left = TITLE + (shared ? labels + 8 : 0);
  const inner = shared ? 0 : labels + 10;
  const gap = shared ? GAP : GAP + inner;
  const room = Math.max(MIN, width - left - inner - RIGHT);
  const columns = chooseColumns(Math.max(n, 1), room, gap);
  const rows = Math.max(1, Math.ceil(n / columns));
  const plotWidth = Math.floor((room + gap) / columns - gap);
  const below = shared ? GAP - 6 : X_LABELS + 4; // under a plot that is not in the last row
  const bottom = X_LABELS + TITLE + 2;
  const free = height ? (height - bottom - (rows - 1) * below) / rows - HEADER : 0;
  const ideal = Math.min(plotWidth * ASPECT, 320);
  const plotHeight = Math.floor(height ? Math.max(60, free) : Math.max(ideal, 84));
  const panels = Array.from({ length: n }, (_, k) => {
    const column = k % columns;
    const row = Math.floor(k / columns);
    return {
      left: left + inner + column * (plotWidth + gap),
      top: HEADER + row * (plotHeight + HEADER + below),
      width: plotWidth,
      height: plotHeight,
      column,
      row,
      outerLeft: !shared || column === 0,
      outerBottom: !shared || k + columns >= n,
    };
  });
  const tall = rows * (plotHeight + HEADER) + (rows - 1) * below;
  return {
    width,
    height: tall + bottom,
    columns,
    rows,
    panels,
    plots: {
      left: left + inner,
      top: HEADER,
      width: columns * (plotWidth + gap) - gap,
      height: tall - HEADER,
    },
  };
}

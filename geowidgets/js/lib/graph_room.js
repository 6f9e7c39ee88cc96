// How a weight graph shares its room with its charts.

const BESIDE = 660; // CSS pixels from which the charts stand beside the graph
const FRAME = 26; // the view's own padding and border
const GAP = 14;

/** Widths of the graph and of the charts, and the graph's height, in CSS pixels.
 * @param {number} width of the view @param {number|null} height that was asked for
 * @returns {{beside: boolean, side: number, wide: number, high: number}} */
export function roomFor(width, height) {
  const room = width - FRAME;
  const beside = width >= BESIDE;
  const side = beside ? Math.round(Math.min(380, room * 0.34)) : room;
  const wide = Math.max(1, beside ? room - side - GAP : room);
  const high = height ?? Math.round(Math.min(680, Math.max(470, wide * 0.76)));
  return { beside, side, wide, high };
}

"""Every text that a view shows, as a box on the screen: which meet each other or leave the view."""

from __future__ import annotations

from playwright.sync_api import Locator

# A text in SVG may be slanted, so a box is a quadrilateral; two of them are apart where one of
# their sides' normals parts them. A text that its element cuts off ends where the element does.
FIND = r"""root => {
  const corners = (l, t, r, b) => [[l, t], [r, t], [r, b], [l, b]];
  const shown = el => el.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !el.closest('.gw-visually-hidden, datalist, title, select, .gw-tip');
  function cut(box, el) {
    let { left, top, right, bottom } = box;
    for (let up = el; up && up !== root.parentElement; up = up.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(up);
      const frame = up.getBoundingClientRect();
      if (overflowX !== 'visible') {
        [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
      }
      if (overflowY !== 'visible') {
        [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
      }
    }
    return right - left > 1 && bottom - top > 1 ? corners(left, top, right, bottom) : null;
  }
  function slanted(el) {
    const { x, y, width, height } = el.getBBox();
    if (!width) return null;
    const matrix = el.getScreenCTM();
    return corners(x, y, x + width, y + height).map(([px, py]) => {
      const point = new DOMPoint(px, py).matrixTransform(matrix);
      return [point.x, point.y];
    });
  }
  const boxes = [];
  const add = (text, at, el, node = el) => {
    if (at && text.trim()) boxes.push({ text: text.trim(), at, el, node });
  };
  for (const el of root.querySelectorAll('select, input')) {
    if (el.checkVisibility() && !['checkbox', 'radio', 'range'].includes(el.type)) {
      add(el.selectedOptions?.[0]?.text || el.value || el.placeholder || '',
        cut(el.getBoundingClientRect(), el), el);
    }
  }
  for (const el of root.querySelectorAll('svg text')) {
    if (shown(el)) add(el.textContent, slanted(el), el);
  }
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const el = walk.currentNode.parentElement;
    if (!el || el.closest('svg, select, datalist') || !shown(el)) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    for (const box of range.getClientRects()) {
      add(walk.currentNode.data, cut(box, el), el, walk.currentNode);
    }
  }
  const apart = (a, b) => [a, b].some(shape => shape.some(([x0, y0], k) => {
    const [x1, y1] = shape[(k + 1) % 4];
    const [nx, ny] = [y1 - y0, x0 - x1];
    const length = Math.hypot(nx, ny) || 1;
    const span = points => points.map(([x, y]) => (x * nx + y * ny) / length);
    const [p, q] = [span(a), span(b)];
    return Math.max(...p) - 1 <= Math.min(...q) || Math.max(...q) - 1 <= Math.min(...p);
  }));
  const kind = el => el.getAttribute('class') || el.tagName;
  const short = ({ text, el }) => `"${text.slice(0, 24)}" (${kind(el)})`;
  const { left, right, top, bottom } = root.getBoundingClientRect();
  const found = [];
  boxes.forEach((one, k) => {
    const out = one.at.some(([x, y]) =>
      x < left - 1 || x > right + 1 || y < top - 1 || y > bottom + 1);
    if (out) found.push(`${short(one)} leaves the view`);
    for (const other of boxes.slice(k + 1)) {
      if (one.node === other.node || apart(one.at, other.at)) continue;
      found.push(`${short(one)} meets ${short(other)}`);
    }
  });
  return { texts: boxes.map(({ text }) => text), found };
}"""


def texts(view: Locator) -> list[str]:
    """What a view shows as text, the choices of its lists and fields included."""
    return view.evaluate(FIND)["texts"]


def collisions(view: Locator) -> list[str]:
    """Texts of a view that meet another or leave it, in words; empty where all is well."""
    return view.evaluate(FIND)["found"]

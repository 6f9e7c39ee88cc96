// The box with the exact numbers of one bar.

import { html } from "./elements.js";

/**
 * @param {HTMLElement} root the view; the box stays inside of it
 * @returns {{ show: (anchor: DOMRect, x: number, titles: string[], lines: [string, string][]) =>
 *   void, hide: () => void }}
 */
export function createTip(root) {
  const tip = html("div", { class: "gw-table-tip", "aria-hidden": "true" });
  tip.hidden = true;
  root.append(tip);

  return {
    show(anchor, x, [title, ...rest], lines) {
      const list = html("div", { class: "gw-table-facts" });
      for (const [name, value] of lines) {
        list.append(html("span", { class: "gw-soft" }, name), html("span", {}, value));
      }
      tip.replaceChildren(
        html("div", { class: "gw-table-tip-title" }, title),
        ...rest.map((words) => html("div", { class: "gw-table-soft" }, words)),
        list,
      );
      tip.hidden = false;
      const frame = root.getBoundingClientRect();
      const left = Math.min(x - frame.left + 12, frame.width - tip.offsetWidth - 4);
      const below = anchor.bottom - frame.top + 4;
      const above = anchor.top - frame.top - tip.offsetHeight - 4;
      tip.style.left = `${Math.max(4, left)}px`;
      tip.style.top = `${below + tip.offsetHeight > frame.height && above > 0 ? above : below}px`;
    },
    hide() {
      tip.hidden = true;
    },
  };
}

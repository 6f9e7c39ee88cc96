// The legend: what colours and marks mean; an entry takes its group out of the map and back.
import { hide, html, svg } from "./elements.js";
import { markPath } from "./map_paint.js";
import { css } from "./map_palette.js";
import { amount } from "./words.js";

/** @typedef {import("./map_look.js").Look} Look */
/** @typedef {import("./map_look.js").Entry} Entry */
/** @typedef {(group: import("./map_groups.js").Group|null) => void} Hover */

const MANY = 12; // entries from which a list is set in two columns, without counts

/** @param {{change: (hidden: string[]) => void, hover: Hover}} options `hover` the group whose
 *   entry is under the pointer */
export function createLegend({ change, hover }) {
  const element = html("div", { class: "gw-map-legend", role: "group", "aria-label": "Legend" });
  let drawn = "";

  /** @param {Look} look @param {string[]} hidden @param {string} sizes what sizes mean, or "" */
  function draw(look, hidden, sizes) {
    const now = JSON.stringify([look.sections, look.ramp, hidden, sizes]);
    if (now === drawn) return;
    drawn = now;
    const held = focused(element);
    element.replaceChildren(
      ...look.sections.map(({ title, entries }) => section(title, entries, hidden)),
      ...(look.ramp ? [ramp(look.ramp)] : []),
      html(
        "div",
        { class: "gw-soft gw-map-sizes" },
        html("span", { class: "gw-map-key" }, "reference"),
        html("span", { class: "gw-map-key gw-map-key-compared" }, "compared"),
        sizes,
      ),
    );
    if (held) {
      for (const one of element.querySelectorAll("button")) {
        if (one.dataset.key === held) one.focus();
      }
    }
  }

  /** @param {string} title @param {Entry[]} entries @param {string[]} hidden */
  function section(title, entries, hidden) {
    const many = entries.length > MANY;
    const longest = entries.reduce((most, { group }) => Math.max(most, group.label.length), 0);
    const keys = entries.map(({ group }) => group.key);
    const gone = hidden.filter((key) => keys.includes(key));
    const rest = hidden.filter((key) => !keys.includes(key));
    const all = html(
      "button",
      { class: "gw-map-all", type: "button", onclick: () => change(rest) },
      "show all",
    );
    hide(all, !gone.length);
    return html(
      "div",
      { class: "gw-map-section" },
      html("div", { class: "gw-map-heading" }, html("span", {}, title), all),
      html(
        "div",
        // As many columns as leave the names whole.
        { class: "gw-map-entries", style: `--gw-map-entry: ${widthOf(longest, many)}` },
        ...entries.map((entry) => button(entry, hidden, keys, rest)),
      ),
    );
  }

  /** @param {Entry} entry @param {string[]} hidden @param {string[]} keys @param {string[]} rest */
  function button({ group, color, shape }, hidden, keys, rest) {
    const off = hidden.includes(group.key);
    const only = [...rest, ...keys.filter((key) => key !== group.key)];
    const one = html(
      "button",
      {
        class: "gw-map-entry",
        type: "button",
        "aria-pressed": String(!off),
        title: "click: leave out or bring back; double click: this one alone",
        onclick: (/** @type {MouseEvent} */ event) => {
          // The first click of a double click has toggled it already.
          if (event.detail === 2) change(keys.every((k) => hidden.includes(k)) ? rest : only);
          else change(off ? hidden.filter((k) => k !== group.key) : [...hidden, group.key]);
        },
        onpointerenter: () => hover(group),
        onpointerleave: () => hover(null),
      },
      swatch(color, shape ?? 0),
      html("span", { class: "gw-map-name", title: group.label }, group.label),
      ...(keys.length > MANY
        ? []
        : [html("span", { class: "gw-soft" }, amount(group.points.length))]),
    );
    one.dataset.key = group.key;
    return one;
  }

  return { element, draw };
}

/** @param {number} longest characters @param {boolean} many */
const widthOf = (longest, many) => (many ? "40%" : `calc(${Math.min(28, longest)} * 0.9ch + 52px)`);

/** @param {import("./theme.js").Rgba|null} color @param {number} shape */
export function swatch(color, shape) {
  const mark = svg("path", { d: markPath(shape, 5), transform: "translate(8 8)" });
  mark.style.fill = color ? css(color) : "var(--gw-fg-soft)";
  return svg("svg", { class: "gw-map-swatch", width: 16, height: 16, "aria-hidden": "true" }, mark);
}

/** @param {import("./map_look.js").Ramp} what */
function ramp({ title, low, high, colors }) {
  const bar = html("span", { class: "gw-map-ramp" });
  bar.style.background = `linear-gradient(90deg, ${colors.map(css).join(", ")})`;
  return html(
    "div",
    { class: "gw-map-section" },
    html("div", { class: "gw-map-heading" }, title),
    html("div", { class: "gw-map-scale" }, low, bar, high),
  );
}

/** @param {Element} element */
function focused(element) {
  const root = /** @type {Document|ShadowRoot} */ (element.getRootNode());
  const active = root.activeElement;
  return active instanceof HTMLElement && element.contains(active) ? active.dataset.key : undefined;
}

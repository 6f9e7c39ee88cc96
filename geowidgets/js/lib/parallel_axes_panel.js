// Which axes are drawn: a list to tick, with a search for stores of many classes.
import { html } from "./elements.js";
import { axisTitle } from "./parallel_words.js";
import { amount } from "./words.js";

/** @typedef {import("./parallel_axes.js").Axis} Axis */

const LISTED = 60;

/** @param {{all: () => Axis[], hidden: () => string[], toggle: (id: string) => void,
 *   showAll: () => void, only: (ids: string[]) => void}} options */
export function createAxesPanel({ all, hidden, toggle, showAll, only }) {
  const search = html("input", {
    class: "gw-control gw-search",
    type: "search",
    placeholder: "find an axis",
    "aria-label": "list axes whose name contains",
    oninput: draw,
  });
  const list = html("div", { class: "gw-parallel-list" });
  const note = html("span", { class: "gw-soft" });
  const onlyThese = html(
    "button",
    {
      class: "gw-control",
      type: "button",
      title: "hide the other class angles",
      onclick: () =>
        only(
          found()
            .filter((axis) => axis.kind === "angle")
            .map((axis) => axis.id),
        ),
    },
    "Only these",
  );
  const everything = html(
    "button",
    { class: "gw-control", type: "button", onclick: showAll },
    "Show all",
  );
  const element = html(
    "div",
    { class: "gw-form gw-parallel-panel", role: "group", "aria-label": "axes" },
    search,
    everything,
    onlyThese,
    note,
    list,
  );
  element.hidden = true;

  function found() {
    const wanted = search.value.trim().toLowerCase();
    return all().filter((axis) => axis.name.toLowerCase().includes(wanted));
  }

  function draw() {
    if (element.hidden) return;
    const axes = found();
    const away = new Set(hidden());
    onlyThese.hidden = !search.value || !axes.some((axis) => axis.kind === "angle");
    note.textContent = axes.length > LISTED ? `${LISTED} of ${amount(axes.length)} listed` : "";
    list.replaceChildren(
      ...axes.slice(0, LISTED).map((axis) => {
        const box = html("input", { type: "checkbox", onchange: () => toggle(axis.id) });
        box.checked = !away.has(axis.id);
        const words = axisTitle(axis);
        return html("label", { class: "gw-parallel-check", title: words }, box, axis.name);
      }),
    );
  }

  return {
    element,
    draw,
    toggle() {
      element.hidden = !element.hidden;
      draw();
      if (!element.hidden) search.focus();
    },
  };
}

// Buttons and menus of the views' bars.
import { html } from "./elements.js";

/** @param {string} text @param {(event: MouseEvent) => void} pressed @param {string} [title] */
export function button(text, pressed, title = "") {
  return html("button", { class: "gw-control", type: "button", title, onclick: pressed }, text);
}

/** One of several buttons of which one is pressed, or a button that stays pressed.
 * @param {string} text @param {boolean} pressed @param {() => void} act @param {string} [title] */
export function toggle(text, pressed, act, title = "") {
  const made = button(text, act, title);
  made.setAttribute("aria-pressed", String(pressed));
  return made;
}

/** A menu that opens below its name; Escape and leaving it close it.
 * @param {string} name @param {(Node|string)[]} items */
export function menu(name, items) {
  const made = html(
    "details",
    { class: "gw-menu" },
    html("summary", { class: "gw-control" }, name),
    html("div", { class: "gw-menu-items" }, ...items),
  );
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !made.open) return;
    made.open = false;
    made.querySelector("summary")?.focus();
    event.stopPropagation(); // Escape would drop the view's brush, too
  });
  made.addEventListener("focusout", (event) => {
    const next = /** @type {Node|null} */ (event.relatedTarget);
    if (next && !made.contains(next)) made.open = false;
  });
  return made;
}

/** @param {(kind: "png"|"svg") => void} save */
export function saveMenu(save) {
  const item = (/** @type {"png"|"svg"} */ kind) =>
    button(kind.toUpperCase(), () => {
      made.open = false;
      save(kind);
    });
  const made = menu("Save", [item("png"), item("svg")]);
  return made;
}

/** The focused element, if it is inside; also within a shadow root. @param {Element} el */
export function activeIn(el) {
  const active = /** @type {Document|ShadowRoot} */ (el.getRootNode()).activeElement;
  return active && el.contains(active) ? active : null;
}

/** Makes lists anew when what they show has changed, but not one that is open under the user's
 * hands; one just used may be, and has the focus again.
 * @param {HTMLElement} bar @param {() => string} shown what the lists show
 * @param {() => void} draw */
export function createLists(bar, shown, draw) {
  let drawn = "";
  let settled = true;

  function update() {
    const now = shown();
    const used = activeIn(bar)?.closest("label")?.textContent;
    if (now === drawn || !(settled || !used)) return;
    drawn = now;
    draw();
    if (!used) return;
    const again = [...bar.querySelectorAll("label")].find((label) =>
      used.startsWith(label.firstElementChild?.textContent ?? ""),
    );
    again?.querySelector("select")?.focus();
  }

  bar.addEventListener("change", () => {
    settled = true;
    update();
  });
  bar.addEventListener("pointerdown", () => {
    settled = false;
  });
  bar.addEventListener("focusout", () => {
    settled = true;
    update();
  });
  return update;
}

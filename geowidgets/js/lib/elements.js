// Builds elements. Strings become text nodes: names from a store are never markup.

/** @typedef {Record<string, string|number|boolean|null|undefined|((event: any) => void)>} Attributes */

/** @param {Element} made @param {Attributes} attributes @param {(Node|string)[]} children */
function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, String(value));
    }
  }
  made.append(...children);
}

/** An HTML element; an attribute `on<event>` with a function is a listener.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Attributes} [attributes] @param {...(Node|string)} children
 * @returns {HTMLElementTagNameMap[Tag]} */
export function html(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  fill(made, attributes, children);
  return made;
}

/** An SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag @param {Attributes} [attributes] @param {...(Node|string)} children
 * @returns {SVGElementTagNameMap[Tag]} */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(made, attributes, children);
  return made;
}

/** Make the text of an element `words`. What says so already stays as it is, and a single text node
 * is kept: a new one would lay the page out again at every move of a brush.
 * @param {Element} element @param {string} words */
export function write(element, words) {
  const only = element.childNodes.length === 1 ? element.firstChild : null;
  if (!(only instanceof Text)) element.textContent = words;
  else if (only.data !== words) only.data = words;
}

/** Hide or show; what is hidden already is not styled again.
 * @param {HTMLElement} element @param {boolean} hidden */
export function hide(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Set an attribute that is another. @param {Element} element @param {string} name
 * @param {string} value */
export function mark(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** A labelled drop-down list. `options` as [value, text, disabled].
 * @param {string} title @param {[string, string, boolean?][]} options @param {string} value
 * @param {(value: string) => void} changed */
export function chooser(title, options, value, changed) {
  const list = html("select", {
    class: "gw-control",
    onchange: (/** @type {Event} */ event) =>
      changed(/** @type {HTMLSelectElement} */ (event.currentTarget).value),
  });
  for (const [key, text, disabled] of options) {
    list.append(html("option", { value: key, disabled: disabled ?? false }, text));
  }
  list.value = value;
  return html("label", { class: "gw-field" }, html("span", {}, title), list);
}

// Light or dark, read from the page itself: hosts differ in how they say it.

/** @typedef {[number, number, number, number]} Rgba red, green, blue in 0..255, alpha in 0..1 */

/** Parse what getComputedStyle gives for a colour. @param {string} text @returns {Rgba} */
export function parseColor(text) {
  const numbers = text.match(/[\d.]+(?:e-?\d+)?/g)?.map(Number) ?? [];
  const [r = 0, g = 0, b = 0, a = 1] = numbers;
  // color(srgb r g b / a), which color-mix and wide-gamut hosts give, counts in 0..1.
  const scale = text.startsWith("color(") ? 255 : 1;
  return [r * scale, g * scale, b * scale, a];
}

/** Relative luminance in 0..1 (WCAG 2.2). @param {Rgba} color */
export function luminance([r, g, b]) {
  const linear = [r, g, b].map((value) => {
    const v = value / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/** Contrast ratio in 1..21 (WCAG 2.2). @param {Rgba} a @param {Rgba} b */
export function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** The first opaque background behind `el`. @param {Element} el @returns {Rgba} */
function backgroundBehind(el) {
  /** @type {Node|null} */
  let node = el.parentNode;
  while (node) {
    if (node instanceof ShadowRoot) node = node.host;
    if (node instanceof Element) {
      const color = parseColor(getComputedStyle(node).backgroundColor);
      if (color[3] > 0.5) return color;
    }
    node = node.parentNode;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const dark = scheme === "dark" || (scheme.includes("dark") && prefersDark);
  return dark ? [18, 18, 18, 1] : [255, 255, 255, 1];
}

/** Mark `root` as light or dark, and again whenever the page's theme changes; then `changed()`.
 * @param {HTMLElement} root @param {AbortSignal} signal @param {() => void} [changed] */
export function followTheme(root, signal, changed = () => {}) {
  const look = () => {
    const theme = luminance(backgroundBehind(root)) < 0.35 ? "dark" : "light";
    if (root.dataset.gwTheme !== theme) root.dataset.gwTheme = theme;
    const style = getComputedStyle(root);
    return `${theme} ${style.color} ${style.backgroundColor}`;
  };
  let seen = look();
  // Hosts touch these attributes for other reasons too, some at every frame of a drag.
  const compare = () => {
    const now = look();
    if (now === seen) return;
    seen = now;
    changed();
  };
  const observer = new MutationObserver(compare);
  const attributes = {
    attributes: true,
    attributeFilter: ["class", "data-jp-theme-name", "style"],
  };
  observer.observe(document.body, attributes);
  observer.observe(document.documentElement, attributes);
  observer.observe(document.head, { childList: true });
  // The host swaps its style sheet some time after it changed the attribute; the colours are right
  // once that sheet has loaded.
  document.head.addEventListener("load", compare, { capture: true, signal });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", compare, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
}

/** The resolved colours behind `--gw-<name>`, for drawing on a canvas.
 * @template {string} Name
 * @param {HTMLElement} root @param {readonly Name[]} names @returns {Record<Name, Rgba>} */
export function readColors(root, names) {
  const probe = document.createElement("span");
  probe.hidden = true;
  root.append(probe);
  const colors = /** @type {Record<Name, Rgba>} */ ({});
  for (const name of names) {
    probe.style.color = `var(--gw-${name})`;
    colors[name] = parseColor(getComputedStyle(probe).color);
  }
  probe.remove();
  return colors;
}

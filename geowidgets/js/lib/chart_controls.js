// The lists, sliders and buttons above charts that live without a kernel.
import { chooser, html } from "./elements.js";
import { button, createLists, toggle } from "./view_buttons.js";

/** @typedef {{name: string, label: string, kind: "list"|"slider"|"player"|"buttons",
 *   options: (string|number)[]}} Choice */

const FRAME_MS = 600; // an epoch while the training is played

/** @param {(name: string, place: number) => void} choose @param {AbortSignal} signal */
export function createChartControls(choose, signal) {
  const element = html("div", { class: "gw-bar gw-charts-bar" });
  /** @type {Choice[]} */
  let shown = [];
  /** @type {Record<string, number>} */
  let now = {};
  /** @type {((limits: Record<string, number>) => void)[]} */
  let updates = [];
  /** @type {ReturnType<typeof setInterval>|undefined} */
  let playing;
  signal.addEventListener("abort", () => clearInterval(playing));

  /** @param {Choice} choice */
  function list({ name, label, options }) {
    const place = html("span", { class: "gw-bar-group" });
    const texts = options.map((text, k) => /** @type {[string, string]} */ ([`${k}`, `${text}`]));
    const update = createLists(
      place,
      () => String(now[name]),
      () =>
        place.replaceChildren(
          chooser(label, texts, `${now[name]}`, (value) => choose(name, Number(value))),
        ),
    );
    updates.push(update);
    return place;
  }

  /** @param {Choice} choice */
  function slider({ name, label, options }) {
    const output = html("output");
    const range = html("input", {
      type: "range",
      min: 0,
      max: options.length - 1,
      step: 1,
      class: "gw-chart-range",
      "aria-label": label,
      oninput: () => choose(name, Number(range.value)),
    });
    updates.push((limits) => {
      const last = Math.min(options.length, limits[name] ?? options.length) - 1;
      range.max = String(last);
      const at = Math.min(now[name], last);
      if (range.value !== String(at)) range.value = String(at);
      const text = String(options[at]);
      range.setAttribute("aria-valuetext", text);
      output.textContent = text;
    });
    return html("label", { class: "gw-field" }, html("span", {}, label), range, output);
  }

  /** @param {Choice} choice */
  function player(choice) {
    const { name, options } = choice;
    const play = button("Play", () => {
      if (playing !== undefined) return stop();
      if (now[name] === options.length - 1) choose(name, 0);
      play.textContent = "Pause";
      playing = setInterval(() => {
        if (now[name] < options.length - 1) choose(name, now[name] + 1);
        if (now[name] >= options.length - 1) stop();
      }, FRAME_MS);
    });
    function stop() {
      clearInterval(playing);
      playing = undefined;
      play.textContent = "Play";
    }
    return html("span", { class: "gw-bar-group" }, play, slider(choice));
  }

  /** @param {Choice} choice */
  function buttons({ name, label, options }) {
    const made = options.map((text, k) => toggle(`${text}`, false, () => choose(name, k)));
    updates.push(() => {
      made.forEach((one, k) => {
        one.setAttribute("aria-pressed", String(k === now[name]));
      });
    });
    return html("span", { class: "gw-bar-group", role: "group", "aria-label": label }, ...made);
  }

  const kinds = { list, slider, player, buttons };

  return {
    element,
    /** @param {Choice[]} choices @param {Record<string, number>} chosen
     * @param {Record<string, number>} limits how many options a slider has, where fewer */
    draw(choices, chosen, limits) {
      now = chosen;
      if (choices !== shown) {
        shown = choices;
        updates = [];
        clearInterval(playing);
        element.replaceChildren(...choices.map((choice) => kinds[choice.kind](choice)));
        element.hidden = !choices.length;
      }
      for (const update of updates) update(limits);
    },
  };
}

// A line of the samples that can be picked: the brushed ones, or all.
import { html } from "./elements.js";
import { paintImage } from "./thumbnails.js";

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {{set: string, samples: ArrayLike<number>, focus: number,
 *   labels: ArrayLike<number>|undefined, prediction: ArrayLike<number>|undefined}} Shown */

const SIDE = 46; // pixels a thumbnail takes, its border and gap included

/** The stretch of `count` places that keeps `at` in its middle. @param {number} at
 * @param {number} count @param {number} of */
export function stretch(at, count, of) {
  const first = Math.max(0, Math.min(of - count, at - (count >> 1)));
  return { first, last: Math.min(of, first + count) };
}

/** @param {{columns: ColumnsHub, pick: (sample: number) => void}} options */
export function createStrip({ columns, pick }) {
  const element = html("div", { class: "gw-grid-strip", role: "group", "aria-label": "samples" });
  let drawn = "";

  /** @param {Shown|null} shown @param {number} width */
  function update(shown, width) {
    const image = shown && columns.set(shown.set)?.image;
    element.hidden = !image || !shown.samples.length || width <= 0;
    if (!shown || element.hidden) return;
    const { samples, focus } = shown;
    const at = Math.max(0, Array.prototype.indexOf.call(samples, focus));
    const { first, last } = stretch(at, Math.max(1, Math.floor(width / SIDE)), samples.length);
    const some = Array.from({ length: last - first }, (_, k) => samples[first + k]);
    const known = Boolean(shown.labels && shown.prediction);
    const now = `${shown.set}/${some.join()}/${known}`;
    if (now !== drawn) {
      drawn = now;
      element.replaceChildren(...some.map((sample) => thumbnail(shown, sample)));
    }
    some.forEach((sample, k) => {
      element.children[k].setAttribute("aria-pressed", String(sample === focus));
    });
  }

  /** @param {Shown} shown @param {number} sample */
  function thumbnail({ set, labels, prediction }, sample) {
    const names = columns.directory().classes;
    const right = !labels || !prediction || labels[sample] === prediction[sample];
    const truth = labels ? `, ${names[labels[sample]]}` : "";
    const said = prediction ? `, predicted ${names[prediction[sample]] ?? "nothing"}` : "";
    const words = `sample ${sample}${truth}${said}`;
    const canvas = html("canvas", { width: 1, height: 1, "aria-hidden": "true" });
    paintImage(columns, canvas, set, sample);
    return html(
      "button",
      {
        class: `gw-grid-thumb ${right ? "" : "gw-grid-thumb-wrong"}`,
        ...{ type: "button", title: words, "aria-label": words, onclick: () => pick(sample) },
      },
      canvas,
    );
  }

  return { element, update };
}

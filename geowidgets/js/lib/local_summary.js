// What is selected, counted for the eye, the ear and each panel. No DOM.
import * as bits from "./bits.js";
import { amount, share } from "./words.js";

/** @typedef {import("./scatter_data.js").ScatterData} ScatterData */

/** The samples that stand out: those of every clause, of the chosen classes; null shows all alike.
 * @param {Uint32Array|null} mask @param {number[]|null} classes @param {ScatterData} data */
export function highlighted(mask, classes, data) {
  if (!classes) return mask;
  const members = classes.map((c) => data.groups[c].members);
  const inClasses = members.length ? members.reduce(bits.or) : bits.empty(data.n);
  return mask ? bits.and(mask, inClasses) : inClasses;
}

/** Counts of one class. @param {ScatterData} data @param {number} c @param {Uint32Array|null} mask
 * @returns {import("./local_marks.js").Counts} */
export function countClass(data, c, mask) {
  const { drawn, missing, correct, members } = data.groups[c];
  const chosen = mask ? bits.and(members, mask) : null;
  return {
    n: drawn.length + missing,
    correct,
    missing,
    chosen: chosen ? bits.count(chosen) : null,
    chosenCorrect: chosen ? bits.countAnd(chosen, data.correct) : 0,
  };
}

/** The line under the controls.
 * @param {{data: ScatterData, mask: Uint32Array|null, pair: string, beyond: number,
 *   others: number, hidden?: number}} options `others` clauses of other views on these samples,
 *   `hidden` samples whose reaction is not drawn */
export function summary({ data, mask, pair, beyond, others, hidden = 0 }) {
  const whole = `${share(bits.count(data.correct), data.n)} correct`;
  const missing = data.groups.reduce((sum, group) => sum + group.missing, 0);
  const chosen = mask ? bits.count(mask) : 0;
  const right = mask && chosen ? bits.countAnd(mask, data.correct) : 0;
  const first = mask
    ? `${amount(chosen)} of ${amount(data.n)} selected${chosen ? `, accuracy ${share(right, chosen)}` : ""}`
    : `${amount(data.n)} samples, ${whole}`;
  const rest = mask ? [`all: ${whole}`, pair] : [pair];
  if (others) rest.push(`with ${others} ${others === 1 ? "clause" : "clauses"} from elsewhere`);
  if (missing)
    rest.push(`${amount(missing)} ${missing === 1 ? "sample" : "samples"} without a value`);
  if (hidden) rest.push(`${amount(hidden)} hidden by their reaction`);
  if (beyond) rest.push(`${amount(beyond)} beyond the axes, drawn at their edge`);
  return { first, rest: rest.join(" · ") };
}

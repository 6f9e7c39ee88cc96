// How far the maps that were asked for are, and what went wrong with them.

/** @typedef {import("./grid_scene.js").Target} Target */

const SLOW_MS = 500; // what takes longer shows its progress

/** @param {HTMLElement} root
 * @param {ReturnType<typeof import("./grid_parts.js").createParts>} parts
 * @param {() => void} changed called when what takes long has become slow
 * @param {AbortSignal} signal */
export function createProgress(root, parts, changed, signal) {
  let isSlow = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let slow;
  signal.addEventListener("abort", () => clearTimeout(slow));

  /** @param {{target: Target|null, shown: Target|null, stays: boolean}} what is wanted, what is on
   * screen, and whether that waits for it @param {import("./grid_loader.js").Status} status */
  function update({ target, shown, stays }, { waiting, accepted, done, of, cancelled, error }) {
    const busy = Boolean(target) && waiting > 0;
    root.setAttribute("aria-busy", String(busy));
    if (!busy) {
      clearTimeout(slow);
      slow = undefined;
      isSlow = false;
    } else {
      slow ??= setTimeout(() => {
        isSlow = true;
        changed();
      }, SLOW_MS);
    }
    parts.progress.hidden = !busy || !isSlow;
    const other = shown && shown.sample !== target?.sample;
    const what = other ? `Sample ${shown?.sample} stays` : "The last maps stay";
    const until = stays ? ` ${what} until then.` : "";
    if (busy)
      parts.progressText.textContent = accepted
        ? `Computing maps: ${Math.floor(done)} of ${of}.${until}`
        : `The kernel is busy; the maps of sample ${target?.sample} wait for it.${until}`;
    if (accepted) parts.bar.value = of ? done / of : 0;
    else parts.bar.removeAttribute("value");
    parts.cancel.hidden = !accepted;
    parts.stopped.hidden = !cancelled || busy;
    parts.halted.textContent = "Stopped before all maps were made.";
    if (error || !parts.error.textContent?.startsWith("The selection")) parts.showError(error);
  }

  return { update };
}

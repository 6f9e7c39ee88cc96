// What the view says of the map's computation: how far it is, that it failed, that it is old.
import { hide, html, write } from "./elements.js";
import { insteadWords, stageWords } from "./map_words.js";

const COMING = "The map appears here as soon as it is computed.";

/** @typedef {ReturnType<typeof import("./map_parts.js").createParts>} Parts */
/** @typedef {import("./map_view.js").Data} Data */

/** @param {Parts} parts
 * @param {{command: (type: "compute"|"cancel") => void}} channel @param {AbortSignal} signal */
export function createStatus(parts, channel, signal) {
  let problem = "";
  const afresh = html("button", { class: "gw-control", type: "button" }, "Compute again");
  const emptyText = html("div");
  const failedText = html("div");
  parts.stale.append("The store has changed since this map was computed. ", afresh);
  parts.progress.append(parts.bar, " ", parts.progressText, " ", parts.cancel);
  parts.empty.append(emptyText);
  parts.error.append(failedText);

  /** @param {"compute"|"cancel"} type */
  const command = (type) => () => {
    try {
      channel.command(type);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
  parts.cancel.addEventListener("click", command("cancel"), { signal });
  parts.again.addEventListener("click", command("compute"), { signal });
  afresh.addEventListener("click", command("compute"), { signal });

  /** @param {string} words */
  function say(words) {
    problem = words;
    failedText.textContent = words;
    hide(parts.error, !words);
  }

  return {
    error: say,
    /** @param {string} words over the map */
    note(words) {
      parts.note.textContent = words;
      hide(parts.note, !words);
    },
    /** @param {{first: string, rest: string}} words */
    count({ first, rest }) {
      write(parts.countFirst, first);
      write(parts.countRest, rest);
    },
    /** @param {Data} data @param {import("./columns_hub.js").Directory} directory
     * @param {boolean} there */
    draw({ phase, info }, { revision, done }, there) {
      const busy = phase.name === "computing";
      hide(parts.progress, !busy);
      parts.bar.value = phase.done;
      write(parts.progressText, busy ? stageWords(phase) : "");
      const failed = phase.name === "failed" ? phase.message : "";
      write(failedText, failed ? `The map could not be computed. ${failed}` : problem);
      hide(parts.error, !failed && !problem);
      const offered = ["waiting", "cancelled", "failed"].includes(phase.name) && !there;
      const instead = insteadWords(phase, there);
      hide(parts.empty, !instead && !offered && !(busy && !there));
      write(emptyText, busy && !there ? COMING : instead);
      if (offered && !parts.again.isConnected) parts.empty.append(parts.again);
      if (!offered) parts.again.remove();
      hide(parts.body, !there);
      hide(parts.caption, !there);
      hide(parts.count, !there);
      hide(parts.stale, !there || busy || (info.revision === revision && info.done === done));
    },
  };
}

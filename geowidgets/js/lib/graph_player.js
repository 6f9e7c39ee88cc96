// The clock that runs through the epochs. No DOM.

/** @param {{speed: () => number, count: number, ready: (k: number) => boolean,
 *   show: (k: number) => void, end: () => void}} options `ready` whether the epoch at place k has
 *   arrived */
export function createPlayer({ speed, count, ready, show, end }) {
  /** Time of the last change and the place it led to. @type {{since: number, at: number}|null} */
  let run = null;
  return {
    stop() {
      run = null;
    },
    /** Whoever changes the epoch meanwhile is not overruled. @param {number} now milliseconds
     * @param {number} at place of the epoch shown */
    tick(now, at) {
      const period = 1000 / speed();
      if (run?.at !== at) run = { since: run ? now : now - period, at };
      if (at >= count - 1) {
        run = null;
        end();
        return;
      }
      const steps = Math.floor((now - run.since) / period + 1e-9);
      if (steps < 1) return;
      let next = Math.min(count - 1, at + steps);
      while (next > at && !ready(next)) next--;
      if (next === at) {
        // An epoch that had to be waited for is not skipped when it comes.
        run.since = now - period;
        return;
      }
      run = { since: run.since + (next - at) * period, at: next };
      show(next);
    },
  };
}

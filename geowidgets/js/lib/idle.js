// Work for when the page has nothing else to do, a little at a time.

/** Left of an idle period when no further step begins, in ms. */
const SPARE = 2;
/** How long a slice lasts where the browser tells no idle time, in ms. */
const SLICE = 6;

/**
 * Call `step` again and again while the page is idle, until it returns false or all is called off.
 * @param {() => boolean} step a few milliseconds of work; whether some is left
 * @param {AbortSignal} signal
 * @returns {() => void} calls the rest off
 */
export function whenIdle(step, signal) {
  let over = false;
  /** @param {() => number} left */
  function run(left) {
    let more = !over && !signal.aborted;
    while (more) {
      more = step() && !over;
      if (left() < SPARE) break;
    }
    if (more) ask();
  }

  function ask() {
    // Safari has no idle callbacks.
    if (typeof requestIdleCallback === "function") {
      requestIdleCallback((deadline) => run(() => deadline.timeRemaining()), { timeout: 300 });
    } else {
      setTimeout(() => {
        const end = performance.now() + SLICE;
        run(() => end - performance.now() + SPARE);
      }, 30);
    }
  }

  ask();
  return () => {
    over = true;
  };
}

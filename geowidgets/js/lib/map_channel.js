// Questions to the kernel and their answers; commands that need none.

/** @typedef {import("@anywidget/types").AnyModel} Model */
/** @typedef {{content: any, buffers: DataView[]}} Answer */

const NO_KERNEL = "no kernel is attached, and this was not saved with the page";

/** @param {Model} model @param {AbortSignal} signal */
export function openChannel(model, signal) {
  /** @type {Map<string, {resolve: (answer: Answer) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  // Two pictures of one view hear each other's answers.
  const own = Math.random().toString(36).slice(2);
  let count = 0;

  /** @param {any} content @param {DataView[]} buffers */
  function hear(content, buffers) {
    const question = waiting.get(content?.id);
    if (!question) return;
    waiting.delete(content.id);
    if (content.type === "error") question.reject(new Error(content.message));
    else question.resolve({ content, buffers });
  }

  model.on("msg:custom", hear);
  signal.addEventListener("abort", () => {
    model.off("msg:custom", hear);
    waiting.clear();
  });

  return {
    /** @param {Record<string, any>} question @returns {Promise<Answer>} */
    ask(question) {
      const id = `${own}/${count++}`;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        try {
          model.send({ ...question, id });
        } catch (error) {
          waiting.delete(id);
          reject(new Error(NO_KERNEL, { cause: error }));
        }
      });
    },
    /** Throws where there is no kernel. @param {"compute"|"cancel"} type */
    command(type) {
      try {
        model.send({ type });
      } catch (error) {
        throw new Error("No kernel is attached: run the cell again.", { cause: error });
      }
    },
  };
}

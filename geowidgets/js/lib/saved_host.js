// The host of a saved page: models with get and set, and widgets that find each other, as
// Jupyter gives them to anywidget's modules, without a kernel behind them.

/** @typedef {import("@anywidget/types").AnyModel} Model */

/** @param {import("./saved_data.js").Saved} saved @param {AbortSignal} signal */
export function createHost({ widgets, bundles }, signal) {
  /** @type {Map<string, {model: any, opened: Promise<{module: any, exports: any}>}>} */
  const open = new Map();
  /** @type {Map<string, Promise<any>>} */
  const modules = new Map();

  /** @param {string} name */
  function load(name) {
    const known = modules.get(name);
    if (known) return known;
    const blob = new Blob([bundles[name].script], { type: "text/javascript" });
    const address = URL.createObjectURL(blob);
    const loaded = import(address).then(({ default: module }) => {
      URL.revokeObjectURL(address);
      return typeof module === "function" ? module() : module;
    });
    modules.set(name, loaded);
    return loaded;
  }

  /** @param {string} reference */
  function find(reference) {
    const id = reference.replace(/^anywidget:/, "");
    const known = open.get(id);
    if (known) return known;
    const widget = widgets[id];
    if (!widget) throw new Error(`${reference} was not saved with the page`);
    const model = createModel(widget.state);
    const opened = load(widget.bundle).then(async (module) => ({
      module,
      exports: await module.initialize?.({ model, host, signal }),
    }));
    const entry = { model, opened };
    open.set(id, entry);
    return entry;
  }

  const host = {
    /** @param {string} reference */
    getModel: async (reference) => find(reference).model,
    /** @param {string} reference */
    async getWidget(reference) {
      const { model, opened } = find(reference);
      const { module, exports } = await opened;
      return {
        exports,
        /** @param {{el: HTMLElement, signal?: AbortSignal}} place */
        render: ({ el, signal: until }) =>
          module.render({ model, el, host, signal: until ?? signal }),
      };
    },
  };
  return host;
}

/** A model as anywidget's modules know it. @param {Record<string, any>} state */
export function createModel(state) {
  /** @type {Map<string, Set<(...values: any[]) => void>>} */
  const listeners = new Map();
  return {
    /** @param {string} name */
    get: (name) => state[name],
    /** @param {string} name @param {any} value */
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      for (const listener of [...(listeners.get(`change:${name}`) ?? [])]) listener();
    },
    /** @param {string} event @param {(...values: any[]) => void} listener */
    on(event, listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    /** @param {string} event @param {(...values: any[]) => void} [listener] */
    off(event, listener) {
      if (listener) listeners.get(event)?.delete(listener);
      else listeners.delete(event);
    },
    save_changes() {},
    send() {
      throw new Error("this page was saved without a kernel");
    },
  };
}

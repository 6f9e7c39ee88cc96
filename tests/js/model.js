/** A widget model as anywidget hands it out, with the wire replaced by lists that tests read. */
export function createModel(initial) {
  const values = { ...initial };
  const listeners = new Map();
  const fire = (event, ...parts) => {
    for (const listener of [...(listeners.get(event) ?? [])]) listener(...parts);
  };
  return {
    saved: [],
    sent: [],
    get: (name) => values[name],
    set(name, value) {
      if (JSON.stringify(values[name]) === JSON.stringify(value)) return;
      values[name] = value;
      fire(`change:${name}`);
    },
    on(event, listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    off(event, listener) {
      listeners.get(event)?.delete(listener);
    },
    save_changes() {
      this.saved.push({ ...values });
    },
    send(content) {
      this.sent.push(content);
    },
    /** An update from the kernel: all values first, then the events, as ipywidgets does. */
    receive(update) {
      const before = { ...values };
      Object.assign(values, update);
      for (const name of Object.keys(update)) {
        if (JSON.stringify(before[name]) !== JSON.stringify(values[name])) fire(`change:${name}`);
      }
    },
    message: (content, buffers) => fire("msg:custom", content, buffers),
    listenerCount: () => [...listeners.values()].reduce((sum, set) => sum + set.size, 0),
  };
}

// What views of one page tell each other under a name; nothing of it is saved or sent. No DOM.

/** @param {(name: string) => void} changed called after a name's values have changed */
export function createShared(changed) {
  /** @type {Map<string, Map<string, any>>} owner → value, by name */
  const known = new Map();

  return {
    /** Set what `owner` says under `name`; null takes it back. The same again tells nobody.
     * @param {string} name @param {string} owner @param {any} value JSON */
    share(name, owner, value) {
      const values = known.get(name) ?? new Map();
      if (JSON.stringify(values.get(owner) ?? null) === JSON.stringify(value ?? null)) return;
      if (value === null || value === undefined) values.delete(owner);
      else values.set(owner, value);
      if (values.size) known.set(name, values);
      else known.delete(name);
      changed(name);
    },
    /** What every owner says under `name`. @param {string} name @returns {any[]} */
    shared: (name) => [...(known.get(name)?.values() ?? [])],
  };
}

// A page of one evaluation table and its two hubs, without Jupyter: the bundles as they ship. Loaded
// by bench_table.py, which sets `bundles` (name → text of the module) and `answer` (key → column).

function makeModel(values) {
  const listeners = {};
  return {
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      for (const fn of listeners[`change:${name}`] ?? []) fn();
    },
    on(event, fn) {
      listeners[event] ??= new Set();
      listeners[event].add(fn);
    },
    off: (event, fn) => listeners[event]?.delete(fn),
    fire(event, ...values) {
      for (const fn of listeners[event] ?? []) fn(...values);
    },
    save_changes() {},
  };
}

async function load(name) {
  const address = URL.createObjectURL(new Blob([bundles[name]], { type: "text/javascript" }));
  return (await import(address)).default;
}

const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

/** With a clause, the view appears on a selection that is there already. */
async function mount(directory, sizes, display, clause) {
  const { signal } = new AbortController();
  const state = { revision: 0, models: null, benchmarks: null, pairs: null, classes: null };
  Object.assign(state, { reference: [0, 0], compared: null, focus: null, clauses: [] });
  const models = {
    columns: makeModel({ directory }),
    selection: makeModel({ state, history: { past: [], future: [] }, sizes, error: "" }),
  };
  models.columns.send = async ({ keys }) => {
    for (const key of keys) {
      const { data, dtype, shape } = await window.answer(key);
      const buffers = [new DataView(bytes(data).buffer)];
      models.columns.fire("msg:custom", { type: "column", key, dtype, shape }, buffers);
    }
  };
  const exports = {};
  for (const name of ["columns", "selection"]) {
    const hub = await load(name);
    exports[name] = await hub.initialize({ model: models[name], signal });
  }
  window.selection = exports.selection;
  if (clause) exports.selection.dispatch({ type: "clause", ...clause });
  window.display = makeModel(display);
  const host = { getWidget: async (name) => ({ exports: exports[name] }) };
  const view = await load("evaluation_table");
  const el = document.querySelector("#view");
  await view.render({ model: window.display, el, host, signal });
}

/** From now on every move of the pointer shows the next mask, as a brush under way would. */
function brushOnMove(set, masks) {
  let k = 0;
  const show = (transient) => {
    const mask = masks[k++ % masks.length];
    const own = { view: "bench", set, pair: [0, 0], predicate: { kind: "bench" }, mask };
    window.selection.dispatch({ type: "clause", ...own }, { transient });
  };
  show(false);
  window.addEventListener("pointermove", () => show(true));
}

/** From now on every move of the pointer scrolls the rows on. */
function scrollOnMove() {
  const scroll = document.querySelector(".gw-table-scroll");
  window.addEventListener("pointermove", () => {
    const end = scroll.scrollHeight - scroll.clientHeight;
    scroll.scrollTop = (scroll.scrollTop + 53) % end;
  });
}

Object.assign(window, { mount, brushOnMove, scrollOnMove });

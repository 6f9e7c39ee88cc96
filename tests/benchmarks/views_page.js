// A page of one view and its two hubs, without Jupyter: the bundles as they ship, columns made up
// here. Loaded by bench_views.py, which sets `bundles` (name → text of the module).

const CLASSES = 10;

/** Normal numbers from a seed: the same columns in every run. */
function normal(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

/** Columns like those of a trained net: near the own class, at its own place from each other. */
function makeColumns(n) {
  const draw = normal(7);
  const places = Float64Array.from({ length: CLASSES * CLASSES }, () => 95 + 7 * draw());
  const columns = {
    "labels/test": new Int16Array(n),
    "prediction/0/0": new Int16Array(n),
    "angles/0/0": new Float32Array(n * CLASSES),
    "length/0/0": new Float32Array(n),
    "margin/0/0": new Float32Array(n),
    "probability/0/0": new Float32Array(n),
  };
  for (let i = 0; i < n; i++) {
    const label = i % CLASSES;
    const ease = draw();
    for (let c = 0; c < CLASSES; c++) {
      const place = c === label ? 66 - 3 * ease : places[label * CLASSES + c];
      columns["angles/0/0"][i * CLASSES + c] = place + 5 * draw();
    }
    columns["labels/test"][i] = label;
    columns["prediction/0/0"][i] = ease > -1.6 ? label : (label + 1) % CLASSES;
    columns["length/0/0"][i] = 14 + 3 * ease + draw();
    columns["margin/0/0"][i] = 4 + 2.5 * ease + draw();
    columns["probability/0/0"][i] = 1 / (1 + Math.exp(-4 - 3 * ease - draw()));
  }
  return columns;
}

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

const directory = {
  classes: Array.from({ length: CLASSES }, (_, k) => `class ${k}`),
  models: [{ name: "dense" }],
  benchmarks: [{ name: "clean", set: "test" }],
  done: "AQ==",
  revision: 1,
};
const display = {
  view_id: "bench",
  columns: "columns",
  selection: "selection",
  axes: null,
  pin: null,
  compared: null,
  lines: "reference",
  order: "class",
  sequence: [],
  hidden: [],
  inverted: [],
  lock: "",
  confident: 0.9,
  within: 10,
  height: null,
  kept: directory.classes.map((_, k) => k),
};

/** Mount the view, then hand it the columns of `n` samples that it asks for; milliseconds from
 * having them to its first picture. */
async function mount(n) {
  const { signal } = new AbortController();
  const data = makeColumns(n);
  const sizes = { models: 1, benchmarks: 1, classes: CLASSES, sets: { test: n } };
  const state = { revision: 0, models: null, benchmarks: null, pairs: null, classes: null };
  Object.assign(state, { reference: [0, 0], compared: null, focus: null, clauses: [] });
  const models = {
    columns: makeModel({ directory: { ...directory, sets: [{ name: "test", n, image: null }] } }),
    selection: makeModel({
      state,
      history: { past: [], future: [] },
      sizes: { ...sizes, benchmark_sets: ["test"] },
      error: "",
    }),
  };
  const asked = new Promise((resolve) => {
    models.columns.send = ({ keys }) => resolve(keys);
  });
  const exports = {};
  for (const name of ["columns", "selection"]) {
    const hub = await load(name);
    exports[name] = await hub.initialize({ model: models[name], signal });
  }
  const host = { getWidget: async (name) => ({ exports: exports[name] }) };
  const view = await load("parallel_coordinates");
  window.model = makeModel({ ...display });
  await view.render({ model: window.model, el: document.querySelector("#view"), host, signal });
  const keys = await asked;
  await afterPaint();
  const start = performance.now();
  for (const key of keys) {
    const dtype = data[key] instanceof Int16Array ? "int16" : "float32";
    const buffers = [new DataView(data[key].buffer)];
    models.columns.fire("msg:custom", { type: "column", key, dtype, shape: [] }, buffers);
  }
  await Promise.resolve();
  while (!document.querySelector(".gw-parallel-axis")) await afterPaint();
  return performance.now() - start;
}

/** When the frame that comes next has been painted. */
function afterPaint() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
  });
}

/** The selected lines' pixels, for comparing a dragged picture with one drawn afresh. */
function picture() {
  const canvas = [...document.querySelectorAll("canvas")].filter((one) => !one.hidden).at(-1);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let hash = 0;
  let painted = 0;
  for (let k = 0; k < data.length; k++) {
    hash = (Math.imul(hash, 31) + data[k]) | 0;
    if (k % 4 === 3 && data[k]) painted++;
  }
  return { hash, painted };
}

async function redraw() {
  window.model.set("inverted", []);
  await afterPaint();
}

Object.assign(window, { mount, picture, redraw, afterPaint });

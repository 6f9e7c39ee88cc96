// The only module that knows bqplot: its figures inside the view, and values on their marks.
//
// The marks are changed in the page alone. Their figures are shown by the host's own widget
// manager, which anywidget hands out beside the model; without one curves_svg.js draws them.

import { ticks } from "d3-array";

/**
 * @typedef {import("./curves_marks.js").FigureScene} FigureScene
 * @typedef {{ get: (name: string) => any, set: (values: Record<string, unknown>) => void }} Widget
 * @typedef {{ el: HTMLElement, luminoWidget?: any, pWidget?: any, trigger: (event: string) => void,
 *   remove: () => void }} WidgetView
 * @typedef {{ get_model: (id: string) => Promise<Widget>,
 *   create_view: (model: Widget, options?: object) => Promise<WidgetView> }} Manager
 * @typedef {{ draw: (scene: FigureScene) => void, plot: () => Plot, element: HTMLElement }} Figure
 * @typedef {{ left: number, top: number, width: number, height: number }} Plot
 * @typedef {"accuracy"|"excess"|"noise"} Name
 */

const NAMES = /** @type {const} */ (["accuracy", "excess", "noise"]);

/** The widget manager that could show bqplot's figures here, if there is one.
 * @param {import("@anywidget/types").AnyModel} model the view's @returns {Manager|null} */
export function managerOf(model) {
  const manager = /** @type {Manager|undefined} */ (
    /** @type {unknown} */ (/** @type {any} */ (model).widget_manager)
  );
  return manager?.create_view ? manager : null;
}

/** The figures that the view has. @param {import("@anywidget/types").AnyModel} model */
export const figureNames = (model) => NAMES.filter((name) => model.get(`${name}_figure`));

/** @param {import("@anywidget/types").AnyModel} model the view's @param {Manager} manager
 * @returns {(places: (name: Name) => HTMLElement, signal: AbortSignal)
 *   => Promise<Map<Name, Figure>>} */
export function openFigures(model, manager) {
  return async (places, signal) => {
    const found = figureNames(model);
    const figures = await Promise.all(
      found.map(async (name) => {
        const figure = await open(manager, model.get(`${name}_figure`), places(name), signal);
        return /** @type {[Name, Figure]} */ ([name, figure]);
      }),
    );
    return new Map(figures);
  };
}

/** @param {Manager} manager @param {string} reference @param {HTMLElement} place
 * @param {AbortSignal} signal @returns {Promise<Figure>} */
async function open(manager, reference, place, signal) {
  const figure = await manager.get_model(reference.replace("anywidget:", ""));
  const view = await manager.create_view(figure);
  if (signal.aborted) {
    view.remove();
  } else {
    attach(view, place);
    signal.addEventListener("abort", () => view.remove());
  }
  const marks = new Map(
    figure.get("marks").map((/** @type {Widget} */ mark) => [mark.get("labels")[0], mark]),
  );
  const [across, up] = figure.get("axes");
  /** @type {Map<string, string>} */
  const drawn = new Map();

  /** Set what differs from the last time, so that other marks stay as they are.
   * @param {string} name @param {Widget} widget @param {Record<string, unknown>} values */
  function put(name, widget, values) {
    const text = JSON.stringify(values);
    if (drawn.get(name) === text) return;
    drawn.set(name, text);
    widget.set(values);
  }

  return {
    element: view.el,
    draw({ x, y, label, marks: scene }) {
      put("x", across.get("scale"), { min: x[0], max: x[1] });
      put("y", up.get("scale"), { min: y[0], max: y[1] });
      // bqplot's own ticks are no round numbers where their count is given.
      put("across", across, { tick_values: ticks(x[0], x[1], 6) });
      put("up", up, { label, tick_values: ticks(y[0], y[1], 6) });
      for (const [name, { kind, values }] of Object.entries(scene)) {
        const mark = marks.get(name);
        if (mark) put(name, mark, kind === "lines" ? asLines(name, values) : asDots(values));
      }
    },
    plot() {
      const { top, right, bottom, left } = figure.get("fig_margin");
      const { clientWidth: width, clientHeight: height } = view.el;
      return { left, top, width: width - left - right, height: height - top - bottom };
    },
  };
}

/** As the manager attaches a view to a cell: bqplot draws when it hears of it.
 * @param {WidgetView} view @param {HTMLElement} place */
function attach(view, place) {
  const widget = view.luminoWidget ?? view.pWidget;
  if (widget?.constructor?.attach && place.isConnected) {
    widget.constructor.attach(widget, place);
  } else {
    place.append(view.el);
    view.trigger("displayed");
  }
}

/** @param {string} name @param {import("./curves_marks.js").LineValues} values */
function asLines(name, { x, y, colors, opacities }) {
  // bqplot keeps the colours that it has when it is given none.
  const shown = colors.length ? colors : ["none"];
  const filled = name === "bands";
  return {
    x,
    y,
    colors: shown,
    // A label a row, the name first: it is what tells the mark.
    labels: [name, ...x.slice(1).map((_, k) => `${name} ${k + 2}`)],
    opacities: filled ? opacities.map(() => 1) : opacities,
    ...(filled ? { fill_colors: shown, fill_opacities: opacities } : {}),
  };
}

/** @param {import("./curves_marks.js").DotValues} values */
function asDots({ x, y, colors, opacities }) {
  return {
    x,
    y,
    colors: colors.length ? colors : ["none"],
    opacities: opacities.length ? opacities : [1],
  };
}

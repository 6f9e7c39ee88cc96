// What every view does before it draws and whenever its own traits change.

import { html } from "./elements.js";
import { openHubs } from "./open_hubs.js";
import { createModel } from "./saved_host.js";
import { answerPictures } from "./view_picture.js";

/**
 * @typedef {import("@anywidget/types").AnyModel} Model
 * @typedef {Awaited<ReturnType<typeof openHubs>>} Hubs
 * @typedef {{picture?: () => import("./picture.js").Print|null}|undefined|void} Shown
 *   `picture`: of what is shown, null while there is none
 */

/** An anywidget definition that opens the hubs and then shows a view; errors stand in the view.
 * @param {string} className
 * @param {(root: HTMLElement, model: Model, hubs: Hubs, signal: AbortSignal) => Shown} show */
export function viewWidget(className, show) {
  return mounted(className, async (root, { model, host, signal }) => {
    const hubs = await openHubs(model, host);
    return signal.aborted ? undefined : show(root, model, hubs, signal);
  });
}

/** The same for a view whose numbers are its own: no store, no selection.
 * @param {string} className
 * @param {(root: HTMLElement, model: Model, signal: AbortSignal,
 *   host: import("@anywidget/types").Host) => Shown|Promise<Shown>} show */
export function chartWidget(className, show) {
  return mounted(className, async (root, { model, signal, host }) =>
    show(root, model, signal, host),
  );
}

/** @param {string} className
 * @param {(root: HTMLElement, props: import("@anywidget/types").RenderProps) => Promise<Shown>}
 *   show */
function mounted(className, show) {
  const definition = {
    /** @param {import("@anywidget/types").RenderProps} props */
    async render(props) {
      const { el, signal } = props;
      /** @type {import("./view_picture.js").Root} */
      const root = html("div", { class: `gw-root ${className}` });
      root.dataset.lmSuppressShortcuts = "true";
      root.dataset.jpSuppressContextMenu = "true";
      // JupyterLab would take Shift for a selection of cells, which then run together.
      root.addEventListener("mousedown", (event) => event.shiftKey && event.stopPropagation());
      el.append(root);
      signal.addEventListener("abort", () => root.remove());
      followPictures(definition, { ...props, root });
      showRefusals(props.model, el, signal);
      try {
        const shown = await show(root, props);
        root.gwPicture = shown?.picture ?? null;
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        const problem = `This view cannot be shown: ${words}`;
        root.replaceChildren(html("div", { class: "gw-error" }, problem));
      }
    },
  };
  return definition;
}

/** Show above the view why Python took none of the last change; what it has it sends again.
 * @param {Model} model @param {HTMLElement} el @param {AbortSignal} signal */
function showRefusals(model, el, signal) {
  /** @type {HTMLElement|undefined} */
  let line;
  /** @param {any} content */
  const hear = (content) => {
    // An answer to a question of the view's own is shown by the view.
    if (content?.type !== "refused" || (content.id ?? null) !== null) return;
    line?.remove();
    const words = html("div", { class: "gw-error", role: "alert" }, String(content.message));
    line = html("div", { class: "gw-root" }, words);
    el.prepend(line);
  };
  model.on("msg:custom", hear);
  signal.addEventListener("abort", () => {
    model.off("msg:custom", hear);
    line?.remove();
  });
}

/** Let Python have pictures of what `root` shows; a picture in the making answers nobody.
 * @param {{render: (props: any) => Promise<void>}} widget
 * @param {{model: Model, root: HTMLElement, host: any, signal: AbortSignal}} shown */
export function followPictures({ render }, { model, root, host, signal }) {
  if (root.closest("[data-gw-sharpness]")) return;
  const renderOf =
    (/** @type {import("./view_picture.js").State} */ state) =>
    (/** @type {{el: HTMLElement, signal: AbortSignal}} */ place) =>
      render({ model: state ? createModel(state) : model, host, ...place });
  answerPictures(model, root, renderOf, signal);
}

/** Write traits of the view's own; without a kernel they hold in the page.
 * @param {Model} model @param {Record<string, unknown>} values */
export function writeTraits(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  try {
    model.save_changes();
  } catch (error) {
    console.debug("geowidgets: no kernel to write to", error);
  }
}

/** Call `listener` when one of the traits changes, until the view is gone.
 * @param {Model} model @param {readonly string[]} names @param {() => void} listener
 * @param {AbortSignal} signal */
export function onTraits(model, names, listener, signal) {
  for (const name of names) model.on(`change:${name}`, listener);
  signal.addEventListener("abort", () => {
    for (const name of names) model.off(`change:${name}`, listener);
  });
}

/** Reads the traits as one object, anew only after one of them has changed: views ask for theirs many
 * times at every move of a brush.
 * @param {Model} model @param {readonly string[]} names @param {AbortSignal} signal
 * @returns {() => any} */
export function traitsOf(model, names, signal) {
  /** @type {any} */
  let known = null;
  onTraits(
    model,
    names,
    () => {
      known = null;
    },
    signal,
  );
  return () => {
    known ??= Object.fromEntries(names.map((name) => [name, model.get(name)]));
    return known;
  };
}

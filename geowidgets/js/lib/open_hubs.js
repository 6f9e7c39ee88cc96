// From a view's two references to the hubs behind them.

/** @typedef {import("./columns_hub.js").ColumnsHub} ColumnsHub */
/** @typedef {import("./selection_hub.js").SelectionHub} SelectionHub */

/** @param {import("@anywidget/types").AnyModel} model @param {import("@anywidget/types").Host} host
 * @returns {Promise<{columns: ColumnsHub, selection: SelectionHub}>} */
export async function openHubs(model, host) {
  const [columns, selection] = await Promise.all(
    ["columns", "selection"].map(async (name) => {
      const reference = model.get(name);
      if (!reference) throw new Error(`this view lost its ${name}: run its cell again`);
      const hub = /** @type {any} */ ((await host.getWidget(reference)).exports);
      if (name === "columns" && (await isOrphan(model, reference))) hub.endAsking();
      return hub;
    }),
  );
  return {
    columns: /** @type {ColumnsHub} */ (columns),
    selection: /** @type {SelectionHub} */ (selection),
  };
}

/** Whether Jupyter restored the hub from a saved notebook: nobody would answer its messages.
 * @param {import("@anywidget/types").AnyModel} model @param {string} reference */
async function isOrphan(model, reference) {
  try {
    const id = reference.replace(/^(anywidget:|IPY_MODEL_)/, "");
    const hub = /** @type {any} */ (await model.widget_manager?.get_model?.(id));
    return hub?.comm_live === false;
  } catch {
    return false; // other hosts have other managers, or none
  }
}

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
      return (await host.getWidget(reference)).exports;
    }),
  );
  return {
    columns: /** @type {ColumnsHub} */ (columns),
    selection: /** @type {SelectionHub} */ (selection),
  };
}

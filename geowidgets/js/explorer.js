import "./lib/theme.css";
import "./lib/controls.css";
import "./explorer.css";
import { createBar } from "./lib/explorer_bar.js";
import { explorerPicture } from "./lib/explorer_picture.js";
import { followPictures } from "./lib/mount_view.js";
import { openHubs } from "./lib/open_hubs.js";
import { followTheme } from "./lib/theme.js";

const explorer = {
  /** @param {import("@anywidget/types").RenderProps} props */
  async render({ model, el, host, signal }) {
    /** @type {import("./lib/view_picture.js").Root} */
    const root = document.createElement("div");
    root.className = "gw-root gw-explorer";
    root.dataset.lmSuppressShortcuts = "true";
    root.dataset.jpSuppressContextMenu = "true";
    const bar = document.createElement("div");
    bar.className = "gw-bar gw-explorer-bar";
    const views = document.createElement("div");
    views.className = "gw-explorer-views";
    root.append(bar, views);
    el.append(root);
    followTheme(root, signal);
    followPictures(explorer, { model, root, host, signal });
    signal.addEventListener("abort", () => root.remove());
    const hubs = await openHubs(model, host);
    if (signal.aborted) return;
    try {
      model.send({ type: "shown" });
    } catch (error) {
      console.debug("geowidgets: no kernel to tell", error);
    }
    createBar(bar, { ...hubs, signal });
    // Places first, so that the order is that of `shown` whichever view is ready first.
    const places = model.get("shown").map((/** @type {string} */ name) => {
      const place = document.createElement("section");
      place.className = "gw-explorer-view";
      place.dataset.view = name;
      views.append(place);
      return { name, place };
    });
    const pictured = places.map((/** @type {{ place: HTMLElement }} */ { place }) => place);
    root.gwPicture = () => explorerPicture(root, pictured);
    await Promise.all(
      places.map(async (/** @type {{ name: string, place: HTMLElement }} */ { name, place }) => {
        try {
          await (await host.getWidget(model.get(name))).render({ el: place, signal });
        } catch (error) {
          if (signal.aborted) return;
          // One view that fails must not take the others with it.
          place.className = "gw-explorer-view gw-error";
          place.textContent = `${name}: ${error instanceof Error ? error.message : error}`;
        }
      }),
    );
  },
};

export default explorer;

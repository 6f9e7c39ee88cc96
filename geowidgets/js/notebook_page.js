// A notebook's page: its views come to life where their outputs stand.
import "./notebook_page.css";
import { unpack } from "./lib/saved_data.js";
import { createHost } from "./lib/saved_host.js";

/** Show every view in its place; what fails says so there. */
async function show() {
  const { signal } = new AbortController();
  const saved = await unpack(document.getElementById("geowidgets-data")?.textContent ?? "");
  for (const { style } of Object.values(saved.bundles)) {
    document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  }
  const host = createHost(saved, signal);
  /** @type {HTMLElement[]} */
  const places = [...document.querySelectorAll("[data-gw-view]")].filter(
    (place) => place instanceof HTMLElement,
  );
  await Promise.all(
    places.map(async (el) => {
      // The notebook's own look of tables and lists would reach into the views.
      el.closest(".jp-RenderedHTMLCommon")?.classList.remove("jp-RenderedHTMLCommon");
      try {
        await (await host.getWidget(el.dataset.gwView ?? "")).render({ el, signal });
      } catch (error) {
        el.textContent = `This view cannot be shown: ${error instanceof Error ? error.message : error}`;
      }
    }),
  );
  document.documentElement.dataset.gwPage = "ready";
}

show().catch((error) => {
  document.body.append(`The views cannot be shown: ${error.message}`);
  document.documentElement.dataset.gwPage = "failed";
});

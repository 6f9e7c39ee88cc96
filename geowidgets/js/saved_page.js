import "./saved_page.css";
import { unpack } from "./lib/saved_data.js";
import { createHost } from "./lib/saved_host.js";

/** Show the page's views; what fails says so where the view would stand. */
async function show() {
  const { signal } = new AbortController();
  const text = document.getElementById("geowidgets-data")?.textContent ?? "";
  const saved = await unpack(text);
  performance.mark("geowidgets-unpacked");
  for (const { style } of Object.values(saved.bundles)) {
    document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  }
  const host = createHost(saved, signal);
  await Promise.all(
    saved.views.map(async (id) => {
      const el = document.createElement("div");
      el.className = "gw-page-view";
      document.body.append(el);
      try {
        await (await host.getWidget(id)).render({ el, signal });
      } catch (error) {
        el.textContent = `This view cannot be shown: ${error instanceof Error ? error.message : error}`;
      }
    }),
  );
  if (saved.missing) {
    const note = document.createElement("p");
    note.className = "gw-page-note";
    note.textContent = saved.missing;
    document.body.append(note);
  }
  document.documentElement.dataset.gwPage = "ready";
}

show().catch((error) => {
  document.body.append(`This page cannot be shown: ${error.message}`);
  document.documentElement.dataset.gwPage = "failed";
});

import "./saved_page.css";
import { unpack } from "./lib/saved_data.js";
import { createHost } from "./lib/saved_host.js";
import { drawPicture } from "./lib/view_picture.js";

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
  if (saved.picture) {
    await givePicture(host, saved.views[0], saved.picture);
    return;
  }
  const main = document.createElement("main");
  const title = document.createElement("h1");
  title.className = "gw-page-title";
  title.textContent = document.title;
  main.append(title);
  document.body.append(main);
  await Promise.all(
    saved.views.map(async (id) => {
      const el = document.createElement("div");
      el.className = "gw-page-view";
      main.append(el);
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
    main.append(note);
  }
  document.documentElement.dataset.gwPage = "ready";
}

/** Give the view's picture, or why there is none, to the server that the page came from.
 * @param {ReturnType<typeof createHost>} host @param {string} view
 * @param {import("./lib/view_picture.js").Wish} wish */
async function givePicture(host, view, wish) {
  try {
    const { render } = await host.getWidget(view);
    await fetch("picture", { method: "POST", body: await drawPicture(wish, null, render) });
  } catch (error) {
    const body = error instanceof Error ? error.message : String(error);
    await fetch("problem", { method: "POST", body });
  }
}

show().catch((error) => {
  document.body.append(`This page cannot be shown: ${error.message}`);
  document.documentElement.dataset.gwPage = "failed";
});

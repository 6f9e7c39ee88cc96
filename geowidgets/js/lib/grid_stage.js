// The maps of one sample: cells with their words, the pictures beside them, and the line above.
import { createDrawing } from "./grid_drawing.js";
import { layoutGrid } from "./grid_layout.js";
import { createMarks } from "./grid_marks.js";
import { planeOf } from "./grid_scale.js";
import { blockTitle, cellText, madeText, ratioText, sentence, verdict } from "./grid_words.js";
import { toSvg } from "./picture.js";
import { amount } from "./words.js";

/** @typedef {import("./grid_scene.js").Target} Target */
/** @typedef {ReturnType<typeof import("./grid_scene.js").gather>} Here */

/** @param {{root: HTMLElement, parts: ReturnType<typeof import("./grid_parts.js").createParts>,
 *   columns: import("./columns_hub.js").ColumnsHub,
 *   samples: ReturnType<typeof import("./grid_samples.js").createSamples>,
 *   loader: ReturnType<typeof import("./grid_loader.js").createGridLoader>,
 *   display: () => import("./grid_scene.js").Display}} options */
export function createStage({ root, parts, columns, samples, loader, display }) {
  const drawing = createDrawing({ className: "gw-grid-canvas" });
  const marks = createMarks({ measure });
  const ruler = document.createElement("canvas").getContext("2d");
  parts.stage.prepend(drawing.element, marks.element);

  /** The maps and the words about them. @param {Target} target @param {Here} here
   * @param {number} inner width in pixels */
  function draw(target, here, inner) {
    const directory = columns.directory();
    const { name: benchmark, corruption } = directory.benchmarks[target.benchmark];
    const [height, across] = shapeOf(target, here);
    const clean = cleanPicture(target);
    const picture = here.picture
      ? { pixels: here.picture.values, shape: here.picture.shape }
      : corruption
        ? null
        : clean;
    const images = corruption && clean ? [clean, picture] : [picture];
    const layout = layoutGrid({
      ...{ width: inner, rows: target.rows.length, methods: target.methods },
      ...{ shape: [height, across], images: images.length },
    });
    const truth = samples.column(`labels/${target.set}`)?.[target.sample] ?? -1;
    const theme = root.dataset.gwTheme === "dark" ? "dark" : "light";
    const names = directory.classes;
    const lines = linesOf(target, here);
    const style = getComputedStyle(root);
    parts.stage.style.height = `${layout.height}px`;
    const many = target.methods.length > 1;
    const titles = Object.fromEntries(
      target.methods.map((method) => [method, many ? blockTitle(method) : ""]),
    );
    marks.draw({
      ...{ layout, titles, theme, scales: here.scales, maps: here.map },
      rows: lines.map((line, row) => rowWords(line, row, target, here, truth)),
      label: (method, row, metric) => {
        const map = here.map(method, row);
        const plane = map && planeOf(map, metric);
        const { name } = lines[row];
        if (!map || !plane) return `${name}, ${metric}: not here`;
        return cellText(name, map, metric, plane, here.scales[method][metric]);
      },
      captions: images.length > 1 ? ["clean", benchmark] : [benchmark],
      card: [`sample ${target.sample}`, `true class ${names[truth] ?? "…"}`],
    });
    drawing.draw(layout, {
      tiles: layout.cells.map(({ box, method, metric, row }) => {
        const map = here.map(method, row);
        const plane = map ? planeOf(map, metric) : null;
        const scale = here.scales[method][metric];
        return { box, plane, shape: map?.shape ?? [1, 1, 1], scale };
      }),
      images: images.map((one, k) => ({ box: layout.images[k], picture: one })),
      ...{ under: picture, opacity: display().opacity, theme },
      colors: {
        frame: style.getPropertyValue("--gw-border"),
        soft: style.getPropertyValue("--gw-fg-soft"),
      },
    });
    parts.line.hidden = false;
    const label = names[truth] ?? "…";
    const said = { sample: target.sample, label, benchmark, lines, classes: names, truth };
    const words = sentence(said);
    parts.first.textContent = words.first;
    parts.rest.textContent = words.rest ? `· ${words.rest}` : "";
    parts.more.hidden = !target.beyond;
    parts.more.textContent = `Show ${amount(target.beyond)} more models`;
    return layout;
  }

  /** @param {Target} target @param {Here} here @returns {[number, number]} (y, x) */
  function shapeOf(target, here) {
    const [, height = 0, across = 0] = here.there[0]?.shape ?? [];
    if (height) return [height, across];
    const [y, x] = here.picture?.shape ?? columns.set(target.set)?.image ?? [32, 32];
    return [y, x];
  }

  /** @param {Target} target @param {Here} here */
  function linesOf({ rows }, here) {
    return rows.map((m, row) => {
      const { name, ratio } = columns.directory().models[m];
      return { name, ratio, map: here.map("occlusion", row) };
    });
  }

  /** @param {ReturnType<typeof linesOf>[number]} line @param {number} row
   * @param {Target} target @param {Here} here @param {number} truth */
  function rowWords({ name, ratio, map }, row, target, here, truth) {
    const trouble = target.methods.map((method) => here.problem(method, row)).find(Boolean);
    const asked = madeText("occlusion", here.there[0]);
    const note = trouble?.message ?? (map ? otherwise(madeText("occlusion", map), asked) : "");
    const { cancelled, error } = loader.status();
    const waiting = !map && !trouble && !cancelled && !error ? "to come …" : "";
    return {
      ...{ name, ratio: ratioText(ratio), note: note || waiting, failed: Boolean(trouble) },
      verdict: map ? verdict(map, columns.directory().classes, truth) : null,
    };
  }

  /** @param {Target} target */
  function cleanPicture({ set, sample }) {
    const shape = columns.set(set)?.image;
    const pixels = shape && samples.column(`images/${set}/${sample}-${sample}`);
    return pixels ? { pixels, shape: [...shape] } : null;
  }

  /** What is drawn as one SVG. @param {string} words below it */
  function svg(words) {
    return toSvg([drawing.element, marks.element], {
      background: getComputedStyle(root).backgroundColor,
      size: {
        width: Number(marks.element.getAttribute("width")),
        height: Number(marks.element.getAttribute("height")),
      },
      words,
    });
  }

  /** @param {string} text @param {string} font */
  function measure(text, font) {
    if (!ruler) return text.length * 7;
    ruler.font = `${font} ${getComputedStyle(root).fontFamily}`;
    return ruler.measureText(text).width;
  }

  return { draw, shapeOf, linesOf, svg, point: marks.point };
}

/** What was done, where it is not what the others say. @param {string} made @param {string} asked */
const otherwise = (made, asked) => (made === asked ? "" : made);

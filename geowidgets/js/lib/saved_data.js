// What a saved page carries, unpacked: states, bundles, columns and images.

/** @typedef {{bundle: string, state: Record<string, any>}} SavedWidget */
/** @typedef {{dtype: string, as: string, part: number, low?: number, high?: number}} Packed */
/** @typedef {{samples: number[], type: string, part: number, shape: [number, number, number],
 *   across: number}} Sheet */
/** @typedef {{dtype: string, data: DataView}} Column */
/** @typedef {{views: string[], widgets: Record<string, SavedWidget>, missing: string,
 *   picture: import("./view_picture.js").Wish|null, bundles: Record<string, {script: string, style: string}>}} Saved */

const LEVELS = 65534;
const ARRAYS = { uint8: Uint8Array, int16: Int16Array, int32: Int32Array, float32: Float32Array };

/** @param {string} text base64 of a deflated stream @returns {Promise<Saved>} */
export async function unpack(text) {
  const { header, part } = await open(text);
  for (const widget of Object.values(header.widgets)) widget.state = restore(widget.state, part);
  for (const [id, packed] of Object.entries(header.columns)) {
    /** @type {Record<string, Column>} */
    const preloaded = {};
    for (const [key, column] of Object.entries(packed)) preloaded[key] = decode(column, part);
    for (const [set, sheet] of Object.entries(header.images[id])) {
      Object.assign(preloaded, await cut(set, sheet, part));
    }
    header.widgets[id].state.preloaded = preloaded;
  }
  return header;
}

/** @typedef {(index: number) => Uint8Array<ArrayBuffer>} Part */

/** @param {string} text
 * @returns {Promise<{header: Saved & {columns: Record<string, Record<string, Packed>>,
 *   images: Record<string, Record<string, Sheet>>, parts: [number, number][]}, part: Part}>} */
async function open(text) {
  const packed = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const whole = await new Response(stream).arrayBuffer();
  const start = 8 + Number(new DataView(whole).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(whole, 8, start - 8)));
  return {
    header,
    part(index) {
      const [offset, length] = header.parts[index];
      return new Uint8Array(whole, start + offset, length);
    },
  };
}

/** Byte strings back into a state, as the views know them. @param {any} value @param {Part} part
 * @returns {any} */
function restore(value, part) {
  if (Array.isArray(value)) return value.map((one) => restore(one, part));
  if (value === null || typeof value !== "object") return value;
  if (typeof value.$bytes === "number") return viewOf(part(value.$bytes));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, restore(one, part)]));
}

/** @param {ArrayBufferView} array */
const viewOf = ({ buffer, byteOffset, byteLength }) =>
  new DataView(/** @type {ArrayBuffer} */ (buffer), byteOffset, byteLength);

/** @param {Packed} column @param {Part} part @returns {Column} */
export function decode({ dtype, as, part: index, low = 0, high = 0 }, part) {
  const bytes = part(index);
  if (dtype === as) return { dtype, data: viewOf(bytes) };
  if (dtype === "float32" && as === "float64") {
    const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    return { dtype: as, data: viewOf(Float64Array.from(floats)) };
  }
  if (dtype === "uint8") {
    const widen = ARRAYS[/** @type {keyof typeof ARRAYS} */ (as)];
    return { dtype: as, data: viewOf(widen.from(bytes)) };
  }
  const steps = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const step = (high - low) / LEVELS;
  const values = Float32Array.from(steps, (q) => (q > LEVELS ? Number.NaN : low + q * step));
  return { dtype: as, data: viewOf(values) };
}

/** The images of a sheet, by key. @param {string} set @param {Sheet} sheet @param {Part} part */
async function cut(set, { samples, type, part: index, shape, across }, part) {
  const picture = await createImageBitmap(new Blob([part(index)], { type }));
  const canvas = document.createElement("canvas");
  const [height, width, channels] = shape;
  Object.assign(canvas, { width: picture.width, height: picture.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser gives no canvas to read images with");
  context.drawImage(picture, 0, 0);
  /** @type {Record<string, Column>} */
  const found = {};
  samples.forEach((sample, k) => {
    const [x, y] = [(k % across) * width, Math.floor(k / across) * height];
    const { data } = context.getImageData(x, y, width, height);
    const pixels = new Uint8Array(width * height * channels);
    for (let p = 0; p < width * height; p++) {
      for (let c = 0; c < channels; c++) pixels[p * channels + c] = data[4 * p + c];
    }
    found[`images/${set}/${sample}-${sample}`] = { dtype: "uint8", data: viewOf(pixels) };
  });
  return found;
}

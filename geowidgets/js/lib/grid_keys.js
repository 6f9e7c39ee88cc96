// Under which words a map is asked for and kept; the same as in widgets/attribution_request.py.

/** @typedef {{window: number|null, stride: number|null, fill: string, margin: string}} Settings */
/** @typedef {{benchmark: number, sample: number, settings: Settings}} Where */

export const METHODS = /** @type {const} */ ([
  "occlusion",
  "gradient_x_input",
  "integrated_gradients",
]);

/** @param {Where} where @param {number} model @param {string} method */
export function mapKey({ benchmark, sample, settings }, model, method) {
  const { window, stride, fill, margin } = settings;
  const place = `${margin}/${model}/${benchmark}/${sample}`;
  if (method !== "occlusion") return `${method}/${place}`;
  return `${method}/${window ?? "auto"}/${stride ?? "auto"}/${fill}/${place}`;
}

/** The image that is attributed. @param {{benchmark: number, sample: number}} where */
export const pictureKey = ({ benchmark, sample }) => `picture/${benchmark}/${sample}`;

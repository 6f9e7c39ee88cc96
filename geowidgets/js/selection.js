import { createSelectionHub } from "./lib/selection_hub.js";

export default {
  /** @param {import("@anywidget/types").InitializeProps} props */
  initialize: ({ model, signal }) => createSelectionHub({ model, signal }),
};

import { createColumnsHub } from "./lib/columns_hub.js";

export default {
  /** @param {import("@anywidget/types").InitializeProps} props */
  initialize: ({ model, signal }) => createColumnsHub({ model, signal }),
};

// The table as comma-separated text, in the columns of `EvaluationTable.to_dataframe()`.

/**
 * @typedef {import("./table_cells.js").Cell} Cell
 * @typedef {import("./table_rows.js").Column} Column
 * @typedef {import("./table_measures.js").Measure} Measure
 * @typedef {import("./columns_hub.js").Directory} Directory
 */

const NAMES = ["model", "architecture", "method", "ratio", "seed", "benchmark", "set"];
const DIFFERENCE = ["difference", "difference_low", "difference_high"];

/** @param {Measure} measure */
function header({ name, title }) {
  const own = name === "table" ? title : name;
  const counted = name === "accuracy" ? ["correct"] : [];
  const whole = ["n", ...counted, quoted(own, true), "low", "high"];
  const subset = [
    "subset_n",
    ...counted.map((text) => `subset_${text}`),
    quoted(`subset_${own}`, true),
  ];
  return [...NAMES, ...whole, ...subset, ...DIFFERENCE];
}

/**
 * One record a model and column; text fields are quoted.
 * @param {Directory} directory
 * @param {{ model: number, column: Column, cell: Cell }[]} entries
 * @param {Measure} measure
 */
export function csv(directory, entries, measure) {
  const counted = measure.name === "accuracy";
  const number = (/** @type {number} */ value) => (Number.isFinite(value) ? value : "");
  const rows = entries
    .filter(({ cell }) => cell.state !== "missing")
    .map(({ model, column, cell }) => {
      const { name, architecture, method, ratio, seed } = directory.models[model];
      const subset = cell.state === "subset";
      return [
        ...[name, architecture, method].map((text) => quoted(text)),
        ratio,
        seed ?? "",
        quoted(benchmarkName(directory, column)),
        quoted(column.set),
        number(cell.n),
        ...(counted ? [cell.correct] : []),
        ...[cell.value, cell.low, cell.high].map(number),
        subset ? number(cell.subsetN) : "",
        ...(counted ? [subset ? cell.subsetCorrect : ""] : []),
        ...[cell.subsetValue, cell.difference, cell.differenceLow, cell.differenceHigh].map(number),
      ].join(",");
    });
  return `${[header(measure).join(","), ...rows].join("\n")}\n`;
}

/** @param {Directory} directory @param {Column} column */
function benchmarkName(directory, column) {
  if (column.benchmarks.length === 1) return directory.benchmarks[column.benchmarks[0]].name;
  return column.title;
}

/**
 * Quoted for CSV; a leading sign that a spreadsheet would run as a formula is disarmed.
 * @param {string} text
 * @param {boolean} [plain] without quotes where none are needed
 */
function quoted(text, plain = false) {
  if (plain && /^\w+$/.test(text)) return text;
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

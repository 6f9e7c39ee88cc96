// One self-contained bundle a widget: every top-level *.js here is an entry of its own.
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const outdir = fileURLToPath(new URL("../static", import.meta.url));

/** @type {esbuild.BuildOptions} */
const options = {
  entryPoints: readdirSync(here)
    .filter((name) => name.endsWith(".js"))
    .map((name) => here + name),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  outdir,
  logLevel: "info",
};

if (process.argv.includes("--watch")) {
  await (await esbuild.context({ ...options, minify: false })).watch();
} else {
  rmSync(outdir, { recursive: true, force: true });
  await esbuild.build(options);
}

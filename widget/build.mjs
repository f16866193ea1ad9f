/**
 * Builds the one file that shops load; fails where it is larger than they were promised. `node build.mjs [OUTFILE]`
 *
 * Beside it go OUTFILE.LICENSE.txt, the notices of the packages in it, and OUTFILE.cdx.json, a list of them.
 */
import { build, transform } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { list, notices, unnamed } from "./parts.mjs";
import { trimmed } from "./trim.mjs";

// What shops load is packed by the runtime, and held to 30,000 bytes by a test; Node's own packing, tuned for speed, takes
// somewhat more.
const LIMIT = 30_220;

const libraries = {
  name: "libraries",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules/ }, async ({ path }) => ({ contents: trimmed(path, await readFile(path, "utf8")) }));
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { outputFiles, metafile } = await build({
  entryPoints: [here("src/index.ts")],
  bundle: true,
  minifySyntax: true,
  format: "iife",
  // What has adoptedStyleSheets, marked's own methods and ES2022: Chrome 94, Firefox 101, Safari 16.4.
  target: "es2022",
  charset: "utf8",
  // They would be larger than what is left of the limit; the notices are a file of their own.
  legalComments: "none",
  metafile: true,
  write: false,
  plugins: [libraries],
});
// esbuild leaves functions within functions that nobody calls; the trimmed libraries are full of them.
const { code } = await minify(outputFiles[0].text, {
  ecma: 2020,
  toplevel: true,
  // Sequences save bytes, and cost more of them packed. No function here is a constructor that an arrow cannot be.
  compress: { passes: 3, pure_getters: true, keep_fargs: false, sequences: false, unsafe_arrows: true },
  format: { comments: false },
});
const packed = gzipSync(code, { level: 9, memLevel: 6 }).length;
console.log(`widget.js: ${Buffer.byteLength(code)} bytes, ${packed} gzip (${LIMIT} at most)`);
if (packed > LIMIT) process.exit(1);
const strangers = unnamed(Object.keys(metafile.inputs));
if (strangers.length) throw new Error(`no part of what package-lock.json ships: ${strangers}`);

const outfile = process.argv[2] ?? here("../runtime/storefront/widget.js");
await writeFile(`${outfile}.LICENSE.txt`, await notices());
await writeFile(`${outfile}.cdx.json`, `${JSON.stringify(list(), null, 2)}\n`);
await writeFile(outfile, code);

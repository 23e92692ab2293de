// Builds web/static/built/ from this folder and node_modules: one stylesheet, one script (the autocomplete apart,
// fetched only by pages that have one), the fonts, the icons, and manifest.json, which tells the templates the
// names. Every name carries a hash of its content, so browsers may keep a file for ever.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const modules = join(root, "node_modules");
const out = process.argv[2] ?? join(here, "..", "static", "built");
const half = `${out}.new`;
const manifest = {};

// The component library speaks of its first home in messages meant for developers. We are not that home.
const renamed = (text) => text.replaceAll("GOV.UK Frontend", "Frontend").replaceAll("GOV.UK", "");

async function emit(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const hashed = `${basename(name, extname(name))}-${hash}${extname(name)}`;
  await writeFile(join(half, hashed), bytes);
  if (!/\.(woff2|png)$/.test(name)) {
    await writeFile(join(half, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
    await writeFile(join(half, `${hashed}.br`), brotliCompressSync(bytes));
  }
  manifest[name] = hashed;
  return hashed;
}

async function fonts() {
  const family = join(modules, "@fontsource-variable", "atkinson-hyperlegible-next");
  const faces = `${await readFile(join(family, "wght.css"))}${await readFile(join(family, "wght-italic.css"))}`;
  let css = faces;
  for (const [, path] of faces.matchAll(/url\(\.\/files\/([^)]+)\)/g)) {
    css = css.replace(`./files/${path}`, await emit(path, await readFile(join(family, "files", path))));
  }
  return css;
}

async function stylesheet() {
  const compiled = sass.compile(join(here, "site.scss"), { loadPaths: [modules], quietDeps: true });
  const whole = (await fonts()) + compiled.css;
  const small = await esbuild.transform(whole, { loader: "css", minify: true, legalComments: "none" });
  await emit("site.css", small.code);
}

async function script(name) {
  const built = await esbuild.build({
    entryPoints: [join(here, name)],
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    target: "es2020",
    minify: true,
    legalComments: "none",
    write: false,
  });
  await emit(name.replace(".mjs", ".js"), renamed(built.outputFiles[0].text));
}

async function licences() {
  const paths = [join(here, "govuk-frontend-licence.txt"), join(modules, "accessible-autocomplete/LICENSE.txt"),
    join(modules, "@fontsource-variable/atkinson-hyperlegible-next/LICENSE")];
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  await writeFile(join(half, "licences.txt"), texts.join("\n\n----\n\n"));
}

await rm(half, { recursive: true, force: true });
await mkdir(half, { recursive: true });
await Promise.all([stylesheet(), script("site.mjs"), script("autocomplete.mjs"), licences()]);
for (const icon of await readdir(join(here, "icons"))) {
  await emit(icon, await readFile(join(here, "icons", icon)));
}
await writeFile(join(half, "manifest.json"), `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`);
await rm(out, { recursive: true, force: true });
await rename(half, out);

/** The packages that are in the one file: their licences' words, which whoever hands it out hands on, and a list of them. */
import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { name, version, packages } = JSON.parse(await readFile(here("package-lock.json"), "utf8"));

// Optional ones are declarations of types, of which nothing is left.
const parts = Object.entries(packages)
  .filter(([folder, found]) => folder && !found.dev && !found.optional)
  .map(([folder, found]) => ({ folder, name: folder.replace(/.*node_modules\//, ""), ...found }));

/** Paths of `inputs` in folders of packages that are none of the parts. */
export const unnamed = (inputs) =>
  inputs.filter((path) => path.includes("node_modules/") && !parts.some(({ folder }) => path.includes(`${folder}/`)));

/** Each part with every licence file it brings. */
export const notices = async () => {
  const told = [];
  for (const part of parts) {
    const files = (await readdir(here(part.folder))).filter((file) => /^licen[cs]e/i.test(file)).sort();
    if (!files.length) throw new Error(`${part.name} brings no licence file`);
    const words = await Promise.all(files.map((file) => readFile(here(`${part.folder}/${file}`), "utf8")));
    told.push(`${part.name} ${part.version} (${part.license})\n\n${words.map((text) => text.trim()).join("\n\n")}\n`);
  }
  return `widget.js holds parts of these packages.\n\n${told.join(`\n${"-".repeat(80)}\n\n`)}`;
};

/** CycloneDX, https://cyclonedx.org/docs/1.6/json/ */
export const list = () => ({
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: { component: { type: "application", "bom-ref": name, name, version } },
  components: parts.map((part) => {
    const purl = `pkg:npm/${part.name.replace("@", "%40")}@${part.version}`;
    const content = Buffer.from(part.integrity.replace("sha512-", ""), "base64").toString("hex");
    return {
      type: "library",
      "bom-ref": purl,
      name: part.name,
      version: part.version,
      purl,
      licenses: [{ expression: part.license }],
      hashes: [{ alg: "SHA-512", content }],
    };
  }),
});

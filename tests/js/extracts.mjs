// What the browser's modules make of choices: `{ file, type, keeps }` (base64, base64, lists of digests) in the file
// named, `{ pieces, extracts }` on standard output, for the other implementation to compare.
import { readFileSync } from "node:fs";

const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const load = (name) => import(new URL(name, modules));
const { base64, unbase64 } = await load("bytes.js");
const { extract, pieces, whole } = await load("extract.js");
const { readType } = await load("type-metadata.js");

const given = JSON.parse(readFileSync(process.argv[2], "utf8"));
const file = unbase64(given.file);
const extracts = [];
for (const keep of given.keeps) {
  const refused = (error) => ({ refused: `${error.name}: ${error.message}` });
  extracts.push(await extract(file, keep).then(base64, refused));
}
const shown = ({ label, pieces: below, ...rest }) => ({ ...rest, label: Object.fromEntries(label), pieces: below.map(shown) });
const found = await pieces(file, readType(unbase64(given.type)));
const unlabelled = (await pieces(file, null)).map(({ path }) => path);
process.stdout.write(JSON.stringify({ pieces: found.map(shown), unlabelled, whole: found.flatMap(whole), extracts }));

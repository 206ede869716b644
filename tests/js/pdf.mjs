// Reads every PDF of a folder: [found or the problem's code, SHA-256 of what was found] by name, as JSON.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const { credentialIn, isPdf } = await import(new URL("pdf.js", modules));

async function readOut(bytes) {
  if (!isPdf(bytes)) return ["no_pdf", ""];
  try {
    return ["found", createHash("sha256").update(await credentialIn(bytes)).digest("hex")];
  } catch (error) {
    return [error.code, ""];
  }
}

const folder = process.argv[2];
const told = {};
for (const name of readdirSync(folder)) told[name] = await readOut(new Uint8Array(readFileSync(`${folder}/${name}`)));
console.log(JSON.stringify(told));

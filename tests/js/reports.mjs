// Prints the report of every test vector as one JSON object, for comparison with the reference implementation.
import { readFileSync, readdirSync } from "node:fs";
import { judgeCase } from "./vector-case.mjs";

const folder = new URL("../vectors/", import.meta.url);
const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const base = read("base.json");

const reports = {};
for (const name of readdirSync(folder).filter((each) => each.endsWith(".json"))) {
  reports[name] = (await judgeCase(base, read(name), modules)).report;
}
process.stdout.write(JSON.stringify(reports));

// Runs every case of tests/vectors through the judge: verdict, outcomes, codes and reports must be those wanted.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../vectors/", import.meta.url).pathname;
const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const { runCase } = await import(new URL("vector-case.mjs", import.meta.url));

const names = readdirSync(folder).filter((name) => name.endsWith(".json")).sort();
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const base = read("base.json");

for (const name of names) {
  test(`${name}: ${read(name).desc}`, async () => {
    const { want, got } = await runCase(base, read(name), modules);
    assert.deepEqual(got, want);
  });
}

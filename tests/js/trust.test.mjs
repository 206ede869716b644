// Reading whom to believe: where people look at a chain, read as the reference implementation reads it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const load = (name) => import(new URL(name, modules));
const { Malformed, utf8 } = await load("bytes.js");
const { parse } = await load("strict-json.js");
const { readTrust } = await load("trust.js");

const cases = JSON.parse(readFileSync(new URL("explorers.json", import.meta.url), "utf8"));
const home = { registry: `eip155:88:0x${"a1".repeat(20)}`, endpoints: ["https://rpc.example/"] };
const read = (more) => readTrust(parse(utf8(JSON.stringify({ version: 1, home: { ...home, ...more } }))));

test("an explorer is https, with what is looked at behind the host", () => {
  for (const [explorer, taken] of cases) {
    if (taken) assert.deepEqual({ ...read({ explorer }).registries[0].explorer }, { ...explorer });
    else assert.throws(() => read({ explorer }), Malformed, JSON.stringify(explorer));
  }
});

test("a registry without an explorer has none", () => {
  assert.equal(read({}).registries[0].explorer, null);
});

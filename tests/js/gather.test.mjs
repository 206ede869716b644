// Gathering against servers that fail in every way: the outcome is a report, never an exception and never INVALID.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../vectors/", import.meta.url).pathname;
const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const load = (name) => import(new URL(name, modules));
const { verify } = await load("gather.js");
const { parse } = await load("strict-json.js");
const { readTrust } = await load("trust.js");
const { unbase64, utf8 } = await load("bytes.js");

const base = JSON.parse(readFileSync(`${folder}/base.json`, "utf8"));
const { registry } = base.trust.home;
const endpoints = base.trust.home.endpoints.length;
const trust = readTrust(parse(utf8(JSON.stringify(base.trust))));
const json = (value) => new Response(JSON.stringify(value));
const hexOf = (number) => `0x${number.toString(16)}`;

/** The result of a call as an endpoint that holds the base's evidence would give it. */
function honest(url, method, params) {
  const index = base.trust.home.endpoints.indexOf(url);
  const entry = (question) => base.evidence[question][index];
  const head = entry(`head ${registry}`);
  if (method === "eth_chainId") return hexOf(head.chain_id);
  if (method === "eth_call") return entry(`call ${registry} ${Number(params[1])} ${params[0].data}`).result;
  const number = params[0] === "finalized" ? head.block : Number(params[0]);
  const block = entry(`block ${registry} ${number}`);
  return { number: hexOf(number), hash: block.hash.toUpperCase().replace("0X", "0x"), timestamp: hexOf(block.time) };
}

function mirror(url) {
  const path = String(url).split("/").slice(-2).join("/");
  const file = base.evidence[`file ${path}`];
  return typeof file === "string" ? new Response(unbase64(file)) : new Response("", { status: 404 });
}

/** Judges the base over a network whose endpoints and mirrors are these functions. */
async function over(endpoint, files = mirror) {
  const asked = [];
  globalThis.fetch = async (url, options) => {
    asked.push({ url: String(url), ...options });
    if (options.method !== "POST") return files(url);
    const { id, method, params } = JSON.parse(new TextDecoder().decode(options.body));
    return endpoint({ url, method, params, answer: (result) => json({ jsonrpc: "2.0", id, result }) });
  };
  const { report } = await verify(unbase64(base.credential), trust, base.now);
  return { report, asked };
}

test("honest servers lead to VALID, and every request is private", async () => {
  const { report, asked } = await over(({ url, method, params, answer }) => answer(honest(url, method, params)));
  assert.equal(report.verdict, "VALID");
  assert.ok(asked.length > endpoints);
  for (const { credentials, referrerPolicy, signal } of asked) {
    assert.deepEqual([credentials, referrerPolicy, signal instanceof AbortSignal], ["omit", "no-referrer", true]);
  }
});

const FAULTS = {
  "refuse connections": () => { throw new TypeError("refused"); },
  "answer 500": () => new Response("", { status: 500 }),
  "answer no JSON": () => new Response("<html>"),
  "answer null": () => new Response("null"),
  "answer an error": () => json({ jsonrpc: "2.0", id: 1, error: { code: -32000, message: "<script>" } }),
  "answer without a result": () => json({}),
  "answer another type": ({ answer }) => answer([{}]),
  "answer numbers too large": ({ answer }) => answer(`0x${"f".repeat(40)}`),
  "answer without end": () => new Response(new Uint8Array(2_000_000)),
  "be on another chain": ({ url, method, params, answer }) =>
    answer(method === "eth_chainId" ? "0x1" : honest(url, method, params)),
};

for (const [fault, endpoint] of Object.entries(FAULTS)) {
  test(`endpoints that ${fault} leave it undetermined`, async () => {
    const { report } = await over(endpoint);
    assert.equal(report.verdict, "UNDETERMINED");
    assert.equal(report.steps[3].code, "endpoints_unavailable");
    assert.ok(report.as_of[0].endpoints.every(({ state }) => state === "failed"));
  });
}

test("a call without a result means there is no registry", async () => {
  const { report } = await over(({ url, method, params, answer }) =>
    answer(method === "eth_call" ? "0x" : honest(url, method, params)));
  assert.deepEqual([report.verdict, report.steps[3].code], ["UNDETERMINED", "no_registry"]);
});

test("a mirror with other files is treated as having none", async () => {
  const { report } = await over(
    ({ url, method, params, answer }) => answer(honest(url, method, params)),
    () => new Response("another file"),
  );
  assert.equal(report.verdict, "UNDETERMINED");
  assert.equal(report.steps[1].code, "type_unavailable");
  assert.equal(report.steps[6].code, "status_manifest_unavailable");
});

test("nothing the file names is fetched before its anchor is found", async () => {
  const { asked } = await over(() => new Response("", { status: 500 }));
  assert.ok(asked.every(({ method }) => method === "POST"));
});

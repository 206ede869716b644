// Gathering against servers that fail in every way: the outcome is a report, never an exception and never INVALID.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../vectors/", import.meta.url).pathname;
const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const load = (name) => import(new URL(name, modules));
const { EvidenceCache, verify } = await load("gather.js");
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

/** Judges the base over a network whose endpoints and mirrors are these functions; `asked` is one entry a request. */
async function over(endpoint, { files = mirror, batches = true, under = trust, cache } = {}) {
  const asked = [];
  const one = (url, { id, method, params }) =>
    endpoint({ url, method, params, answer: (result) => json({ jsonrpc: "2.0", id, result }) });
  globalThis.fetch = async (url, options) => {
    asked.push({ url: String(url), ...options });
    if (options.method !== "POST") return files(url);
    const request = JSON.parse(new TextDecoder().decode(options.body));
    asked.at(-1).calls = [request].flat().length;
    if (!Array.isArray(request)) return one(url, request);
    if (!batches) return new Response("no batches", { status: 400 });
    const answers = await Promise.all(request.map((each) => one(url, each)));
    const odd = answers.find(({ status }) => status !== 200);
    return odd ?? new Response(`[${(await Promise.all(answers.map((each) => each.text()))).join()}]`);
  };
  const { report } = await verify(unbase64(base.credential), under, base.now, () => {}, cache);
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

const plainly = ({ url, method, params, answer }) => answer(honest(url, method, params));

test("what one endpoint is asked in one round goes as one request", async () => {
  const { asked } = await over(plainly);
  const sent = asked.filter(({ url, method }) => method === "POST" && url === base.trust.home.endpoints[0]);
  assert.deepEqual(sent.map(({ calls }) => calls), [2, 2, 1]); // chain id and head; block and dossier; an officer's key
});

test("an endpoint that takes no batches is asked singly, and from then on", async () => {
  const first = await over(plainly, { batches: false });
  assert.equal(first.report.verdict, "VALID");
  assert.ok(first.asked.some(({ calls }) => calls === 2));
  const second = await over(plainly, { batches: false });
  assert.equal(second.report.verdict, "VALID");
  assert.ok(second.asked.every(({ calls }) => calls === undefined || calls === 1));
});

const never = () => new Promise(() => {});
const isThird = (url) => url === base.trust.home.endpoints[2];

test("a slow endpoint of three delays nothing, and stands in the report as having failed", async () => {
  const began = performance.now();
  const { report } = await over((asked) => (isThird(asked.url) ? never() : plainly(asked)));
  assert.equal(report.verdict, "VALID");
  assert.deepEqual(report.as_of[0].endpoints.map(({ state }) => state), ["agreed", "agreed", "failed"]);
  assert.ok(performance.now() - began < 1000);
});

/** The three endpoints, the first saying `lie` of the head; the third answers after 400 ms. */
const withLie = (lie) => async (asked) => {
  const isHead = asked.method === "eth_getBlockByNumber" && asked.params[0] === "finalized";
  if (isThird(asked.url)) await new Promise((resolve) => { setTimeout(resolve, 400); });
  if (isHead && asked.url === base.trust.home.endpoints[0]) return asked.answer({ number: lie });
  return plainly(asked);
};

test("heads far apart are settled by the slow endpoint too, so that a liar reaches not back in time", async () => {
  const { report } = await over(withLie("0x1"));
  assert.equal(report.as_of[0].block, base.evidence[`head ${registry}`][1].block);
  assert.equal(report.verdict, "VALID");
});

test("with a quorum of half or less every endpoint is waited for", async () => {
  const under = readTrust(parse(utf8(JSON.stringify({ ...base.trust, home: { ...base.trust.home, quorum: 1 } }))));
  const liar = async (asked) => {
    if (!isThird(asked.url)) return plainly(asked);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    return asked.method === "eth_call" ? asked.answer("0x") : plainly(asked);
  };
  const { report } = await over(liar, { under });
  assert.equal(report.steps[3].code, "endpoints_disagree");
});

test("many files at once under one cache cost the requests of one", async () => {
  const cache = new EvidenceCache();
  const alone = await over(plainly, { cache: new EvidenceCache() });
  const all = await Promise.all([1, 2, 3].map(() => over(plainly, { cache })));
  assert.ok(all.every(({ report }) => report.verdict === "VALID"));
  const count = all.map(({ asked }) => asked.length).reduce((sum, each) => sum + each, 0);
  assert.equal(count, alone.asked.length);
});

test("a cache keeps chain answers for ten seconds, failures for two and files for ever", async () => {
  let time = 0;
  const cache = new EvidenceCache(() => time);
  const asked = [];
  const of = (subject, value) => cache.ask(subject, async () => asked.push(subject) && value);
  const all = async () => {
    await of("head", [{ block: 1 }, { error: "late" }]);
    await of("down", [{ error: "unreachable" }]);
    await of("file", "AAAA");
  };
  await all();
  assert.deepEqual(asked.splice(0), ["head", "down", "file"]);
  for (const [later, again] of [[2_000, []], [2_001, ["down"]], [10_000, ["down"]], [10_001, ["head"]]]) {
    time = later;
    await all();
    assert.deepEqual(asked.splice(0), again);
  }
});

test("a page asks another origin in both forms at first, and then in the one that was answered", async (t) => {
  const { rpc } = await load("network.js");
  Object.assign(globalThis, { document: {}, location: { origin: "https://page.example" } });
  t.after(() => ["document", "location"].forEach((name) => delete globalThis[name]));
  const typed = [];
  globalThis.fetch = async (url, { headers, body }) => {
    const isTyped = headers["content-type"] !== undefined;
    typed.push(isTyped);
    if (isTyped) await new Promise((resolve) => { setTimeout(resolve, 10); }); // the preflight
    if (url.includes("strict") && !isTyped) return new Response("", { status: 415 });
    if (url.includes("down")) throw new TypeError("refused");
    return json({ jsonrpc: "2.0", id: JSON.parse(new TextDecoder().decode(body)).id, result: "0x1" });
  };
  const cases = { easy: [true, false, false], strict: [true, false, true] };
  for (const [name, forms] of Object.entries(cases)) {
    for (let i = 0; i < 2; i += 1) assert.equal(await rpc(`https://${name}.example/`, "eth_chainId", []), "0x1");
    assert.deepEqual(typed.splice(0), forms, name);
  }
  await assert.rejects(rpc("https://down.example/", "eth_chainId", []), TypeError);
  assert.deepEqual(typed.splice(0), [true, false]);
  assert.equal(await rpc("https://page.example/", "eth_chainId", []), "0x1");
  assert.deepEqual(typed, [true]);
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
    { files: () => new Response("another file") },
  );
  assert.equal(report.verdict, "UNDETERMINED");
  assert.equal(report.steps[1].code, "type_unavailable");
  assert.equal(report.steps[6].code, "status_manifest_unavailable");
});

test("nothing the file names is fetched before its anchor is found", async () => {
  const { asked } = await over(() => new Response("", { status: 500 }));
  assert.ok(asked.every(({ method }) => method === "POST"));
});

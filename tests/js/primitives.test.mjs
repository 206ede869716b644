// The verifier's building blocks against values computed by other implementations.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const load = (name) => import(new URL(name, modules));
const { Malformed, base64, base64url, fromUtf8, hex, unbase64, unbase64url, unhex, utf8 } = await load("bytes.js");
const { parse, parseCanonical, timeText, write } = await load("strict-json.js");
const { keccak256, keccakText } = await load("keccak.js");
const { N, recover } = await load("secp256k1.js");
const { endorsementDigest } = await load("endorsements.js");
const { decodeDossier, decodeKey, dossierCall, keyCall } = await load("registry.js");
const { foldFailure, leafHash } = await load("merkle.js");
const { inflate } = await load("status.js");
const { openDisclosures } = await load("disclosures.js");

const json = (text) => parse(utf8(text));
const refused = (run) => assert.throws(run, Malformed);

test("base64url is taken only in its canonical form", () => {
  for (let length = 0; length < 40; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
    assert.equal(base64url(bytes), Buffer.from(bytes).toString("base64url"));
    assert.equal(base64(bytes), Buffer.from(bytes).toString("base64"));
    assert.deepEqual(unbase64url(base64url(bytes)), bytes);
    assert.deepEqual(unbase64(base64(bytes)), bytes);
  }
  for (const text of ["A", "AB", "AAB", "AA==", "A+", "A/", "A A", "Ä", 7, null]) refused(() => unbase64url(text));
  for (const text of ["AA", "AB==", "AA=", "A-A=", "AA==="]) refused(() => unbase64(text));
  for (const text of ["0", "0G", "AB", "0x00"]) refused(() => unhex(text));
});

test("strict JSON refuses all that section 2 forbids", () => {
  const bad = [
    "", " ", "{", "[1,]", "[1 2]", '{"a":1,}', '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', "01", "-1", "-0", "1.0", "1e2",
    "9007199254740992", "NaN", "Infinity", "nul", "'a'", '"\\ud800"', '"\\udc00\\ud800"', '"a\u0001"', '"\\x"', '"\\u12g4"',
    "\ufeff1", "1 1", "{a:1}", "[[[[[[[[[1]]]]]]]]]", '"\\', "\u00a01", '{"":[}', "[1]]", "/**/1",
  ];
  for (const text of bad) refused(() => json(text));
  refused(() => parse(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)));
  refused(() => parse(Uint8Array.of(0x22, 0xc0, 0x80, 0x22)));
});

test("strict JSON reads what is allowed, whatever the member names", () => {
  assert.equal(json(" 9007199254740991\n"), 9007199254740991);
  assert.deepEqual(json("[[[[[[[[1]]]]]]]]").flat(8), [1]);
  const value = json('{"__proto__":true,"":null,"2":[],"1":"\\ud83d\\ude00\\/"}');
  assert.deepEqual([...value.keys()], ["__proto__", "", "2", "1"]);
  assert.equal(value.get("1"), "\u{1f600}/");
});

test("canonical JSON is written as JSON.stringify writes and told from other forms", () => {
  const text = '{"b":["\\u0001\\b\\t\\n\\f\\r\\"\\\\/\u007fđ\u2028"],"a":{"c":false}}';
  assert.equal(write(json(text)), text);
  parseCanonical(utf8(text));
  for (const other of ['{"a": 1}', '"\\/"', '"\\u00e1"', '"\\u000A"', "[1]\n"]) refused(() => parseCanonical(utf8(other)));
});

test("time text must be an existing instant", () => {
  timeText("2024-02-29T23:59:59Z");
  timeText("1970-01-01T00:00:00Z");
  const bad = [
    "2025-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "1969-12-31T23:59:59Z", "2026-01-01T00:00:00",
  ];
  for (const text of bad) refused(() => timeText(text));
});

test("keccak256 agrees with another implementation around the rate", () => {
  const known = {
    0: "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    135: "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446",
    136: "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e",
    137: "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39",
    1000: "b6a4ac1f51884d71f30fa397a5e155de3099e11fc0edef5d08b646e621e19de9",
  };
  for (const [length, digest] of Object.entries(known)) assert.equal(hex(keccakText("a".repeat(length))), digest);
});

const SIGNED = [
  ["0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a", "41f38967569fe1daa5672437b78eb90bc9aa5fccf4993c1cbbf5d62c9c75666444b6f931f4c2ba322225db59ebecd137a28eb1e26244ad626616a31b7d33dc6f1c"],
  ["0x1c5a77d9fa7ef466951b2f01f724bca3a5820b63", "56a56bfe6ef537c18e32145a2ce276a66a04b8b22cc035aabcdd7e9a12f5816d57c50630e3c652acfedbf4297c32db9c4e0108feb1a4895ee7f99177558c764d1b"],
];
const DIGEST = endorsementDigest(new Uint8Array(32).fill(1), {
  root: new Uint8Array(32).fill(2),
  treeSize: 1200,
  vct: "urn:vanbang:type:vn-diploma:1",
});

test("an endorsement made by a wallet library is recovered to its signer", () => {
  for (const [signer, signature] of SIGNED) assert.equal(recover(DIGEST, unhex(signature)), signer);
});

test("a high s, another v and values out of range recover nobody", () => {
  const signature = unhex(SIGNED[0][1]);
  const altered = (change) => {
    const copy = signature.slice();
    change(copy);
    return recover(DIGEST, copy);
  };
  const high = unhex((N - BigInt(`0x${hex(signature.slice(32, 64))}`)).toString(16).padStart(64, "0"));
  assert.equal(altered((copy) => { copy.set(high, 32); copy[64] = 27; }), null);
  for (const v of [0, 1, 26, 29]) assert.equal(altered((copy) => { copy[64] = v; }), null);
  for (const [start, byte] of [[0, 0], [0, 255], [32, 0]]) {
    assert.equal(altered((copy) => copy.fill(byte, start, start + 32)), null);
  }
  assert.notEqual(altered((copy) => { copy[64] = 27; }), SIGNED[0][0]);
});

const DOSSIER = `0x${readFileSync(new URL("dossier.hex", import.meta.url), "utf8").replaceAll("\n", "")}`;

test("a dossier encoded by an ABI library decodes to the same values", () => {
  const dossier = decodeDossier(DOSSIER);
  assert.deepEqual(dossier.anchor, { signer: `0x${"11".repeat(20)}`, time: 1780000000, block: 12, state: 1 });
  assert.deepEqual(dossier.anchorKey, { notBefore: 1, notAfter: 2, compromisedSince: 3, roles: 1 });
  assert.equal(hex(dossier.status.root), "07".repeat(32));
  assert.deepEqual([dossier.status.epoch, dossier.status.previousBlock, dossier.standing], [3, 11, 1]);
  assert.deepEqual(dossier.names.map(({ name }) => name), ["Trường Đại học Sông Hồng", "x".repeat(40)]);
});

test("a dossier cut short, run on or out of range does not decode", () => {
  for (const bad of ["0x", DOSSIER.slice(0, -64), `${DOSSIER}${"00".repeat(32)}`]) refused(() => decodeDossier(bad));
  const words = DOSSIER.slice(2).match(/.{64}/g);
  const bytes32 = 15;
  for (const [i] of words.entries()) {
    const filled = `0x${words.map((word, k) => (k === i ? "f".repeat(64) : word)).join("")}`;
    if (i !== bytes32) refused(() => decodeDossier(filled));
  }
  refused(() => decodeKey("0x"));
});

test("calls begin with the selectors of the page and carry padded arguments", () => {
  const id = new Uint8Array(32).fill(1);
  const call = dossierCall(id, { root: id, treeSize: 1200, hash: id });
  assert.equal(call, `0x1a56fd13${"01".repeat(64)}${"4b0".padStart(64, "0")}${"01".repeat(32)}`);
  assert.equal(keyCall(id, `0x${"22".repeat(20)}`), `0xae894a6f${"01".repeat(32)}${"0".repeat(24)}${"22".repeat(20)}`);
});

test("a tree of three folds, and each wrong proof has its own code", async () => {
  const sha = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const [a, b, c] = await Promise.all(["a", "b", "c"].map((text) => leafHash(utf8(text))));
  const ab = await sha(Buffer.concat([a, b]));
  const root = await sha(Buffer.concat([ab, c]));
  assert.equal(await foldFailure(a, 0, 3, [b, c], root), null);
  assert.equal(await foldFailure(b, 1, 3, [a, c], root), null);
  assert.equal(await foldFailure(c, 2, 3, [ab], root), null);
  assert.equal(await foldFailure(c, 3, 3, [ab], root), "index_out_of_range");
  assert.equal(await foldFailure(c, 2, 3, [], root), "path_length");
  assert.equal(await foldFailure(c, 2, 3, [ab, ab], root), "path_length");
  assert.equal(await foldFailure(c, 1, 3, [a, c], root), "root_mismatch");
  assert.equal(await foldFailure(a, 2 ** 53 - 2, 2 ** 53 - 1, [], root), "path_length");
});

test("a status list inflates to its exact size or not at all", async () => {
  const list = Uint8Array.from({ length: 32768 }, (_, i) => (i * 7) & 0xff);
  assert.deepEqual(await inflate(deflateSync(list), 32768), list);
  const good = deflateSync(list);
  const bad = [
    deflateSync(list.slice(1)), deflateSync(Buffer.alloc(40_000_000)), good.subarray(0, -1),
    Buffer.concat([good, Buffer.of(0)]), Buffer.alloc(0), Buffer.from("no zlib"),
  ];
  for (const data of bad) await assert.rejects(inflate(Uint8Array.from(data), 32768), Malformed);
});

const digest = (n) => base64url(keccak256(utf8(String(n))));
const ref = (n) => new Map([["...", digest(n)]]);
const open = (digests, list) =>
  openDisclosures({
    payload: { digests: digests.map(digest) },
    disclosures: list.map(([n, name, value]) => ({ digest: digest(n), name, value })),
  });

test("disclosures open recursively and closed elements are left out and counted", () => {
  const { failure, claims, undisclosed } = open([1, 2], [[1, "a", ["x", ref(3), ref(4), [ref(5)]]], [3, null, "y"]]);
  assert.equal(failure, null);
  assert.deepEqual(claims.get("a"), ["x", "y", []]);
  assert.equal(undisclosed, 3);
});

test("each fault of disclosures has its own code", () => {
  const cases = [
    ["digest_repeated", [[1, "a", [ref(2)]]]],
    ["digest_repeated", [[1, "a", [ref(3), ref(3)]]]],
    ["disclosure_unreferenced", [[9, "a", "x"]]],
    ["disclosure_unreferenced", [[8, null, [ref(9)]], [9, null, "x"]]],
    ["disclosure_kind", [[1, null, "x"]]],
    ["disclosure_kind", [[1, "a", [ref(3)]], [3, "b", "x"]]],
    ["reserved_member", [[1, "a", [ref(2), new Map([["...", true]])]]]],
    ["claim_name_reserved", [[1, "iss", "x"]]],
    ["claim_name_reserved", [[1, "...", "x"]]],
    ["claim_name_repeated", [[1, "a", "x"], [2, "a", "x"]]],
    ["reserved_member", [[1, "a", new Map([["_sd", []]])]]],
    ["reserved_member", [[1, "a", ref(3)]]],
    ["reserved_member", [[1, "a", [new Map([["...", "short"]])]]]],
    ["reserved_member", [[1, "a", [new Map([["...", digest(3)], ["b", "x"]])]]]],
  ];
  for (const [code, list] of cases) assert.equal(open([1, 2], list).failure, code, JSON.stringify(list));
});

test("a chain of disclosures opens down to depth 8 and is refused below, however long", () => {
  const link = (i, last) => [i + 1, i === 0 ? "a" : null, last ? "x" : [ref(i + 2)]];
  const chain = (length) => Array.from({ length }, (_, i) => link(i, i === length - 1));
  assert.deepEqual(open([1], chain(8)).claims.get("a").flat(8), ["x"]);
  assert.equal(open([1], chain(9)).failure, "too_deep");
  assert.equal(open([1], chain(2000)).failure, "too_deep");
});

test("a slip in what is only for showing leaves the type readable, one in what decides does not", async () => {
  const { readType } = await load("type-metadata.js");
  const whole = {
    vct: "t", name: 7, display: [{ locale: "vi", name: true }, { locale: "en", name: "Type" }, null],
    claims: [{ path: [], display: [] }, { path: ["a"], display: "A" }],
    vanbang: { version: 1, digests: 3, issuer: { code: ["a"], name: ["a", "b"] }, layout: [{ kind: "x" }, 1] },
  };
  const type = readType(utf8(JSON.stringify(whole)));
  assert.deepEqual([type.name, [...type.display], type.layout], ["t", [["en", "Type"]], []]);
  const slips = [{ version: 2 }, { digests: 0 }, { digests: 257 }, { digests: "3" }, { issuer: { code: [], name: ["a"] } }];
  for (const slip of slips) {
    refused(() => readType(utf8(JSON.stringify({ ...whole, vanbang: { ...whole.vanbang, ...slip } }))));
  }
});

test("a trust configuration has its defaults, and a faulty one is refused", async () => {
  const { readTrust } = await load("trust.js");
  const home = { registry: `eip155:88:0x${"ab".repeat(20)}`, endpoints: ["https://a.example/", "https://b.example/"] };
  const read = (trust) => readTrust(json(JSON.stringify({ version: 1, home, ...trust })));
  const trust = read({});
  assert.deepEqual([trust.maxBlockAge, trust.maxBlockAhead, trust.mirrors], [3600, 900, []]);
  assert.deepEqual([trust.registries[0].quorum, trust.registries[0].finality], [2, "finalized"]);
  const faults = [
    { version: 2 }, { more: 1 }, { public: "x" }, { older: null }, { max_block_age: "1" },
    ...[
      { quorum: 0 }, { quorum: 3 }, { quorum: null }, { finality: "latest" }, { finality: { depth: "1" } }, { finality: null },
      { endpoints: [] }, { endpoints: ["https://a.example/", "https://a.example/"] }, { registry: "eip155:088:0x" },
    ].map((fault) => ({ home: { ...home, ...fault } })),
  ];
  for (const fault of faults) refused(() => read(fault));
});

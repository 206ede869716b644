// The holder's page: the token of a link, and shares that only their keys open.
import assert from "node:assert/strict";
import { test } from "node:test";

import { unbase64url } from "../../src/vanbang/web/static/verifier/bytes.js";
import { decrypt } from "../../src/vanbang/web/static/verifier/share.js";
import { Refusal, bearerOf, readLink } from "../../src/vanbang/web/static/holder/api.js";
import { qrOf } from "../../src/vanbang/web/static/holder/qr.js";
import { sealed } from "../../src/vanbang/web/static/holder/sealing.js";
import * as words from "../../src/vanbang/web/static/holder/words.js";

const KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const ID = "A".repeat(22);

test("the token of the worked example", async () => {
  const link = readLink(`/h/${ID}`, KEY);
  assert.equal(await bearerOf(link), `vbh_${ID}_j9GSFy8jLI5IRAD_JeB4GDPCkhD8KvQWhvI4ufMH6QY`);
});

test("half a link is a sentence", () => {
  for (const [path, fragment, code] of [
    [`/h/${ID}`, "", "link_incomplete"], [`/h/${ID}`, KEY.slice(1), "link_malformed"],
    [`/h/${ID.slice(1)}`, KEY, "link_malformed"], [`/h/${ID}`, `${KEY.slice(0, -1)}9`, "link_malformed"],
  ]) {
    assert.throws(() => readLink(path, fragment), (error) => error instanceof Refusal && error.code === code);
    assert.ok(words.PROBLEMS[code]);
  }
});

test("a share opens with its key, as the verifier opens it, and has a key of its own each time", async () => {
  const bytes = new TextEncoder().encode('{"header":{}}');
  const [first, second] = [await sealed(bytes), await sealed(bytes)];
  const plain = await decrypt({ id: first.id, key: unbase64url(first.key, 32) }, unbase64url(first.ciphertext));
  assert.deepEqual(plain, bytes);
  assert.equal(new Set([first, second].flatMap(({ id, key, ciphertext }) => [id, key, ciphertext])).size, 6);
  await assert.rejects(decrypt({ id: first.id, key: unbase64url(second.key, 32) }, unbase64url(first.ciphertext)));
});

test("a text that no QR code holds is refused", () => {
  assert.throws(() => qrOf("a".repeat(667)), RangeError);
});

test("every sentence stands in both languages", () => {
  const pairs = (value) =>
    Array.isArray(value) && typeof value[0] === "string" ? [value] : Object.values(value ?? {}).flatMap((each) => (typeof each === "object" ? pairs(each) : []));
  for (const group of Object.values(words)) {
    for (const [vi, en] of pairs(group)) assert.ok(vi && en && vi !== en, `${vi} / ${en}`);
  }
});

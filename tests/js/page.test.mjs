// What the page says, apart from the browser: the lines of a table, its CSV, links that are pasted.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "vi" } };
const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const load = (name) => import(new URL(name, modules));
const { briefOf, csvOf } = await load("brief.js");
const { filled } = await load("dom.js");
const { Problem, readPasted } = await load("share.js");
const { CODES } = await load("messages.js");

const steps = (...outcomes) => outcomes.map(([outcome, code], i) => ({ step: i + 1, name: "parse", outcome, code }));
const report = (verdict, ...outcomes) => ({
  verdict,
  checked_at: "2026-06-21T00:00:00Z",
  credential: { claims: { ho_va_ten: "Đỗ An", xep_loai: "Giỏi", ngay_sinh: ["x"], nganh: { nganh_dao_tao: "Luật" } } },
  anchor: { time: "2026-06-15T05:06:40Z" },
  names: [{ code: "DSH", name: "Trước đây" }, { code: "DSH", name: "Trường Đại học Sông Hồng" }],
  steps: steps(...outcomes),
});
const file = { name: "a.json" };

test("a line says whose diploma of what, and the reason that decided", () => {
  const line = briefOf({ number: 1, file, type: null, report: report("VALID", ["pass", "parsed"]) });
  assert.deepEqual([line.verdict, line.code, line.holder, line.born], ["VALID", "", "Đỗ An", ""]);
  assert.deepEqual([line.what, line.issuerName], ["Luật", "Trường Đại học Sông Hồng"]);
  const open = report("UNDETERMINED", ["cannot_check", "not_reached"], ["cannot_check", "chain_stale"]);
  assert.deepEqual(briefOf({ number: 1, file, type: null, report: open }).reason, CODES.chain_stale);
});

test("what was not read has a line too", () => {
  const line = briefOf({ number: 2, file, problem: new Problem("pdf_encrypted") });
  assert.deepEqual([line.verdict, line.code, line.holder], ["NOT_READ", "pdf_encrypted", undefined]);
});

test("no cell of the CSV is a formula, and none breaks its row", () => {
  const risky = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''+1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"];
  for (const holder of risky) {
    assert.match(csvOf([{ number: 1, holder }]).split("\r\n")[1], new RegExp(`"'${holder.replace(/[+()]/g, "\\$&")}"`));
  }
  const [, row, rest] = csvOf([{ number: 1, holder: 'a"b\r\nc\u202e\u0000', born: "09/1/2000" }]).split("\r\n");
  assert.ok(row.includes('"a""b\\u000d\\u000ac\\u202e\\u0000"') && row.includes('"09/1/2000"'));
  assert.equal(rest, "");
  assert.ok(csvOf([]).startsWith("\ufeff\"Số thứ tự / number\""));
});

test("sentences are filled in both languages, and a value is never a pattern", () => {
  assert.deepEqual(filled(["{} trên {}", "{} of {}"], 3, 5), ["3 trên 5", "3 of 5"]);
  assert.deepEqual(filled(["a {}", "b {}"], ["một", "one"]), ["a một", "b one"]);
  assert.deepEqual(filled(["a {}", "b {}"], "$& {}"), ["a $& {}", "b $& {}"]);
});

const ID = "SmhHmzQGosbrmiNtsexLYg";
const KEY = "uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0o5A";
const HOME = "https://vanbang.example";

test("a pasted link is read with and without its scheme", () => {
  for (const text of [`${HOME}/v/${ID}#${KEY}`, ` vanbang.example/v/${ID}#${KEY}\n`, `HTTPS://VANBANG.EXAMPLE/v/${ID}#${KEY}`]) {
    const { id, key } = readPasted(text, HOME);
    assert.deepEqual([id, key.length], [ID, 32]);
  }
});

test("whatever else is pasted is a problem with a name", () => {
  const wanted = {
    link_foreign: [
      `https://other.example/v/${ID}#${KEY}`, `https://vanbang.example.evil/v/${ID}#${KEY}`, `https://vanbang.example@evil/v/${ID}#${KEY}`,
      `https://vanbang.example:444/v/${ID}#${KEY}`, `https://vánbang.example/v/${ID}#${KEY}`, "mailto.example",
    ],
    link_private: [`${HOME}/h/${ID}#${KEY}`],
    link_incomplete: [`${HOME}/v/${ID}`, `${HOME}/v/${ID}#`],
    link_malformed: [
      "", "x y", "javascript:alert(1)", "data:text/html,x", "mailto:a@b", `${HOME}/v/${ID.slice(1)}#${KEY}`,
      `${HOME}/v/${ID}#${KEY.slice(1)}`, `${HOME}/`, `${HOME}/v/${ID}/x#${KEY}`,
    ],
  };
  for (const [code, texts] of Object.entries(wanted)) {
    for (const text of texts) assert.throws(() => readPasted(text, HOME), { name: "Problem", code }, text);
  }
});

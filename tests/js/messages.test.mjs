// The page has a sentence in both languages for everything the format lets a verifier say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const load = (name) => import(new URL(name, modules));
const messages = await load("messages.js");
const { adviceFor } = await load("advice.js");
const { STEP_NAMES } = await load("outcome.js");

/** The codes of the table of section 13: everything in backticks in its rows. */
function codesOfTheFormat() {
  const page = readFileSync(new URL("../../docs/format.md", import.meta.url), "utf8");
  const section = page.split("\n## 13 ")[1].split("\n## 14 ")[0];
  const rows = section.split("\n").filter((line) => /^\| \d+ /.test(line));
  assert.equal(rows.length, STEP_NAMES.length);
  return new Set(rows.flatMap((row) => [...row.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code)));
}

test("every code of the format has its sentence, and no sentence is without a code", () => {
  assert.deepEqual(Object.keys(messages.CODES).sort(), [...codesOfTheFormat()].sort());
});

test("every step, outcome and verdict has its words", () => {
  assert.deepEqual(Object.keys(messages.STEPS), STEP_NAMES);
  assert.deepEqual(Object.keys(messages.EXPLAINED), STEP_NAMES);
  assert.deepEqual(Object.keys(messages.OUTCOMES), ["pass", "fail", "cannot_check", "not_applicable"]);
  assert.deepEqual(Object.keys(messages.VERDICTS), ["VALID", "INVALID", "UNDETERMINED"]);
});

test("every sentence is there in Vietnamese and in English, and the two differ", () => {
  const { CODES, PROBLEMS, PROGRESS, PAGE, STEPS, EXPLAINED, OUTCOMES, ENDPOINT_STATES, PURPOSES, MANY } = messages;
  const tables = [CODES, PROBLEMS, PROGRESS, PAGE, STEPS, EXPLAINED, OUTCOMES, ENDPOINT_STATES, PURPOSES, MANY];
  for (const table of tables) {
    for (const [name, pair] of Object.entries(table)) {
      assert.equal(pair.length, 2, name);
      assert.ok(pair.every((text) => text.trim() !== "") && pair[0] !== pair[1], name);
    }
  }
});

test("whatever decides against a diploma, or leaves it open, is followed by what can be done", () => {
  for (const code of Object.keys(messages.CODES)) {
    const advice = adviceFor(code);
    assert.ok(advice.length === 2 && advice.every((text) => text.length > 20), code);
  }
  assert.match(adviceFor("superseded")[1], /newer/);
  assert.match(adviceFor("suspended")[1], /on hold/);
  assert.match(adviceFor("revoked")[1], /no longer counts/);
});

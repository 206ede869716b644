// No change of a single byte keeps a file VALID (section 8), and none makes the judge throw.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { judgeCase } from "./vector-case.mjs";

const modules = new URL("../../src/vanbang/web/static/verifier/", import.meta.url);
const base = JSON.parse(readFileSync(new URL("../vectors/base.json", import.meta.url), "utf8"));
const file = Buffer.from(base.credential, "base64");
const ROUNDS = 600;

/** The verdict on altered bytes; a file that asks about another anchor has left the base's evidence: null. */
async function verdictOn(bytes) {
  const { report } = await judgeCase(base, { credential: Buffer.from(bytes).toString("base64") }, modules);
  return report?.verdict ?? null;
}

/** Numbers that look random and are the same in every run. */
function* numbers(seed) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    yield state >>> 8;
  }
}

test("a byte changed, left out or put in never stays VALID", async () => {
  const next = numbers(7);
  const draw = (below) => next.next().value % below;
  for (let round = 0; round < ROUNDS; round += 1) {
    const at = draw(file.length);
    const byte = Buffer.of(draw(256));
    const [before, after] = [file.subarray(0, at), file.subarray(at + 1)];
    const ways = [[before, byte, after], [before, after], [before, byte, file.subarray(at)]];
    const altered = Buffer.concat(ways[round % 3]);
    if (altered.equals(file)) continue;
    assert.notEqual(await verdictOn(altered), "VALID", `round ${round}, byte ${at}`);
  }
});

test("a file cut short anywhere is INVALID", async () => {
  for (let length = 0; length < file.length; length += 97) {
    assert.equal(await verdictOn(file.subarray(0, length)), "INVALID");
  }
});

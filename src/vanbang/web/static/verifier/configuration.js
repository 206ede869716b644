// Whom this page believes: what its reader entered, else what was built into it, else what its own server says. No
// address and no file of a stranger's has a part in it.
import { utf8 } from "./bytes.js";
import { EvidenceCache } from "./evidence-cache.js";
import { LIMITS } from "./limits.js";
import { fetchBytes } from "./network.js";
import { parse } from "./strict-json.js";
import { readTrust } from "./trust.js";

/** What was answered a moment ago, for all files this page is given. */
export const evidence = new EvidenceCache();

let entered = null;
let begun = null;

/** The trust configuration built into the page, as text; null where its server has it. */
export const builtIn = () => document.getElementById("trust")?.textContent ?? null;

/** The trust of strict JSON bytes; mirrors in it may be relative to this page. Throws Malformed. */
export function readHere(bytes) {
  const trust = readTrust(parse(bytes));
  return { ...trust, mirrors: trust.mirrors.map((mirror) => new URL(mirror, location.href).href) };
}

async function read() {
  const inside = builtIn();
  if (inside !== null) return readHere(utf8(inside));
  return readHere(await fetchBytes("/trust.json", LIMITS.credentialBytes, { cache: "no-cache" }));
}

/** From now on the page believes this; null: what it was built with. */
export function enterTrust(trust) {
  entered = trust;
  evidence.forgetAnswers();
}

/** Begins what the next `currentTrust` gives. */
export function trustAhead() {
  begun = read();
  return begun;
}

/** Whom the page believes now. Throws Malformed, or what fetching throws. */
export function currentTrust() {
  const ahead = begun;
  begun = null;
  return entered ?? ahead ?? read();
}

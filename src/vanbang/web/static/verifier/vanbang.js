// The verifier as a module for other programs, in browsers, node and deno. Its types: vanbang.d.ts.
import { utf8 } from "./bytes.js";
import { verify as verifyOver } from "./gather.js";
import { readPasted } from "./share.js";
import { fetchShare } from "./sources.js";
import { parse } from "./strict-json.js";
import { readTrust as readParsed } from "./trust.js";

export { Malformed } from "./bytes.js";
export { EvidenceCache } from "./evidence-cache.js";
export { credentialIn } from "./pdf.js";
export { Problem } from "./share.js";

/** The trust configuration in JSON text or bytes; mirrors in it may be relative to `base`. Throws Malformed. */
export function readTrust(json, base) {
  const trust = readParsed(parse(typeof json === "string" ? utf8(json) : json));
  return Object.freeze({ ...trust, mirrors: trust.mirrors.map((mirror) => new URL(mirror, base).href) });
}

/** Judges the bytes of a credential file: a promise of its report (docs/format.md section 14). */
export async function verify(bytes, trust, { now = Math.floor(Date.now() / 1000), progress, cache } = {}) {
  const { report } = await verifyOver(bytes, trust, now, progress, cache);
  return report;
}

/** The credential file behind a proof URL: `{ bytes, purpose, expires }`. Throws Problem, or what fetching throws. */
export async function openProofUrl(url) {
  const { bytes, purpose, expires } = await fetchShare(readPasted(String(url), null));
  return { bytes, purpose, expires };
}

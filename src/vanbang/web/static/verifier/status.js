// Step 7: status manifest and status list (section 10).
import { Malformed, compare, demand, fromUtf8, hex, unbase64url, unhex, utf8 } from "./bytes.js";
import { LIMITS } from "./limits.js";
import { cannotCheck, fail, pass } from "./outcome.js";
import { compromisedBy } from "./registry.js";
import { members, nameText, parse, parseCanonical, timeText } from "./strict-json.js";

const OUTCOMES = [pass("status_valid"), fail("revoked"), fail("suspended"), fail("superseded")];

function readListEntry(value) {
  const entry = members(value, ["sha256", "size", "uri"], { ordered: true });
  unhex(entry.get("sha256"), 32);
  demand(Number.isInteger(entry.get("size")), "not a size");
  return { sha256: entry.get("sha256"), size: entry.get("size"), uri: nameText(entry.get("uri")) };
}

/** The status manifest in its canonical bytes. Throws Malformed. */
function readStatusManifest(bytes) {
  demand(bytes.length <= LIMITS.statusManifestBytes, "too large");
  const names = ["epoch", "issued_at", "issuer", "lists", "version"];
  const manifest = members(parseCanonical(bytes), names, { ordered: true });
  demand(manifest.get("version") === 1 && Number.isInteger(manifest.get("epoch")), "version or epoch");
  demand(Array.isArray(manifest.get("lists")), "no lists");
  const lists = manifest.get("lists").map(readListEntry);
  const uris = lists.map(({ uri }) => utf8(uri));
  demand(uris.every((uri, i) => i === 0 || compare(uris[i - 1], uri) < 0), "lists do not ascend");
  return Object.freeze({
    epoch: manifest.get("epoch"),
    issuedAt: timeText(manifest.get("issued_at")),
    issuer: nameText(manifest.get("issuer")),
    lists,
  });
}

function adler32(bytes) {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** Inflates zlib data to exactly `size` bytes, and never holds much more than that. Throws Malformed. */
export async function inflate(data, size) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const out = new Uint8Array(size);
  let at = 0;
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      if (at + value.length > size) {
        await reader.cancel();
        throw new Malformed("inflates to too much");
      }
      out.set(value, at);
      at += value.length;
    }
  } catch {
    throw new Malformed("not zlib data of this size");
  }
  demand(at === size, "inflates to too little");
  // Not every engine refuses bytes behind the stream; its checksum must be the very end.
  const checksum = new DataView(data.buffer, data.byteOffset + data.length - 4).getUint32(0);
  demand(checksum === adler32(out), "bytes behind the zlib data");
  return out;
}

const demandMembers = (value, checks) => {
  demand(value instanceof Map, "not an object");
  for (const [name, check] of Object.entries(checks)) demand(check(value.get(name)), `member ${name}`);
};

/** The inflated entries of a status list file whose `sub` is `uri`. Throws Malformed. */
async function readStatusList(bytes, uri) {
  demand(bytes.length <= LIMITS.statusListBytes, "too large");
  const parts = fromUtf8(bytes).split(".");
  demand(parts.length === 3, "not a JWT");
  const [header, payload] = parts.slice(0, 2).map((part) => parse(unbase64url(part)));
  unbase64url(parts[2], 64);
  members(header, ["alg", "kid", "typ"]);
  demand(header.get("alg") === "ES256" && header.get("typ") === "statuslist+jwt", "another kind of JWT");
  unbase64url(header.get("kid"), 32);
  demandMembers(payload, { iat: Number.isInteger, sub: (sub) => sub === uri });
  const list = payload.get("status_list");
  demandMembers(list, { bits: Number.isInteger, lst: (lst) => typeof lst === "string" });
  demand(list.get("bits") === 2, "another number of bits");
  return inflate(unbase64url(list.get("lst")), LIMITS.statusListInflated);
}

/** Entry `idx` of an inflated list: 0 to 3. */
const entryAt = (list, idx) => (list[Math.floor(idx / 4)] >> (2 * (idx % 4))) & 3;

function orNull(error) {
  if (error instanceof Malformed) return null;
  throw error;
}

/**
 * Step 7, with the home registry's dossier: `{ outcome, manifest }`, manifest null where none was read. `file` gives
 * the bytes of a public file whose hash it has checked, or null.
 */
export async function checkStatus({ dossier, payload, file }) {
  const { epoch, root, time } = dossier.status;
  const without = (outcome, manifest = null) => ({ outcome, manifest });
  if (epoch === 0) return without(cannotCheck("status_not_set"));
  if (compromisedBy(dossier.statusKey, time)) return without(cannotCheck("status_setter_void"));
  const bytes = await file("status", hex(root));
  if (bytes === null) return without(cannotCheck("status_manifest_unavailable"));
  const manifest = await Promise.resolve(bytes).then(readStatusManifest).catch(orNull);
  if (manifest === null || manifest.issuer !== payload.iss || manifest.epoch !== epoch) {
    return without(cannotCheck("status_manifest_malformed"));
  }
  return without(await checkEntry(manifest, payload.status, file), manifest);
}

async function checkEntry(manifest, { idx, uri }, file) {
  const listed = manifest.lists.find((list) => list.uri === uri);
  if (listed === undefined) return cannotCheck("status_unlisted");
  const bytes = await file("status", listed.sha256);
  if (bytes === null) return cannotCheck("status_list_unavailable");
  if (bytes.length !== listed.size) return cannotCheck("status_list_malformed");
  const list = await readStatusList(bytes, uri).catch(orNull);
  return list === null ? cannotCheck("status_list_malformed") : OUTCOMES[entryAt(list, idx)];
}

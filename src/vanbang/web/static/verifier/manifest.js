// Batch manifest and its keys (section 7).
import { base64url, demand, sha256, unbase64url, unhex, utf8 } from "./bytes.js";
import { LIMITS } from "./limits.js";
import { members, nameText, parseCanonical, timeText } from "./strict-json.js";

const MEMBERS = ["endorsements", "issuer", "jwks", "registry", "root", "sealed_at", "tree_size", "vct", "version"];
const REGISTRY = /^eip155:([1-9][0-9]*):(0x[0-9a-f]{40})$/;

/** `{ name, chainId, account }` of a registry name, CAIP-10 (section 1). Throws Malformed. */
export function readRegistryName(name) {
  const found = typeof name === "string" ? REGISTRY.exec(name) : null;
  demand(found !== null && Number.isSafeInteger(Number(found[1])), "not a registry name");
  return Object.freeze({ name, chainId: Number(found[1]), account: found[2] });
}

/** RFC 7638 thumbprint of a P-256 key. */
async function thumbprint(x, y) {
  return base64url(await sha256(utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`)));
}

async function readKey(value) {
  const key = members(value, ["crv", "kid", "kty", "x", "y"], { ordered: true });
  demand(key.get("crv") === "P-256" && key.get("kty") === "EC", "another kind of key");
  const [kid, x, y] = ["kid", "x", "y"].map((name) => key.get(name));
  unbase64url(x, 32);
  unbase64url(y, 32);
  demand(kid === (await thumbprint(x, y)), "kid is not the thumbprint");
  return Object.freeze({ kid, x, y });
}

async function readKeys(value) {
  const list = members(value, ["keys"]).get("keys");
  demand(Array.isArray(list) && list.length >= 1 && list.length <= LIMITS.keys, "number of keys");
  const keys = await Promise.all(list.map(readKey));
  demand(new Set(keys.map((key) => key.kid)).size === keys.length, "kid twice");
  return keys;
}

/** The batch manifest in its canonical bytes. Throws Malformed. */
export async function readManifest(bytes) {
  demand(bytes.length <= LIMITS.manifestBytes, "too large");
  const manifest = members(parseCanonical(bytes), MEMBERS, { ordered: true });
  demand(manifest.get("version") === 1, "another version");
  const treeSize = manifest.get("tree_size");
  demand(Number.isInteger(treeSize) && treeSize >= 1, "not a tree size");
  const endorsements = manifest.get("endorsements");
  if (endorsements !== null) unhex(endorsements, 32);
  readRegistryName(manifest.get("registry"));
  return Object.freeze({
    hash: await sha256(bytes),
    endorsements,
    issuer: nameText(manifest.get("issuer")),
    keys: await readKeys(manifest.get("jwks")),
    root: unhex(manifest.get("root"), 32),
    sealedAt: timeText(manifest.get("sealed_at")),
    treeSize,
    vct: nameText(manifest.get("vct")),
  });
}

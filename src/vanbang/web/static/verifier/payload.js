// Payload and disclosures (section 3).
import { base64url, demand, sha256, unbase64, unbase64url, utf8 } from "./bytes.js";
import { LIMITS } from "./limits.js";
import { members, nameText, parse } from "./strict-json.js";

const REQUIRED = ["_sd", "_sd_alg", "iss", "status", "vct", "vct#integrity"];
const INTEGRITY = /^sha256-[A-Za-z0-9+/]{43}=$/;

export const isDigestText = (text) => {
  try {
    return unbase64url(text, 32).length === 32;
  } catch {
    return false;
  }
};

function digestList(value) {
  demand(Array.isArray(value) && value.length >= 1 && value.length <= LIMITS.payloadDigests, "number of digests");
  value.forEach((digest, i) => {
    demand(isDigestText(digest), "not a digest");
    demand(i === 0 || value[i - 1] < digest, "digests do not ascend");
  });
  return value;
}

function statusReference(value) {
  const list = members(members(value, ["status_list"]).get("status_list"), ["idx", "uri"]);
  const idx = list.get("idx");
  demand(Number.isInteger(idx) && idx < LIMITS.statusEntries, "idx out of range");
  return { idx, uri: nameText(list.get("uri")) };
}

function integrity(value) {
  demand(typeof value === "string" && INTEGRITY.test(value), "not an integrity text");
  return unbase64(value.slice("sha256-".length), 32);
}

function unixTime(value) {
  demand(value === undefined || Number.isInteger(value), "not a time");
  return value ?? null;
}

/** The payload in its bytes; any strict JSON text will do, for the hash decides. Throws Malformed. */
export function readPayload(bytes) {
  const payload = members(parse(bytes), REQUIRED, { optional: ["exp", "nbf"] });
  demand(payload.get("_sd_alg") === "sha-256", "another hash");
  return Object.freeze({
    bytes,
    digests: digestList(payload.get("_sd")),
    exp: unixTime(payload.get("exp")),
    nbf: unixTime(payload.get("nbf")),
    iss: nameText(payload.get("iss")),
    status: statusReference(payload.get("status")),
    vct: nameText(payload.get("vct")),
    typeHash: integrity(payload.get("vct#integrity")),
  });
}

function demandAllowed(value) {
  if (Array.isArray(value)) value.forEach(demandAllowed);
  else if (value instanceof Map) [...value.values()].forEach(demandAllowed);
  else demand(typeof value === "string" || typeof value === "boolean", "null or a number in a value");
}

/** `{ digest, name, value }` of a disclosure's text; name is null for an element of an array. Throws Malformed. */
export async function readDisclosure(text) {
  const parts = parse(unbase64url(text));
  demand(Array.isArray(parts) && (parts.length === 2 || parts.length === 3), "not 2 or 3 elements");
  unbase64url(parts[0], 16);
  const name = parts.length === 3 ? parts[1] : null;
  demand(parts.length === 2 || (typeof name === "string" && name !== ""), "not a claim name");
  const value = parts[parts.length - 1];
  demandAllowed(value);
  return Object.freeze({ digest: await digestOf(text), name, value });
}

export const digestOf = async (text) => base64url(await sha256(utf8(text)));

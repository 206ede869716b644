// Step 2, the part before the type metadata: which disclosures open which digests (sections 3 and 13).
import { isDigestText } from "./payload.js";

const RESERVED = new Set([
  "_sd", "_sd_alg", "...", "aud", "cnf", "exp", "iat", "iss", "jti", "nbf", "status", "sub", "vct", "vct#integrity",
]);

/** The digest an array's element stands for, null where the element is a value of its own. */
function reference(element) {
  if (!(element instanceof Map) || element.size !== 1) return null;
  return isDigestText(element.get("...")) ? element.get("...") : null;
}

/** The digests referred to by the arrays inside a value, at any depth. */
function referencesIn(value) {
  if (value instanceof Map) return [...value.values()].flatMap(referencesIn);
  if (!Array.isArray(value)) return [];
  return value.flatMap((element) => {
    const digest = reference(element);
    return digest === null ? referencesIn(element) : [digest];
  });
}

/** Whether a value has a member `_sd`, or a member `...` that is not the single one of an array element. */
function hasReservedMember(value) {
  if (Array.isArray(value)) return value.some((element) => reference(element) === null && hasReservedMember(element));
  if (!(value instanceof Map)) return false;
  return value.has("_sd") || value.has("...") || [...value.values()].some(hasReservedMember);
}

/** For each digest reached from `_sd`, where it was found: "object" or "array". */
function reach(digests, byDigest) {
  const found = new Map(digests.map((digest) => [digest, "object"]));
  for (const digest of found.keys()) {
    const value = byDigest.get(digest)?.value;
    for (const inner of referencesIn(value)) if (!found.has(inner)) found.set(inner, "array");
  }
  return found;
}

function firstFailure(disclosures, found) {
  const names = new Set();
  for (const { digest, name, value } of disclosures.filter((disclosure) => found.has(disclosure.digest))) {
    if ((found.get(digest) === "object") !== (name !== null)) return "disclosure_kind";
    if (RESERVED.has(name)) return "claim_name_reserved";
    if (name !== null && names.has(name)) return "claim_name_repeated";
    if (hasReservedMember(value)) return "reserved_member";
    names.add(name);
  }
  return disclosures.every(({ digest }) => found.has(digest)) ? null : "disclosure_unreferenced";
}

/** A value with its references replaced by what `opened` holds for them; those that stay closed are left out. */
function resolve(value, opened) {
  if (value instanceof Map) return new Map(Array.from(value, ([name, inner]) => [name, resolve(inner, opened)]));
  if (!Array.isArray(value)) return value;
  return value.flatMap((element) => {
    const digest = reference(element);
    if (digest === null) return [resolve(element, opened)];
    return opened.has(digest) ? [opened.get(digest)] : [];
  });
}

/** Resolves all values, those reached last first: a chain of 4,096 disclosures must not become a recursion as deep. */
function resolveAll(found, byDigest) {
  const opened = new Map();
  for (const digest of [...found.keys()].reverse()) {
    if (byDigest.has(digest)) opened.set(digest, resolve(byDigest.get(digest).value, opened));
  }
  return opened;
}

/**
 * Opens the disclosures of a credential: `{ failure, claims, undisclosed }`. `failure` is null or a code of step 2;
 * `claims`, a Map in the order of the disclosures, is null with a failure; `undisclosed` counts digests not opened.
 */
export function openDisclosures({ payload, disclosures }) {
  const byDigest = new Map(disclosures.map((disclosure) => [disclosure.digest, disclosure]));
  const digests = [...payload.digests, ...disclosures.flatMap(({ value }) => referencesIn(value))];
  const all = new Set(digests);
  const undisclosed = [...all].filter((digest) => !byDigest.has(digest)).length;
  const found = reach(payload.digests, byDigest);
  const failure = all.size === digests.length ? firstFailure(disclosures, found) : "digest_repeated";
  if (failure !== null) return { failure, claims: null, undisclosed };
  const named = disclosures.filter(({ name }) => name !== null);
  const opened = resolveAll(found, byDigest);
  return { failure, claims: new Map(named.map(({ name, digest }) => [name, opened.get(digest)])), undisclosed };
}

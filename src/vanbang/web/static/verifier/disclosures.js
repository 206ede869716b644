// Step 2, the part before the type metadata: which disclosures open which digests (sections 3 and 13).
import { compare, utf8 } from "./bytes.js";
import { LIMITS } from "./limits.js";
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

/** The depth of each digest reached from `_sd`, whose own have depth 1. */
function reach(digests, byDigest) {
  const depths = new Map(digests.map((digest) => [digest, 1]));
  for (const [digest, depth] of depths) {
    const inner = referencesIn(byDigest.get(digest)?.value);
    for (const each of inner) if (!depths.has(each)) depths.set(each, depth + 1);
  }
  return depths;
}

/** The first check of step 2 that fails, each over all disclosures before the next; null if none does. */
function firstFailure({ payload, disclosures, digests, depths }) {
  const named = new Set(payload.digests);
  const names = disclosures.map(({ name }) => name).filter((name) => name !== null);
  const checks = [
    ["reserved_member", disclosures.some(({ value }) => hasReservedMember(value))],
    ["digest_repeated", new Set(digests).size !== digests.length],
    ["disclosure_unreferenced", disclosures.some(({ digest }) => !depths.has(digest))],
    ["too_deep", disclosures.some(({ digest }) => depths.get(digest) > LIMITS.nesting)],
    ["disclosure_kind", disclosures.some(({ digest, name }) => named.has(digest) !== (name !== null))],
    ["claim_name_reserved", names.some((name) => RESERVED.has(name))],
    ["claim_name_repeated", new Set(names).size !== names.length],
  ];
  return checks.find(([, applies]) => applies)?.[0] ?? null;
}

/** A value with its references replaced by what they open; those that stay closed are left out. */
function resolve(value, byDigest) {
  if (value instanceof Map) return new Map(Array.from(value, ([name, inner]) => [name, resolve(inner, byDigest)]));
  if (!Array.isArray(value)) return value;
  return value.flatMap((element) => {
    const digest = reference(element);
    if (digest === null) return [resolve(element, byDigest)];
    return byDigest.has(digest) ? [resolve(byDigest.get(digest).value, byDigest)] : [];
  });
}

/**
 * Opens the disclosures of a credential: `{ failure, claims, undisclosed }`. `failure` is null or a code of step 2, and
 * with one the others are null; `claims` is a Map in the order of the names, `undisclosed` counts digests not opened.
 */
export function openDisclosures({ payload, disclosures }) {
  const byDigest = new Map(disclosures.map((disclosure) => [disclosure.digest, disclosure]));
  const digests = [...payload.digests, ...disclosures.flatMap(({ value }) => referencesIn(value))];
  const depths = reach(payload.digests, byDigest);
  const failure = firstFailure({ payload, disclosures, digests, depths });
  if (failure !== null) return { failure, claims: null, undisclosed: null };
  const undisclosed = digests.filter((digest) => !byDigest.has(digest)).length;
  // UTF-8 sorts as code points do; JavaScript's own order is that of UTF-16.
  const named = disclosures.filter(({ name }) => name !== null).sort((a, b) => compare(utf8(a.name), utf8(b.name)));
  return { failure, claims: new Map(named.map(({ name, value }) => [name, resolve(value, byDigest)])), undisclosed };
}

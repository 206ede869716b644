// Type metadata (section 9): what a type's claims are called, and how to lay them out.
import { demand } from "./bytes.js";
import { LIMITS } from "./limits.js";
import { parse } from "./strict-json.js";

const KINDS = new Set(["title", "name", "section"]);
const DISCLOSURE = new Set(["always", "allowed", "never"]);

const isText = (value) => typeof value === "string";
const memberOf = (value, name) => {
  demand(value instanceof Map, "not an object");
  return value.get(name);
};

function each(value, read) {
  demand(Array.isArray(value), "not an array");
  return value.map(read);
}

function text(value) {
  demand(isText(value), "not a string");
  return value;
}

function path(value) {
  const parts = each(value, text);
  demand(parts.length >= 1, "empty path");
  return parts;
}

/** A Map from locale to text, of an array of `{"locale", <member>}`. */
const byLocale = (value, member) =>
  new Map(each(value, (entry) => [text(memberOf(entry, "locale")), text(memberOf(entry, member))]));

function readClaim(value) {
  demand(DISCLOSURE.has(memberOf(value, "sd")), "another kind of disclosure");
  demand(typeof memberOf(value, "mandatory") === "boolean", "mandatory is no boolean");
  return { path: path(value.get("path")), label: byLocale(value.get("display"), "label") };
}

function readGroup(value) {
  const kind = memberOf(value, "kind");
  demand(KINDS.has(kind), "another kind of group");
  const label = value.get("label") ?? new Map();
  demand(label instanceof Map && [...label.values()].every(isText), "not a label");
  return { kind, claims: each(value.get("claims"), text), label };
}

/** The type metadata in its bytes; members it does not know are ignored. Throws Malformed. */
export function readType(bytes) {
  demand(bytes.length <= LIMITS.typeBytes, "too large");
  const type = parse(bytes);
  const own = memberOf(type, "vanbang");
  const digests = memberOf(own, "digests");
  demand(own.get("version") === 1 && Number.isInteger(digests), "another version, or no number of digests");
  const issuer = own.get("issuer");
  return Object.freeze({
    vct: text(type.get("vct")),
    name: text(type.get("name")),
    display: byLocale(type.get("display"), "name"),
    claims: each(type.get("claims"), readClaim),
    digests,
    issuer: { code: path(memberOf(issuer, "code")), name: path(memberOf(issuer, "name")) },
    layout: each(own.get("layout"), readGroup),
  });
}

/** The string a path of claim and members leads to in the claims, or null. */
export function stringAt(claims, [claim, ...rest]) {
  let value = claims.get(claim);
  for (const name of rest) value = value instanceof Map ? value.get(name) : undefined;
  return isText(value) ? value : null;
}

// Type metadata (section 9): what decides, read strictly, and how to show a record. A slip in a label must not undo every
// diploma of its type, whose payloads pin these bytes for ever: what is only for showing is left out where it is malformed.
import { demand } from "./bytes.js";
import { LIMITS } from "./limits.js";
import { parse } from "./strict-json.js";

const KINDS = new Set(["title", "name", "section"]);

const isText = (value) => typeof value === "string";
const isPath = (value) => Array.isArray(value) && value.length >= 1 && value.every(isText);
/** A path that may lead through arrays: null stands for each of an array's elements. */
const isLabelPath = (value) => Array.isArray(value) && isText(value[0]) && value.every((s) => s === null || isText(s));

function object(value) {
  demand(value instanceof Map, "not an object");
  return value;
}

function path(value) {
  demand(isPath(value), "not a path");
  return value;
}

const objectsIn = (value) => (Array.isArray(value) ? value.filter((each) => each instanceof Map) : []);

/** A Map from locale to text, of an array of `{"locale", <member>}`. */
function byLocale(value, member) {
  const pairs = objectsIn(value).map((entry) => [entry.get("locale"), entry.get(member)]);
  return new Map(pairs.filter((pair) => pair.every(isText)));
}

function readLabels(value) {
  const claims = objectsIn(value).filter((claim) => isLabelPath(claim.get("path")));
  return claims.map((claim) => ({
    path: claim.get("path"),
    label: byLocale(claim.get("display"), "label"),
    mandatory: claim.get("mandatory") === true,
  }));
}

function readLayout(value) {
  return objectsIn(value)
    .filter((group) => KINDS.has(group.get("kind")) && isPath(group.get("claims")))
    .map((group) => {
      const label = group.get("label") instanceof Map ? [...group.get("label")] : [];
      const texts = new Map(label.filter((pair) => isText(pair[1])));
      return { kind: group.get("kind"), claims: [...new Set(group.get("claims"))], label: texts };
    });
}

/** The type metadata in its bytes; members it does not know are ignored. Throws Malformed. */
export function readType(bytes) {
  demand(bytes.length <= LIMITS.typeBytes, "too large");
  const type = object(parse(bytes));
  const own = object(type.get("vanbang"));
  const issuer = object(own.get("issuer"));
  const digests = own.get("digests");
  demand(own.get("version") === 1 && isText(type.get("vct")), "another version, or no type");
  demand(Number.isInteger(digests) && digests >= 1 && digests <= LIMITS.payloadDigests, "not a number of digests");
  return Object.freeze({
    vct: type.get("vct"),
    digests,
    issuer: { code: path(issuer.get("code")), name: path(issuer.get("name")) },
    name: isText(type.get("name")) ? type.get("name") : type.get("vct"),
    display: byLocale(type.get("display"), "name"),
    claims: readLabels(type.get("claims")),
    layout: readLayout(own.get("layout")),
  });
}

/** The string a path of claim and members leads to in the claims, or null. */
export function stringAt(claims, [claim, ...rest]) {
  let value = claims.get(claim);
  for (const name of rest) value = value instanceof Map ? value.get(name) : undefined;
  return isText(value) ? value : null;
}

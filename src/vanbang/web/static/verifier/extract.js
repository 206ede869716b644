// Extracts (section 8): what of a credential can be shown or withheld, and the file that shows only what was chosen.
// The other implementation is vanbang/core/extract.py; both give the same bytes for the same choice.
import { Malformed, compare, utf8 } from "./bytes.js";
import { parseCredential } from "./credential.js";
import { openDisclosures } from "./disclosures.js";
import { digestOf } from "./payload.js";
import { parse, write } from "./strict-json.js";

const isReference = (item) => item instanceof Map && item.has("...");

/** The parsed file, whose disclosures belong to its payload. Throws Malformed with the code of step 1 or 2. */
async function sound(bytes) {
  const { credential, code } = await parseCredential(bytes);
  const failure = credential === null ? code : openDisclosures(credential).failure;
  if (failure !== null) throw new Malformed(failure);
  return credential;
}

/** The label of a path as the type's metadata has it: a Map from locale to text, empty where there is none. A place in
 * an array stands as null in the metadata's paths. */
function labelsOf(type) {
  const byPath = new Map((type?.claims ?? []).map(({ path, label }) => [JSON.stringify(path), label]));
  const general = (path) => path.map((step) => (typeof step === "number" ? null : step));
  return (path) => byPath.get(JSON.stringify(general(path))) ?? new Map();
}

/** A value with references replaced by what they disclose; each of these is added to `below`. */
function opened(value, path, piece, below) {
  if (value instanceof Map) {
    return Object.fromEntries(Array.from(value, ([name, item]) => [name, opened(item, [...path, name], piece, below)]));
  }
  if (!Array.isArray(value)) return value;
  return value.flatMap((item, place) => {
    if (!isReference(item)) return [opened(item, [...path, place], piece, below)];
    const inner = piece(item.get("..."), [...path, place]);
    if (inner === null) return [];
    below.push(inner);
    return [inner.value];
  });
}

/** The disclosures that each disclosure refers to, anywhere in its value. */
function referencesIn(value) {
  if (isReference(value)) return [value.get("...")];
  const items = value instanceof Map ? [...value.values()] : value;
  return Array.isArray(items) ? items.flatMap(referencesIn) : [];
}

/**
 * What the credential file in these bytes lets one show or withhold, in the order of the type's layout (else of names):
 * a list of `{ digest, path, label, value, pieces }`. `label` is a Map from locale to text; `value` what the piece shows
 * with all below it; `pieces` the elements of its arrays, each of the same form. `type` is what `readType` gives, or
 * null. Throws Malformed for bytes that are no credential file whose disclosures belong to it.
 */
export async function pieces(bytes, type) {
  const { disclosures } = await sound(bytes);
  const byDigest = new Map(disclosures.map((disclosure) => [disclosure.digest, disclosure]));
  const label = labelsOf(type);
  const piece = (digest, path) => {
    if (!byDigest.has(digest)) return null;
    const below = [];
    const value = opened(byDigest.get(digest).value, path, piece, below);
    return { digest, path, label: label(path), value, pieces: below };
  };
  const order = (type?.layout ?? []).flatMap(({ claims }) => claims);
  const rank = ({ name }) => (order.includes(name) ? order.indexOf(name) : order.length);
  return disclosures
    .filter(({ name }) => name !== null)
    .sort((a, b) => rank(a) - rank(b) || compare(utf8(a.name), utf8(b.name)))
    .map(({ digest, name }) => piece(digest, [name]));
}

/** The digests of a piece and of every piece below it: what to keep to show it whole. */
export const whole = (piece) => [piece.digest, ...piece.pieces.flatMap(whole)];

/** `keep` and whatever the kept ones need: an element needs the disclosure that holds its array. */
function closed(keep, disclosures) {
  const known = new Set(disclosures.map(({ digest }) => digest));
  const unknown = [...keep].filter((digest) => !known.has(digest));
  if (unknown.length > 0) throw new Malformed(`no disclosure of this file: ${unknown.sort().join(", ")}`);
  const needs = new Map(disclosures.flatMap(({ digest, value }) => referencesIn(value).map((inner) => [inner, digest])));
  const kept = new Set();
  for (const digest of keep) for (let at = digest; at && !kept.has(at); at = needs.get(at)) kept.add(at);
  return kept;
}

/**
 * The credential file with only these disclosures (digests) and those that they need, as bytes. Keeping nothing is
 * allowed. Throws Malformed for a digest that is none of this file's, and as `pieces` does.
 */
export async function extract(bytes, keepDigests) {
  const { disclosures } = await sound(bytes);
  const kept = closed(keepDigests, disclosures);
  const file = parse(bytes);
  const header = file.get("header");
  const texts = header.get("disclosures");
  const digests = await Promise.all(texts.map(digestOf));
  header.set("disclosures", texts.filter((_, place) => kept.has(digests[place])));
  return utf8(write(file));
}

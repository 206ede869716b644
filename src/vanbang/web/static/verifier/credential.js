// Step 1: the credential file (sections 8 and 13).
import { Malformed, demand, equal, fromUtf8, toBigInt, unbase64url, unhex, utf8 } from "./bytes.js";
import { LIMITS } from "./limits.js";
import { readManifest } from "./manifest.js";
import { digestOf, readDisclosure, readPayload } from "./payload.js";
import { members, parse, write } from "./strict-json.js";

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const PROTECTED = /^\{"alg":"ES256","kid":"([A-Za-z0-9_-]{43})","typ":"dc\+sd-jwt"\}$/;
const NOTARISED = ["batch", "disclosures", "leaf_index", "path"];
const FILE = ["header", "payload", "protected", "signature"];

class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Runs one part of the parsing; whatever it finds malformed is refused with `code`. */
async function part(code, read) {
  try {
    return await read();
  } catch (error) {
    throw error instanceof Malformed ? new Refused(code) : error;
  }
}

function list(value, limit, check) {
  demand(Array.isArray(value) && value.length <= limit, "not a list within the limit");
  value.forEach(check);
  return value;
}

function readHeader(value) {
  const plain = value instanceof Map && value.size === 1;
  const header = members(value, plain ? ["disclosures"] : NOTARISED);
  const disclosures = list(header.get("disclosures"), LIMITS.disclosures, (text) => {
    demand(typeof text === "string" && text.length <= LIMITS.disclosureCharacters, "disclosure too long");
    unbase64url(text);
  });
  if (plain) return { disclosures, batch: null };
  demand(Number.isInteger(header.get("leaf_index")), "not a leaf index");
  list(header.get("path"), LIMITS.pathDigests, (digest) => unhex(digest, 32));
  const batch = unbase64url(header.get("batch"));
  demand(batch.length <= LIMITS.manifestBytes, "manifest too large");
  return {
    disclosures,
    batch,
    leafIndex: header.get("leaf_index"),
    path: header.get("path").map((digest) => unhex(digest)),
  };
}

function demandSignature(protectedText, signatureText) {
  demand((protectedText === "") === (signatureText === ""), "one of protected and signature is empty");
  unbase64url(protectedText);
  if (signatureText === "") return;
  const signature = unbase64url(signatureText, 64);
  demand(toBigInt(signature.slice(32)) <= P256_ORDER / 2n, "high s");
}

function readStructure(file) {
  members(file, FILE);
  const header = readHeader(file.get("header"));
  const payload = unbase64url(file.get("payload"));
  demand(payload.length <= LIMITS.payloadBytes, "payload too large");
  demandSignature(file.get("protected"), file.get("signature"));
  return { ...header, payload, protected: file.get("protected"), signature: file.get("signature") };
}

const arranged = (map, names) => new Map(names.filter((name) => map.has(name)).map((name) => [name, map.get(name)]));

async function demandCanonical(file, bytes, disclosures) {
  const again = arranged(file, FILE).set("header", arranged(file.get("header"), NOTARISED));
  demand(equal(utf8(write(again)), bytes), "written again it differs");
  const digests = await Promise.all(disclosures.map(digestOf));
  demand(digests.every((digest, i) => i === 0 || digests[i - 1] < digest), "disclosures do not ascend");
}

/** The key id named by `protected`, null where there is no signature. */
function readProtected(text) {
  if (text === "") return null;
  const found = PROTECTED.exec(fromUtf8(unbase64url(text)));
  demand(found !== null, "another protected header");
  unbase64url(found[1], 32);
  return found[1];
}

async function read(bytes) {
  if (bytes.length > LIMITS.credentialBytes) throw new Refused("too_large");
  const file = await part("json", () => parse(bytes));
  const found = await part("structure", () => readStructure(file));
  await part("not_canonical", () => demandCanonical(file, bytes, found.disclosures));
  return Object.freeze({
    payload: await part("payload", () => readPayload(found.payload)),
    payloadText: file.get("payload"),
    disclosures: await part("disclosure", () => Promise.all(found.disclosures.map(readDisclosure))),
    batch: found.batch && Object.freeze({
      manifest: await part("manifest", () => readManifest(found.batch)),
      leafIndex: found.leafIndex,
      path: found.path,
    }),
    kid: await part("protected_header", () => readProtected(found.protected)),
    protectedText: found.protected,
    signatureText: found.signature,
  });
}

/** `{ credential, code }`: the parsed file and `parsed`, or null and the code of step 1 that refuses it. */
export async function parseCredential(bytes) {
  try {
    return { credential: await read(bytes), code: "parsed" };
  } catch (error) {
    if (error instanceof Refused) return { credential: null, code: error.code };
    throw error;
  }
}

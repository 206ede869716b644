// Step 9: officers' endorsements of the batch (section 7), as of the anchor's time.
import { Malformed, concat, demand, fromInteger, unprefixed } from "./bytes.js";
import { keccak256, keccakText } from "./keccak.js";
import { LIMITS } from "./limits.js";
import { cannotCheck, fail, notApplicable, pass } from "./outcome.js";
import { compromisedBy, keyCall } from "./registry.js";
import { recover } from "./secp256k1.js";
import { members, parseCanonical } from "./strict-json.js";

const OFFICER = 4;
const DOMAIN = keccak256(concat(
  keccakText("EIP712Domain(string name,string version)"), keccakText("vanbang"), keccakText("1"),
));
const TYPE = keccakText("Endorsement(bytes32 issuerId,bytes32 root,uint64 treeSize,string vct)");

/** The EIP-712 digest an officer signs. */
export function endorsementDigest(issuerId, { root, treeSize, vct }) {
  const struct = keccak256(concat(TYPE, issuerId, root, fromInteger(treeSize, 32), keccakText(vct)));
  return keccak256(concat(Uint8Array.of(0x19, 0x01), DOMAIN, struct));
}

function readEndorsement(value) {
  const entry = members(value, ["name", "signature", "signer", "title"], { ordered: true });
  const [name, signer, title] = ["name", "signer", "title"].map((member) => entry.get(member));
  demand(typeof name === "string" && typeof title === "string", "not a name");
  unprefixed(signer, 20);
  return Object.freeze({ name, title, signer, signature: unprefixed(entry.get("signature"), 65) });
}

/** The endorsements in their file's canonical bytes. Throws Malformed. */
function readEndorsements(bytes) {
  demand(bytes.length <= LIMITS.endorsementsBytes, "too large");
  const file = members(parseCanonical(bytes), ["endorsements", "version"], { ordered: true });
  const list = file.get("endorsements");
  demand(file.get("version") === 1 && Array.isArray(list), "another version");
  demand(list.length >= 1 && list.length <= LIMITS.endorsements, "number of endorsements");
  const endorsements = list.map(readEndorsement);
  demand(new Set(endorsements.map(({ signer }) => signer)).size === list.length, "signer twice");
  return endorsements;
}

function readOrNull(bytes) {
  try {
    return readEndorsements(bytes);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** The outcome one endorsement leads to, null if it is good. */
function shortcoming({ signature, signer }, { digest, issuerId, holder }) {
  if (recover(digest, signature) !== signer) return fail("endorser_signature");
  const { value: key, code } = holder.panel.keyOf(keyCall(issuerId, signer));
  if (code !== undefined) return cannotCheck(code);
  const { time } = holder.dossier.anchor;
  if (key.roles !== OFFICER) return fail("endorser_unknown");
  if (time < key.notBefore || time > key.notAfter) return fail("endorser_window");
  return compromisedBy(key, time) ? fail("endorser_compromised") : null;
}

/** Step 9 once step 4 has passed: `{ outcome, endorsers }`. `holder` is the registry that holds the anchor. */
export async function checkEndorsements({ manifest, issuerId, holder, file }) {
  const without = (outcome) => ({ outcome, endorsers: [] });
  if (manifest.endorsements === null) return without(notApplicable("no_endorsements"));
  const bytes = await file("endorsements", manifest.endorsements);
  if (bytes === null) return without(cannotCheck("endorsements_unavailable"));
  const endorsements = readOrNull(bytes);
  if (endorsements === null) return without(fail("endorsements_malformed"));
  const digest = endorsementDigest(issuerId, manifest);
  for (const endorsement of endorsements) {
    const outcome = shortcoming(endorsement, { digest, issuerId, holder });
    if (outcome !== null) return without(outcome);
  }
  const endorsers = endorsements.map(({ name, title, signer }) => ({ name, title, signer }));
  return { outcome: pass("endorsed"), endorsers };
}

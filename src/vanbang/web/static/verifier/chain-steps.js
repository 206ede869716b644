// Steps 4, 5 and 6: what the registries say of the anchor, its signer and its batch (section 13).
import { NOT_REACHED, cannotCheck, fail, pass } from "./outcome.js";
import { compromisedBy, keyCall, voidBy } from "./registry.js";
import { stringAt } from "./type-metadata.js";

/** What all registries' newest blocks say of an anchor that is in no final block. */
function checkLatest(views, data) {
  const found = views.map(({ panel }) => panel.holdsAtLatest(data));
  if (found.some(({ value }) => value === true)) return cannotCheck("anchor_not_final");
  const unsettled = found.find(({ code }) => code !== undefined);
  return unsettled === undefined ? fail("not_anchored") : cannotCheck(unsettled.code);
}

/**
 * Step 4 over the views of the trusted registries, `{ panel, dossier }` or `{ panel, code }`, home first:
 * `{ outcome, holder }`, holder null unless it passes.
 */
export function checkAnchor(views, data) {
  const holder = views.find(({ dossier }) => dossier !== undefined && dossier.anchor.state !== 0);
  if (holder !== undefined) return { outcome: pass("anchored"), holder };
  const unanswered = views.find(({ code }) => code !== undefined);
  const outcome = unanswered === undefined ? checkLatest(views, data) : cannotCheck(unanswered.code);
  return { outcome, holder: null };
}

/** The signer's key as home knows it: `{ value }` or `{ code }`. */
function homeKey(home, holder, issuerId) {
  if (holder === home) return { value: holder.dossier.anchorKey };
  return home.panel.keyOf(keyCall(issuerId, holder.dossier.anchor.signer));
}

function checkSigner(home, holder, issuerId) {
  const { time } = holder.dossier.anchor;
  if (compromisedBy(holder.dossier.anchorKey, time)) return fail("key_compromised");
  const { value: key, code } = homeKey(home, holder, issuerId);
  if (code !== undefined) return cannotCheck(code);
  if (compromisedBy(key, time)) return fail("key_compromised");
  return [holder, home].some(({ dossier }) => voidBy(dossier, time)) ? fail("issuer_void") : null;
}

/** Compares the claims that name the issuer with the names on chain. */
function checkNames({ outcome, claims, type }, names) {
  if (outcome[1] === "type_unavailable") return cannotCheck("type_unavailable");
  if (outcome[0] !== "pass") return NOT_REACHED;
  const code = stringAt(claims, type.issuer.code);
  const name = stringAt(claims, type.issuer.name);
  if (code === null && name === null) return pass("authorised_unnamed");
  if (code !== null && !names.some((each) => each.code === code)) return fail("issuer_code");
  if (name !== null && !names.some((each) => each.name === name)) return fail("issuer_name");
  return pass("authorised");
}

/** Step 5 once step 4 has passed. `disclosed()` gives step 2: `{ outcome, claims, type }`. */
export async function checkAuthority({ home, holder, issuerId, disclosed }) {
  if (home.code !== undefined) return cannotCheck(home.code);
  if (home.dossier.standing === 0) return fail("issuer_unknown");
  const outcome = checkSigner(home, holder, issuerId);
  if (outcome !== null) return outcome;
  return checkNames(await disclosed(), [...home.dossier.names, ...holder.dossier.names]);
}

/** Step 6: any trusted registry's good revocation counts, also while another does not answer. */
export function checkBatch(views) {
  const revoked = ({ dossier }) => {
    const time = dossier?.revocation.time ?? 0;
    return time !== 0 && !compromisedBy(dossier.revokerKey, time);
  };
  if (views.some(revoked)) return fail("batch_revoked");
  const unanswered = views.find(({ code }) => code !== undefined);
  return unanswered === undefined ? pass("not_revoked") : cannotCheck(unanswered.code);
}

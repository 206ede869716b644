// The ten steps (section 13). Pure: everything from outside comes in as evidence, and what is lacking is asked for.
import { Malformed, hex, sha256, unbase64, utf8 } from "./bytes.js";
import { checkAnchor, checkAuthority, checkBatch } from "./chain-steps.js";
import { parseCredential } from "./credential.js";
import { openDisclosures } from "./disclosures.js";
import { checkEndorsements } from "./endorsements.js";
import { foldFailure, leafHash } from "./merkle.js";
import { NOT_REACHED, STEP_NAMES, cannotCheck, fail, notApplicable, pass } from "./outcome.js";
import { Missing, Panel } from "./quorum.js";
import { dossierCall } from "./registry.js";
import { buildReport } from "./report.js";
import { checkSignature } from "./signature.js";
import { checkStatus } from "./status.js";
import { readType } from "./type-metadata.js";

/** Reads public files from evidence: a file with another hash is treated as not there (section 16). */
function fileReader(evidence) {
  return async (folder, sha256Hex) => {
    const question = `file ${folder}/${sha256Hex}`;
    const answer = evidence(question);
    if (answer === undefined) throw new Missing([question]);
    try {
      const bytes = unbase64(answer);
      return hex(await sha256(bytes)) === sha256Hex ? bytes : null;
    } catch (error) {
      if (error instanceof Malformed) return null;
      throw error;
    }
  };
}

async function checkInclusion({ payload, batch }) {
  if (batch === null) return fail("not_notarised");
  const { manifest, leafIndex, path } = batch;
  if (manifest.issuer !== payload.iss) return fail("issuer_mismatch");
  if (manifest.vct !== payload.vct) return fail("vct_mismatch");
  const leaf = await leafHash(payload.bytes);
  const failure = await foldFailure(leaf, leafIndex, manifest.treeSize, path, manifest.root);
  return failure === null ? pass("included") : fail(failure);
}

function checkDates({ nbf, exp }, now) {
  if (nbf === null && exp === null) return notApplicable("no_dates");
  if (nbf !== null && now < nbf) return fail("not_yet_valid");
  return exp !== null && now >= exp ? fail("expired") : pass("within_dates");
}

function typeOrNull(bytes) {
  try {
    return readType(bytes);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** Step 2 with the type metadata, once step 4 has passed: `{ outcome, claims, type }`. */
async function checkType(payload, opened, file, types) {
  const { claims, failure } = opened;
  const ended = (outcome, type = null) => ({ outcome, claims, type });
  if (failure !== null) return ended(fail(failure));
  const hash = hex(payload.typeHash);
  if (types.has(payload.vct) && !types.get(payload.vct).includes(hash)) return ended(fail("type_not_trusted"));
  const bytes = await file("types", hash);
  if (bytes === null) return ended(cannotCheck("type_unavailable"));
  const type = typeOrNull(bytes);
  if (type === null) return ended(fail("type_malformed"));
  if (type.vct !== payload.vct) return ended(fail("type_mismatch"));
  if (type.digests !== payload.digests.length) return ended(fail("digest_count"));
  return ended(pass("disclosed"), type);
}

/** Runs what does not depend on each other, and gathers the questions of all of it. */
async function together(tasks) {
  const settled = await Promise.allSettled(tasks);
  const failed = settled.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  const crash = failed.find((error) => !(error instanceof Missing));
  if (crash !== undefined) throw crash;
  if (failed.length > 0) throw new Missing([...new Set(failed.flatMap(({ questions }) => questions))]);
  return settled.map(({ value }) => value);
}

async function viewOf(trusted, evidence, data, limits) {
  const panel = new Panel(trusted, evidence);
  const { value, code } = panel.dossier(data, limits);
  return code === undefined ? { panel, dossier: value } : { panel, code };
}

/** The steps that need the chain, for a notarised credential. Throws Missing. */
async function judgeOnChain({ credential, trust, evidence, now, opened }) {
  const { payload, batch } = credential;
  const { manifest } = batch;
  const issuerId = await sha256(utf8(payload.iss));
  const data = dossierCall(issuerId, manifest);
  const views = await together(trust.registries.map((each) => viewOf(each, evidence, data, { now, ...trust })));
  const { outcome: anchor, holder } = checkAnchor(views, data);
  const found = { views, anchor, holder, batch: checkBatch(views) };
  if (holder === null) return found;
  const [home] = views;
  const file = fileReader(evidence);
  const disclosed = checkType(payload, opened, file, trust.types);
  const [step2, authority, status, endorsements] = await together([
    disclosed,
    checkAuthority({ home, holder, issuerId, disclosed: () => disclosed }),
    home.code === undefined
      ? checkStatus({ dossier: home.dossier, payload, file })
      : { outcome: cannotCheck(home.code), manifest: null },
    checkEndorsements({ manifest, issuerId, holder, file }),
  ]);
  return { ...found, step2, authority, status, endorsements };
}

async function judgeParsed({ credential, trust, evidence, now }) {
  const opened = openDisclosures(credential);
  const chain = credential.batch === null ? {} : await judgeOnChain({ credential, trust, evidence, now, opened });
  const unopened = opened.failure === null ? NOT_REACHED : fail(opened.failure);
  const outcomes = [
    pass("parsed"),
    chain.step2?.outcome ?? unopened,
    await checkInclusion(credential),
    chain.anchor ?? NOT_REACHED,
    chain.authority ?? NOT_REACHED,
    chain.batch ?? NOT_REACHED,
    chain.status?.outcome ?? NOT_REACHED,
    await checkSignature(credential),
    chain.endorsements?.outcome ?? NOT_REACHED,
    checkDates(credential.payload, now),
  ];
  return { report: buildReport({ credential, opened, chain, outcomes, now }), type: chain.step2?.type ?? null };
}

/**
 * Judges a credential file's bytes at unix time `now`, under trust read by `readTrust`; `evidence` gives the answer to
 * a question of section 17, undefined where there is none yet. Gives `{ report, type }`, type being the metadata read
 * or null, or `{ needs }`: the questions to ask first.
 */
export async function judge(bytes, trust, evidence, now) {
  const { credential, code } = await parseCredential(bytes);
  if (credential === null) {
    const outcomes = [fail(code), ...STEP_NAMES.slice(1).map(() => NOT_REACHED)];
    return { report: buildReport({ credential, opened: null, chain: {}, outcomes, now }), type: null };
  }
  try {
    return await judgeParsed({ credential, trust, evidence, now });
  } catch (error) {
    if (error instanceof Missing) return { needs: error.questions };
    throw error;
  }
}

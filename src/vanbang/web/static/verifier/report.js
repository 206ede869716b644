// The report (section 14): plain data, members in the page's order.
import { hex } from "./bytes.js";
import { STEP_NAMES, verdictOf } from "./outcome.js";
import { toTimeText } from "./strict-json.js";

/** An endpoint without what may hold a key: scheme, host and port as written. */
const shownUrl = (url) => {
  const found = /^([a-z]+:\/\/)(?:[^/?#]*@)?([^/?#]*)/.exec(url);
  return found === null ? "" : found[1] + found[2];
};

/** A claim's value with Maps made plain objects; one without a prototype, so that no member name is special. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Array.from(value).reduce((object, [name, inner]) => {
    object[name] = plain(inner);
    return object;
  }, Object.create(null));
}

function batchOf({ manifest, leafIndex }) {
  const { root, treeSize, sealedAt } = manifest;
  return { root: hex(root), tree_size: treeSize, leaf_index: leafIndex, sealed_at: sealedAt };
}

function credentialOf({ payload, batch }, { claims, undisclosed }) {
  return {
    issuer: payload.iss,
    vct: payload.vct,
    claims: claims && plain(claims),
    undisclosed,
    batch: batch && batchOf(batch),
  };
}

function anchorOf({ panel, dossier }) {
  const { signer, time, block } = dossier.anchor;
  return { registry: panel.trusted.name, signer, time: toTimeText(time), block };
}

function asOf({ panel }) {
  const { trusted, block, states } = panel;
  return {
    registry: trusted.name,
    role: trusted.role,
    quorum: trusted.quorum,
    block: block && block.number,
    block_hash: block && block.hash,
    block_time: block && toTimeText(block.time),
    endpoints: trusted.endpoints.map((url, i) => ({ url: shownUrl(url), state: states[i] })),
  };
}

const naming = ({ since, code, name }) => ({ since: toTimeText(since), code, name });

/** The report of one judgement; `chain` holds what the steps on chain found, empty where none ran. */
export function buildReport({ credential, opened, chain, outcomes, now }) {
  const manifest = chain.status?.manifest ?? null;
  const views = chain.views ?? [];
  return {
    version: 1,
    verdict: verdictOf(outcomes),
    checked_at: toTimeText(now),
    credential: credential && credentialOf(credential, opened),
    anchor: chain.holder ? anchorOf(chain.holder) : null,
    status: manifest && { epoch: manifest.epoch, issued_at: manifest.issuedAt },
    names: (views[0]?.dossier?.names ?? []).map(naming),
    endorsers: chain.endorsements?.endorsers ?? [],
    as_of: views.map(asOf),
    steps: outcomes.map(([outcome, code], i) => ({ step: i + 1, name: STEP_NAMES[i], outcome, code })),
  };
}

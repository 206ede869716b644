// What comes from outside: whom this page believes, the share behind a link, a file of the reader's.
import { Malformed } from "./bytes.js";
import { currentTrust } from "./configuration.js";
import { LIMITS } from "./limits.js";
import { StatusError, ask, bodyOf, isUnreachable } from "./network.js";
import { PDF_BYTES, credentialIn, isPdf } from "./pdf.js";
import { Problem, decrypt, sharesElsewhere } from "./share.js";

const SEALED_BYTES = LIMITS.credentialBytes + 28;
const PROBLEM_BYTES = 65_536;
const ENDED = ["share_expired", "share_withdrawn"];

/** The problem that the page tells for what was thrown on the way. */
export function problemOf(error) {
  if (error instanceof Problem) return error;
  return new Problem(error instanceof StatusError || isUnreachable(error) ? "unreachable" : "unexpected");
}

/** Whom the page believes. Throws Problem where its configuration is none. */
export async function fetchTrust() {
  try {
    return await currentTrust();
  } catch (error) {
    throw error instanceof Malformed ? new Problem("trust_unusable") : error;
  }
}

/** Why a share is not to be had: 410 says whether it ended by itself or was taken back. */
async function refusal(response) {
  if (response.status === 429) return new Problem("busy");
  if (response.status >= 500) return new StatusError(response.status);
  const text = new TextDecoder().decode(await bodyOf(response, PROBLEM_BYTES));
  return new Problem(ENDED.find((code) => response.status === 410 && text.includes(`"${code}"`)) ?? "share_unknown");
}

/** `{ bytes, purpose, expires }` of a share: the credential file, and what its holder said it is for, or null. */
export async function fetchShare(link) {
  if (link.origin === undefined && sharesElsewhere()) throw new Problem("share_elsewhere");
  const response = await ask(`${link.origin ?? ""}/v1/shares/${link.id}`, { cache: "no-store" });
  if (!response.ok) throw await refusal(response);
  const said = (name) => response.headers.get(`vanbang-share-${name}`);
  const bytes = await decrypt(link, await bodyOf(response, SEALED_BYTES));
  return { bytes, purpose: said("purpose"), expires: said("expires") };
}

async function bytesOf(file, limit) {
  try {
    return new Uint8Array(await file.slice(0, limit + 1).arrayBuffer());
  } catch {
    throw new Problem("unreadable");
  }
}

/** `{ bytes, pdf }` of a chosen file; of one over the limit, just enough to see that it is. Throws Problem. */
export async function readDiploma(file) {
  const bytes = await bytesOf(file, LIMITS.credentialBytes);
  if (!isPdf(bytes)) return { bytes, pdf: false };
  return { bytes: await credentialIn(await bytesOf(file, PDF_BYTES)), pdf: true };
}

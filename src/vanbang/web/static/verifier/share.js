// Proof URL (section 15): what an address says, and how a share is decrypted.
import { Malformed, unbase64url, utf8 } from "./bytes.js";

const PLACE = /^\/v\/([A-Za-z0-9_-]*)$/;
const HOLDERS_PLACE = /^\/h\//;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const IV = 12;
const TAG = 16;

/** A sentence of `PROBLEMS` instead of a report; `detail` is what the sentence names. */
export class Problem extends Error {
  constructor(code, detail = "") {
    super(code);
    this.name = "Problem";
    this.code = code;
    this.detail = detail;
  }
}

/** Whether nobody answers for shares where this page lies: a static tree says so in the page's head. */
export const sharesElsewhere = () => globalThis.document?.querySelector('meta[name="vanbang-shares"]') != null;

/** `{ id, key }` of a path `/v/<id>` and a fragment; null where the path is no share's. Throws Problem. */
export function readLink(path, fragment) {
  const found = PLACE.exec(path);
  if (found === null) return null;
  if (fragment === "") throw new Problem("link_incomplete");
  try {
    unbase64url(found[1], 16);
    return { id: found[1], key: unbase64url(fragment, 32) };
  } catch (error) {
    throw error instanceof Malformed ? new Problem("link_malformed") : error;
  }
}

function addressOf(text) {
  try {
    return /\s/.test(text) ? null : new URL(text);
  } catch {
    return null;
  }
}

/**
 * `{ id, key }` of a proof URL that somebody pasted, which must lead to this page's own `origin`; with null, for a page
 * that has none, it may lead anywhere, and its `origin` is given too. Throws Problem.
 */
export function readPasted(text, origin) {
  const whole = SCHEME.test(text.trim()) ? text.trim() : `https://${text.trim()}`;
  const url = addressOf(whole);
  if (url === null || url.host === "") throw new Problem("link_malformed");
  if (origin !== null && url.host !== new URL(origin).host) throw new Problem("link_foreign", url.host);
  if (HOLDERS_PLACE.test(url.pathname)) throw new Problem("link_private");
  const link = readLink(url.pathname, url.hash.slice(1));
  if (link === null) throw new Problem("link_malformed");
  return origin === null ? { ...link, origin: url.origin } : link;
}

/** The credential file inside `iv || ciphertext || tag`. Throws Problem where the key does not open it. */
export async function decrypt({ id, key }, sealed) {
  if (sealed.length < IV + TAG) throw new Problem("share_sealed");
  const { subtle } = globalThis.crypto;
  const secret = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const parameters = { name: "AES-GCM", iv: sealed.slice(0, IV), additionalData: utf8(id), tagLength: 8 * TAG };
  try {
    return new Uint8Array(await subtle.decrypt(parameters, secret, sealed.slice(IV)));
  } catch {
    throw new Problem("share_sealed");
  }
}

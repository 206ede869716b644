// Proof URL (section 15): what the address says, and how a share is decrypted.
import { Malformed, unbase64url, utf8 } from "./bytes.js";

const PLACE = /^\/v\/([A-Za-z0-9_-]*)$/;
const IV = 12;
const TAG = 16;

/** A sentence of `PROBLEMS` instead of a report. */
export class Problem extends Error {
  constructor(code) {
    super(code);
    this.name = "Problem";
    this.code = code;
  }
}

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

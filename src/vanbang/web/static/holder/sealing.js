// A share is made here: key, id and ciphertext (docs/format.md section 15). Only the last two leave this page.
import { base64url, concat, utf8 } from "../verifier/bytes.js";

const random = (size) => crypto.getRandomValues(new Uint8Array(size));

/** `{ id, key, ciphertext }`, all base64url, of a credential file's bytes under a key of its own. */
export async function sealed(bytes) {
  const [id, key, iv] = [base64url(random(16)), random(32), random(12)];
  const secret = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const parameters = { name: "AES-GCM", iv, additionalData: utf8(id), tagLength: 128 };
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt(parameters, secret, bytes));
  return { id, key: base64url(key), ciphertext: base64url(concat(iv, ciphertext)) };
}

/** The proof URL of a share on this page's own site. */
export const proofUrl = ({ id, key }) => `${location.origin}/v/${id}#${key}`;

// Step 8: the issuer's ES256 signature over the credential (RFC 7518 section 3.4, RFC 7515).
import { toBigInt, unbase64url, utf8 } from "./bytes.js";
import { NOT_REACHED, fail, notApplicable, pass } from "./outcome.js";

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

function onCurve(key) {
  const [x, y] = [toBigInt(unbase64url(key.x)), toBigInt(unbase64url(key.y))];
  return x < P && y < P && (y * y - (x * x * x - 3n * x + B)) % P === 0n;
}

async function verifies({ x, y }, signature, signed) {
  const { subtle } = globalThis.crypto;
  const jwk = { kty: "EC", crv: "P-256", x, y };
  const key = await subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  return subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed);
}

export async function checkSignature({ batch, kid, protectedText, payloadText, signatureText }) {
  if (signatureText === "") return notApplicable("no_signature");
  if (batch === null) return NOT_REACHED;
  const key = batch.manifest.keys.find((each) => each.kid === kid);
  if (key === undefined) return fail("kid_unknown");
  if (!onCurve(key)) return fail("key_malformed");
  const good = await verifies(key, unbase64url(signatureText), utf8(`${protectedText}.${payloadText}`));
  return good ? pass("signed") : fail("signature_mismatch");
}

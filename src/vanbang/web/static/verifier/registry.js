// The registry's two calls (section 11): Solidity ABI, both ways. Only the compiler's own encoding decodes: every offset
// where it puts it, nothing behind the end; so the work stays linear in the size of the answer.
import { concat, demand, fromInteger, fromUtf8, hex, toBigInt, unprefixed } from "./bytes.js";
import { keccakText } from "./keccak.js";

const selector = (signature) => keccakText(signature).slice(0, 4);
const DOSSIER_OF = selector("dossierOf(bytes32,bytes32,uint64,bytes32)");
const KEY_OF = selector("keyOf(bytes32,address)");
const STATIC_WORDS = 25;

/** Call data of `dossierOf`, as 0x-hex. */
export function dossierCall(issuerId, { root, treeSize, hash }) {
  return `0x${hex(concat(DOSSIER_OF, issuerId, root, fromInteger(treeSize, 32), hash))}`;
}

/** Call data of `keyOf`, as 0x-hex. */
export function keyCall(issuerId, account) {
  return `0x${hex(concat(KEY_OF, issuerId, new Uint8Array(12), unprefixed(account, 20)))}`;
}

class Cursor {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(length) {
    demand(this.at + length <= this.bytes.length, "answer too short");
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  uint(bits) {
    const value = toBigInt(this.take(32));
    demand(value < 1n << BigInt(bits), `over ${bits} bits`);
    return Number(value);
  }

  account() {
    demand(this.take(12).every((byte) => byte === 0), "not an address");
    return `0x${hex(this.take(20))}`;
  }

  offset(expected) {
    demand(toBigInt(this.take(32)) === BigInt(expected), "offset elsewhere");
  }

  string() {
    const length = this.uint(32);
    const padded = this.take(Math.ceil(length / 32) * 32);
    demand(padded.slice(length).every((byte) => byte === 0), "string padding");
    return fromUtf8(padded.slice(0, length));
  }

  key() {
    const [notBefore, notAfter, compromisedSince] = [this.uint(40), this.uint(40), this.uint(40)];
    return { notBefore, notAfter, compromisedSince, roles: this.uint(8) };
  }

  naming() {
    const since = this.uint(40);
    this.offset(96);
    const nameOffset = this.uint(32);
    const start = this.at;
    const code = this.string();
    demand(nameOffset === 96 + this.at - start, "offset elsewhere");
    return { since, code, name: this.string() };
  }

  namings() {
    const count = this.uint(32);
    demand(count * 32 <= this.bytes.length, "answer too short");
    const offsets = Array.from({ length: count }, () => this.uint(32));
    const start = this.at - 32 * count;
    return offsets.map((offset) => {
      demand(start + offset === this.at, "offset elsewhere");
      return this.naming();
    });
  }

  end() {
    demand(this.at === this.bytes.length, "answer too long");
  }
}

/** The `Dossier` of a call's result (0x-hex); `names` oldest first. Throws Malformed. */
export function decodeDossier(result) {
  const cursor = new Cursor(unprefixed(result));
  cursor.offset(32);
  const dossier = {
    anchor: { signer: cursor.account(), time: cursor.uint(40), block: cursor.uint(48), state: cursor.uint(8) },
    anchorKey: cursor.key(),
    revocation: { revoker: cursor.account(), time: cursor.uint(40) },
    revokerKey: cursor.key(),
    status: {
      root: cursor.take(32),
      setter: cursor.account(),
      time: cursor.uint(40),
      epoch: cursor.uint(24),
      previousBlock: cursor.uint(32),
    },
    statusKey: cursor.key(),
    standing: cursor.uint(8),
    voidSince: cursor.uint(40),
  };
  cursor.offset(32 * (STATIC_WORDS + 1));
  dossier.names = cursor.namings();
  cursor.end();
  return Object.freeze(dossier);
}

/** The `Key` of a call's result (0x-hex). Throws Malformed. */
export function decodeKey(result) {
  const cursor = new Cursor(unprefixed(result));
  const key = cursor.key();
  cursor.end();
  return Object.freeze(key);
}

export const compromisedBy = (key, time) => key.compromisedSince !== 0 && key.compromisedSince <= time;
export const voidBy = (dossier, time) => dossier.voidSince !== 0 && dossier.voidSince <= time;

// Byte strings and the texts that stand for them (section 1).

/** Thrown wherever bytes or text from outside are not what the format asks for. */
export class Malformed extends Error {
  constructor(what) {
    super(what);
    this.name = "Malformed";
  }
}

export function demand(condition, what) {
  if (!condition) throw new Malformed(what);
}

const ENCODER = new TextEncoder();
const HEX = /^(?:[0-9a-f]{2})*$/;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

export const utf8 = (text) => ENCODER.encode(text);

/** The text of UTF-8 bytes; a byte order mark stays in it, invalid sequences are malformed. */
export function fromUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Negative, zero or positive as `a` sorts before, with or after `b`, byte by byte. */
export function compare(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Bytes of lower-case hex; `length`, where given, is the number of bytes it must have. */
export function unhex(text, length) {
  demand(typeof text === "string" && HEX.test(text), "not lower-case hex");
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  demand(length === undefined || bytes.length === length, "hex of another length");
  return bytes;
}

/** Bytes of `0x`-hex. */
export function unprefixed(text, length) {
  demand(typeof text === "string" && text.startsWith("0x"), "no 0x");
  return unhex(text.slice(2), length);
}

export function base64url(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const letters = Math.min(4, bytes.length - i + 1);
    for (let k = 0; k < letters; k += 1) text += ALPHABET[(group >> (18 - 6 * k)) & 63];
  }
  return text;
}

/** Bytes of canonical base64url: no padding, unused trailing bits zero (section 1). */
export function unbase64url(text, length) {
  demand(typeof text === "string" && text.length % 4 !== 1, "not base64url");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    demand(value !== undefined, "not base64url");
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (held >> bits) & 0xff;
      at += 1;
    }
  }
  demand((held & ((1 << bits) - 1)) === 0, "unused bits of base64url are not zero");
  demand(length === undefined || bytes.length === length, "base64url of another length");
  return bytes;
}

export function base64(bytes) {
  const text = base64url(bytes).replaceAll("-", "+").replaceAll("_", "/");
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** Bytes of standard base64, padded and canonical. */
export function unbase64(text, length) {
  demand(typeof text === "string" && !/[-_]/.test(text), "not base64");
  const bytes = unbase64url(text.replace(/={0,2}$/, "").replaceAll("+", "-").replaceAll("/", "_"), length);
  demand(base64(bytes) === text, "base64 is not padded");
  return bytes;
}

export const toBigInt = (bytes) => BigInt(`0x${hex(bytes) || "0"}`);

/** Big-endian bytes of a non-negative integer, padded to `length`. */
export const fromInteger = (value, length) => unhex(BigInt(value).toString(16).padStart(2 * length, "0"), length);

export async function sha256(bytes) {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
}

// Recovers the account that signed a digest (SEC 1 section 4.1.6, as Ethereum uses it). Nothing here is secret, so
// nothing is constant in time.
import { concat, fromInteger, hex, toBigInt } from "./bytes.js";
import { keccak256 } from "./keccak.js";

const P = 2n ** 256n - 2n ** 32n - 977n;
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const G = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
  1n,
];
const INFINITY = [0n, 1n, 0n];

const mod = (value, modulus) => ((value % modulus) + modulus) % modulus;

function power(base, exponent, modulus) {
  let [result, square] = [1n, mod(base, modulus)];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

// Jacobian coordinates: the affine point is (x / z^2, y / z^3).
function double([x, y, z]) {
  if (z === 0n || y === 0n) return INFINITY;
  const square = (y * y) % P;
  const s = (4n * x * square) % P;
  const m = (3n * x * x) % P;
  const doubled = mod(m * m - 2n * s, P);
  return [doubled, mod(m * (s - doubled) - 8n * square * square, P), (2n * y * z) % P];
}

function add(a, b) {
  if (a[2] === 0n) return b;
  if (b[2] === 0n) return a;
  const [aa, bb] = [(a[2] * a[2]) % P, (b[2] * b[2]) % P];
  const [u1, u2] = [(a[0] * bb) % P, (b[0] * aa) % P];
  const [s1, s2] = [(a[1] * bb * b[2]) % P, (b[1] * aa * a[2]) % P];
  if (u1 === u2) return s1 === s2 ? double(a) : INFINITY;
  const h = mod(u2 - u1, P);
  const r = mod(s2 - s1, P);
  const hh = (h * h) % P;
  const v = (u1 * hh) % P;
  const x = mod(r * r - hh * h - 2n * v, P);
  return [x, mod(r * (v - x) - s1 * hh * h, P), (h * a[2] * b[2]) % P];
}

function multiply(point, scalar) {
  let [sum, addend] = [INFINITY, point];
  for (let left = scalar; left > 0n; left >>= 1n) {
    if (left & 1n) sum = add(sum, addend);
    addend = double(addend);
  }
  return sum;
}

function account(point) {
  const inverse = power(point[2], P - 2n, P);
  const x = mod(point[0] * inverse ** 2n, P);
  const y = mod(point[1] * inverse ** 3n, P);
  return `0x${hex(keccak256(concat(fromInteger(x, 32), fromInteger(y, 32))).slice(12))}`;
}

/** The curve's point with this x and parity of y, or null if there is none. */
function lift(x, odd) {
  const square = mod(x ** 3n + 7n, P);
  const y = power(square, (P + 1n) / 4n, P);
  if ((y * y) % P !== square) return null;
  return [x, (y & 1n) === BigInt(odd) ? y : P - y, 1n];
}

/**
 * The account that signed a 32-byte digest, or null: 65 bytes r || s || v, v 27 or 28, s at most half the order
 * (section 7).
 */
export function recover(digest, signature) {
  const [r, s, v] = [toBigInt(signature.slice(0, 32)), toBigInt(signature.slice(32, 64)), signature[64]];
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return null;
  if (r === 0n || r >= N || s === 0n || s > N / 2n) return null;
  const point = lift(r, v - 27);
  if (point === null) return null;
  const inverse = power(r, N - 2n, N);
  const left = multiply(G, mod(-toBigInt(digest) * inverse, N));
  const key = add(left, multiply(point, mod(s * inverse, N)));
  return key[2] === 0n ? null : account(key);
}

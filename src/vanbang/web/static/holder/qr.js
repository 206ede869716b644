// A QR code (ISO/IEC 18004) of a text, drawn where the text stays: level M, bytes, versions 1 to 20, mask 2. Any mask
// can be read; which one looks best matters little for an id and a key, which are random.
import { utf8 } from "../verifier/bytes.js";

const EC_SIZE = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const EC_BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
const MASK = 2;
const FIELD = 0x11d;
const isMasked = (x) => x % 3 === 0;

/** Places of the alignment patterns' centres along one side. */
function alignments(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((4 * version + 2 * count + 1) / (2 * count - 2)) * 2;
  const last = 4 * version + 10;
  return [6, ...Array.from({ length: count - 1 }, (_, i) => last - step * (count - 2 - i))];
}

/** Codewords of a version, for data and error correction together. */
function codewords(version) {
  const count = alignments(version).length;
  const aligned = count === 0 ? 0 : (25 * count - 10) * count - 55;
  return Math.floor(((16 * version + 128) * version + 64 - aligned - (version >= 7 ? 36 : 0)) / 8);
}

const capacity = (version) => codewords(version) - EC_SIZE[version - 1] * EC_BLOCKS[version - 1];
const lengthBits = (version) => (version < 10 ? 8 : 16);

function versionFor(length) {
  const fits = (version) => 4 + lengthBits(version) + 8 * length <= 8 * capacity(version);
  const version = EC_SIZE.findIndex((_, i) => fits(i + 1)) + 1;
  if (version === 0) throw new RangeError("too long for a QR code");
  return version;
}

const bitsOf = (value, count) => Array.from({ length: count }, (_, i) => (value >>> (count - 1 - i)) & 1);
const bytesOf = (bits) =>
  Array.from({ length: bits.length / 8 }, (_, i) => bits.slice(8 * i, 8 * i + 8).reduce((byte, bit) => 2 * byte + bit, 0));

/** Mode, length, the bytes, an end, and padding. */
function dataOf(bytes, version) {
  const room = 8 * capacity(version);
  const bits = [...bitsOf(4, 4), ...bitsOf(bytes.length, lengthBits(version)), ...[...bytes].flatMap((byte) => bitsOf(byte, 8))];
  bits.push(...bitsOf(0, Math.min(4, room - bits.length)));
  bits.push(...bitsOf(0, -bits.length & 7));
  const data = bytesOf(bits);
  for (let pad = 0xec; data.length < capacity(version); pad ^= 0xfd) data.push(pad);
  return data;
}

function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) product = (product << 1) ^ ((product >>> 7) * FIELD) ^ (((b >>> bit) & 1) * a);
  return product;
}

/** The divisor (x - 1)(x - 2)(x - 4)..., highest power left out. */
function divisorOf(degree) {
  const divisor = new Array(degree).fill(0).with(degree - 1, 1);
  for (let i = 0, root = 1; i < degree; i += 1, root = times(root, 2)) {
    for (let j = 0; j < degree; j += 1) divisor[j] = times(divisor[j], root) ^ (divisor[j + 1] ?? 0);
  }
  return divisor;
}

function correctionOf(data, divisor) {
  const rest = new Array(divisor.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    divisor.forEach((coefficient, i) => { rest[i] ^= times(coefficient, factor); });
  }
  return rest;
}

/** The codewords of all blocks, interleaved. */
function interleaved(data, version) {
  const [size, count] = [EC_SIZE[version - 1], EC_BLOCKS[version - 1]];
  const short = Math.floor(codewords(version) / count) - size;
  const longFrom = count - (codewords(version) % count);
  const divisor = divisorOf(size);
  let at = 0;
  const blocks = Array.from({ length: count }, (_, i) => data.slice(at, (at += short + (i < longFrom ? 0 : 1))));
  const across = (rows, length) => Array.from({ length }, (_, i) => rows.map((row) => row[i])).flat();
  const corrections = blocks.map((block) => correctionOf(block, divisor));
  return [...across(blocks, short + 1).filter((byte) => byte !== undefined), ...across(corrections, size)];
}

/** Error-corrected bits of a small number: the format's or the version's. */
function corrected(value, count, divisor) {
  let rest = value;
  for (let i = 0; i < count; i += 1) rest = (rest << 1) ^ ((rest >>> (count - 1)) * divisor);
  return (value << count) | rest;
}

class Drawing {
  constructor(version) {
    this.version = version;
    this.size = 4 * version + 17;
    this.rows = Array.from({ length: this.size }, () => new Array(this.size).fill(null));
  }

  set(x, y, dark) {
    if (x >= 0 && y >= 0 && x < this.size && y < this.size) this.rows[y][x] = Boolean(dark);
  }

  /** Squares around a centre, each ring dark but for those named light. */
  rings(x, y, radius, light) {
    for (let dy = -radius; dy <= radius; dy += 1) {
      for (let dx = -radius; dx <= radius; dx += 1) {
        this.set(x + dx, y + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
      }
    }
  }

  patterns() {
    const last = this.size - 7;
    for (let i = 0; i < this.size; i += 1) [[6, i], [i, 6]].forEach(([x, y]) => this.set(x, y, i % 2 === 0));
    [[3, 3], [this.size - 4, 3], [3, this.size - 4]].forEach(([x, y]) => this.rings(x, y, 4, [2, 4]));
    const places = alignments(this.version);
    const isFinder = (x, y) => (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
    places.forEach((x) => places.filter((y) => !isFinder(x, y)).forEach((y) => this.rings(x, y, 2, [1])));
  }

  format() {
    const bits = corrected(MASK, 10, 0x537) ^ 0x5412;
    const bit = (i) => (bits >>> i) & 1;
    for (let i = 0; i < 15; i += 1) {
      this.set(i < 8 ? 8 : i === 8 ? 7 : 14 - i, i < 6 ? i : i < 8 ? i + 1 : 8, bit(i));
      this.set(i < 8 ? this.size - 1 - i : 8, i < 8 ? 8 : this.size - 15 + i, bit(i));
    }
    this.set(8, this.size - 8, true);
    if (this.version < 7) return;
    const version = corrected(this.version, 12, 0x1f25);
    for (let i = 0; i < 18; i += 1) {
      const [a, b] = [this.size - 11 + (i % 3), Math.floor(i / 3)];
      [[a, b], [b, a]].forEach(([x, y]) => this.set(x, y, (version >>> i) & 1));
    }
  }

  /** Two columns at a time, up and down in turn, from the right; the column of the vertical timing pattern is none. */
  fill(bits) {
    let at = 0;
    let upward = true;
    for (let right = this.size - 1; right >= 1; right -= right === 8 ? 3 : 2) {
      at = this.columns(right, upward, bits, at);
      upward = !upward;
    }
  }

  columns(right, upward, bits, start) {
    let at = start;
    for (let step = 0; step < this.size; step += 1) {
      const y = upward ? this.size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (this.rows[y][x] === null) {
          this.set(x, y, (bits[at] ?? 0) ^ isMasked(x));
          at += 1;
        }
      }
    }
    return at;
  }
}

/** The modules of a QR code of `text`, rows of booleans, true is dark; without the quiet zone. Throws RangeError. */
export function qrOf(text) {
  const bytes = utf8(text);
  const version = versionFor(bytes.length);
  const drawing = new Drawing(version);
  drawing.patterns();
  drawing.format();
  drawing.fill(interleaved(dataOf(bytes, version), version).flatMap((byte) => bitsOf(byte, 8)));
  return drawing.rows;
}

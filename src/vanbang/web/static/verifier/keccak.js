// keccak256 as Ethereum uses it: Keccak-f[1600] (FIPS 202), rate 1088, domain padding 0x01.
import { hex, unhex, utf8 } from "./bytes.js";

const MASK = (1n << 64n) - 1n;
const RATE = 136;

const rotate = (lane, by) => (by === 0n ? lane : ((lane << by) | (lane >> (64n - by))) & MASK);

/** Round constants by the degree-8 LFSR of FIPS 202, algorithm 5. */
function roundConstants() {
  const constants = [];
  let register = 1;
  for (let round = 0; round < 24; round += 1) {
    let constant = 0n;
    for (let j = 0; j < 7; j += 1) {
      if (register & 1) constant |= 1n << BigInt(2 ** j - 1);
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1;
    }
    constants.push(constant);
  }
  return constants;
}

/** For each target lane of rho and pi: [source lane, rotation]. */
function rhoPi() {
  const moves = Array.from({ length: 25 }, () => [0, 0n]);
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t += 1) {
    const [nextX, nextY] = [y, (2 * x + 3 * y) % 5];
    moves[nextX + 5 * nextY] = [x + 5 * y, BigInt((((t + 1) * (t + 2)) / 2) % 64)];
    [x, y] = [nextX, nextY];
  }
  return moves;
}

const ROUND_CONSTANTS = roundConstants();
const MOVES = rhoPi();

function permute(state) {
  let lanes = state;
  for (const constant of ROUND_CONSTANTS) {
    const columns = [0, 1, 2, 3, 4].map((x) => lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
    const parity = columns.map((_, x) => columns[(x + 4) % 5] ^ rotate(columns[(x + 1) % 5], 1n));
    const moved = MOVES.map(([from, by]) => rotate(lanes[from] ^ parity[from % 5], by));
    lanes = moved.map((lane, i) => {
      const row = i - (i % 5);
      return lane ^ (~moved[row + ((i + 1) % 5)] & MASK & moved[row + ((i + 2) % 5)]);
    });
    lanes[0] ^= constant;
  }
  return lanes;
}

const laneAt = (block, at) => {
  let lane = 0n;
  for (let i = 7; i >= 0; i -= 1) lane = (lane << 8n) | BigInt(block[at + i]);
  return lane;
};

/** keccak256 of bytes: 32 bytes. */
export function keccak256(bytes) {
  const padded = new Uint8Array((Math.floor(bytes.length / RATE) + 1) * RATE);
  padded.set(bytes);
  padded[bytes.length] ^= 0x01;
  padded[padded.length - 1] ^= 0x80;
  let lanes = new Array(25).fill(0n);
  for (let start = 0; start < padded.length; start += RATE) {
    lanes = permute(lanes.map((lane, i) => (i < RATE / 8 ? lane ^ laneAt(padded, start + 8 * i) : lane)));
  }
  return unhex(lanes.slice(0, 4).map((lane) => hex(unhex(lane.toString(16).padStart(16, "0")).reverse())).join(""));
}

export const keccakText = (text) => keccak256(utf8(text));

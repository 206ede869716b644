// Answers the judge's questions from the trusted endpoints and mirrors (section 12), until there is a report.
import { base64, demand, hex, sha256, utf8 } from "./bytes.js";
import { judge } from "./judge.js";
import { LIMITS } from "./limits.js";

const TIMEOUT = 8000;
const ANSWER_BYTES = 1_048_576;
const ROUNDS = 16;
const PRIVATE = { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" };
const QUANTITY = /^0x(?:0|[1-9a-f][0-9a-f]*)$/;

const failed = (word) => ({ error: word });

/** A server answered, but not with what was asked for. */
export class StatusError extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** A response's bytes; what runs over `limit` is not read on. */
export async function bodyOf(response, limit) {
  const reader = response.body.getReader();
  const chunks = [];
  let length = 0;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new RangeError("answer too large");
    }
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** A request that tells nobody where it comes from, and waits no longer than the time. */
export const ask = (url, options = {}) =>
  fetch(url, { ...PRIVATE, signal: AbortSignal.timeout(TIMEOUT), ...options });

/** The body of a successful answer, at most `limit` bytes. Throws where there is none within the time. */
export async function fetchBytes(url, limit, options = {}) {
  const response = await ask(url, options);
  if (!response.ok) throw new StatusError(response.status);
  return bodyOf(response, limit);
}

async function rpc(url, method, params) {
  const request = { jsonrpc: "2.0", id: 1, method, params };
  const body = await fetchBytes(url, ANSWER_BYTES, {
    method: "POST",
    headers: { "content-type": "application/json" },
    cache: "no-store",
    body: utf8(JSON.stringify(request)),
  });
  const answer = JSON.parse(new TextDecoder().decode(body));
  if (answer.error !== undefined && answer.error !== null) throw new Error("refused");
  return answer.result;
}

function count(quantity) {
  const text = String(quantity).toLowerCase();
  demand(QUANTITY.test(text) && Number.isSafeInteger(Number(text)), "not a quantity");
  return Number(text);
}

const tag = (block) => (block === "latest" ? block : `0x${Number(block).toString(16)}`);

async function head(url, { finality }) {
  const newest = finality === "finalized" ? "finalized" : "latest";
  const [chainId, block] = await Promise.all([
    rpc(url, "eth_chainId", []),
    rpc(url, "eth_getBlockByNumber", [newest, false]),
  ]);
  return { chain_id: count(chainId), block: Math.max(0, count(block.number) - (finality.depth ?? 0)) };
}

async function block(url, _, number) {
  const found = await rpc(url, "eth_getBlockByNumber", [tag(number), false]);
  demand(count(found.number) === Number(number), "another block");
  return { hash: String(found.hash).toLowerCase(), time: count(found.timestamp) };
}

async function call(url, { account }, number, data) {
  const result = await rpc(url, "eth_call", [{ to: account, data }, tag(number)]);
  return { result: String(result).toLowerCase() };
}

const ASKED = { head, block, call };

async function askEndpoint(kind, url, registry, rest) {
  try {
    return await ASKED[kind](url, registry, ...rest);
  } catch (error) {
    return failed(error instanceof TypeError || error.name === "TimeoutError" ? "unreachable" : "malformed");
  }
}

/** A public file in base64, from the first mirror that has the one with this hash. */
async function fetchFile(mirrors, path) {
  const wanted = path.split("/").at(-1);
  for (const mirror of mirrors) {
    const bytes = await fetchBytes(new URL(path, mirror), LIMITS.statusManifestBytes).catch(() => null);
    if (bytes !== null && hex(await sha256(bytes)) === wanted) return base64(bytes);
  }
  return failed("absent");
}

async function answer(question, trust) {
  const [kind, subject, ...rest] = question.split(" ");
  if (kind === "file") return fetchFile(trust.mirrors, subject);
  const registry = trust.registries.find(({ name }) => name === subject);
  return Promise.all(registry.endpoints.map((url) => askEndpoint(kind, url, registry, rest)));
}

/**
 * Judges a credential file over the network: `{ report, type }`. `progress` is told the questions of each round. A
 * failure of the network is an answer like another; only a fault of this program throws.
 */
export async function verify(bytes, trust, now, progress = () => {}) {
  const answers = new Map();
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await judge(bytes, trust, (question) => answers.get(question), now);
    if (found.needs === undefined) return found;
    progress(found.needs);
    const given = await Promise.all(found.needs.map((question) => answer(question, trust)));
    found.needs.forEach((question, i) => answers.set(question, given[i]));
  }
  throw new Error("the judge keeps asking");
}

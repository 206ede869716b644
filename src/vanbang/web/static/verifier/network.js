// Requests that tell nobody where they come from, wait no longer than the time, and read no more than they may.
import { demand, utf8 } from "./bytes.js";

const TIMEOUT = 8000;
const ANSWER_BYTES = 1_048_576;
const BATCH = 50;
const PRIVATE = { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" };

/** A server answered, but not with what was asked for. */
export class StatusError extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** Whether an error means that nobody answered, rather than that something else was answered. */
export const isUnreachable = (error) => error instanceof TypeError || error.name === "TimeoutError";

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

const begun = new Map();
const request = (url, options) => fetch(url, { ...PRIVATE, signal: AbortSignal.timeout(TIMEOUT), ...options });

/** Begins a request whose answer the next `ask` of the same address is given. */
export function askAhead(url, options = {}) {
  const response = request(url, options);
  response.catch(() => {}); // its failure is told to whoever asks
  begun.set(url, response);
}

/** A request that tells nobody where it comes from, and waits no longer than the time. */
export function ask(url, options = {}) {
  const ahead = begun.get(url);
  begun.delete(url);
  return ahead ?? request(url, options);
}

/** The body of a successful answer, at most `limit` bytes. Throws where there is none within the time. */
export async function fetchBytes(url, limit, options = {}) {
  const response = await ask(url, options);
  if (!response.ok) throw new StatusError(response.status);
  return bodyOf(response, limit);
}

const asRequest = ({ method, params }, id) => ({ jsonrpc: "2.0", id, method, params });
const isRefused = (answer) => answer.error !== undefined && answer.error !== null;

async function postAs(url, body, limit, headers) {
  const answer = await fetchBytes(url, limit, { method: "POST", headers, body });
  return JSON.parse(new TextDecoder().decode(answer));
}

/** What an endpoint answers to a request that does not say its type; an error is no answer. */
async function postUntyped(url, body, limit) {
  const answer = await postAs(url, body, limit, {});
  demand([answer].flat().every((each) => each?.result !== undefined), "it wants the type");
  return answer;
}

const TYPED = { "content-type": "application/json" };
const withoutType = new Map();
const isElsewhere = (url) => globalThis.document !== undefined && new URL(url).origin !== location.origin;

/**
 * An endpoint's answer. To another origin a typed request costs a browser a round trip more, to ask whether it may; so
 * the first goes out in both forms, and the later ones in that which was answered first.
 */
async function post(url, value, limit) {
  const body = utf8(JSON.stringify(value));
  if (withoutType.get(url) === true) return postAs(url, body, limit, {});
  const typed = postAs(url, body, limit, TYPED);
  if (withoutType.has(url) || !isElsewhere(url)) return typed;
  const noted = (answer, isUntyped) => {
    if (!withoutType.has(url)) withoutType.set(url, isUntyped);
    return answer;
  };
  const untyped = postUntyped(url, body, limit).then((answer) => noted(answer, true));
  return Promise.any([untyped, typed.then((answer) => noted(answer, false))]).catch(() => typed);
}

function settle({ resolve, reject }, answer) {
  if (isRefused(answer)) reject(new Error("refused"));
  else resolve(answer.result);
}

async function sendSingle(url, call) {
  try {
    settle(call, await post(url, asRequest(call, 1), ANSWER_BYTES));
  } catch (error) {
    call.reject(error);
  }
}

/** The answers to a batch in the order of its calls. Throws Malformed where the endpoint does not take batches. */
async function postBatch(url, calls) {
  const answers = await post(url, calls.map(asRequest), calls.length * ANSWER_BYTES);
  demand(Array.isArray(answers), "not a batch");
  const byId = new Map(answers.map((answer) => [answer?.id, answer]));
  const ordered = calls.map((_, id) => byId.get(id));
  demand(ordered.every((answer) => answer !== undefined), "answers are missing");
  demand(!ordered.every(isRefused), "all of it refused");
  return ordered;
}

const queues = new Map();
const singly = new Set();

async function send(url, calls) {
  if (calls.length === 1 || singly.has(url)) {
    calls.forEach((call) => sendSingle(url, call));
    return;
  }
  try {
    const answers = await postBatch(url, calls);
    calls.forEach((call, i) => settle(call, answers[i]));
  } catch (error) {
    if (isUnreachable(error)) {
      calls.forEach(({ reject }) => reject(error));
      return;
    }
    singly.add(url);
    calls.forEach((call) => sendSingle(url, call));
  }
}

function flush(url) {
  const calls = queues.get(url);
  queues.delete(url);
  while (calls.length > 0) send(url, calls.splice(0, BATCH));
}

/**
 * The result of a JSON-RPC call. What is asked of one endpoint in the same instant goes as one batch, or singly from
 * then on where the endpoint does not answer batches. Throws where there is no result.
 */
export function rpc(url, method, params) {
  return new Promise((resolve, reject) => {
    if (!queues.has(url)) {
      queues.set(url, []);
      queueMicrotask(() => flush(url));
    }
    queues.get(url).push({ method, params, resolve, reject });
  });
}

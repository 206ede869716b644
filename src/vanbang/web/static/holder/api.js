// What the page asks of its own server. The key of the link stays here; a token that follows from it goes out
// (docs/format.md section 15.2).
import { base64url, concat, sha256, unbase64url, utf8 } from "../verifier/bytes.js";
import { bodyOf } from "../verifier/network.js";
import { parse } from "../verifier/strict-json.js";

const PLACE = /^\/h\/([A-Za-z0-9_-]{22})$/;
const DOMAIN = "vanbang/1/holder";
const ANSWER_BYTES = 4_194_304;
const TIMEOUT = 20_000;
const KNOWN = ["unauthorized", "too_many", "rate_limited", "not_issued", "not_found", "conflict", "invalid"];

/** A sentence of `PROBLEMS`. */
export class Refusal extends Error {
  constructor(code) {
    super(code);
    this.name = "Refusal";
    this.code = code;
  }
}

/** `{ id, key }` of a path `/h/<id>` and its fragment. Throws Refusal. */
export function readLink(path, fragment) {
  const found = PLACE.exec(path);
  if (fragment === "") throw new Refusal("link_incomplete");
  try {
    return { id: found[1], key: unbase64url(fragment, 32) };
  } catch {
    throw new Refusal("link_malformed");
  }
}

/** What is sent in place of the key: `vbh_<id>_<token>`. */
export async function bearerOf({ id, key }) {
  return `vbh_${id}_${base64url(await sha256(concat(utf8(DOMAIN), utf8(id), key)))}`;
}

function codeOf(response, text) {
  if (response.status >= 500) return "unreachable";
  return KNOWN.find((code) => text.includes(`"${code}"`)) ?? "unexpected";
}

export class Api {
  #bearer;

  constructor(bearer) {
    this.#bearer = bearer;
  }

  async #ask(method, path, value, headers = {}) {
    const body = value === undefined ? {} : { body: utf8(JSON.stringify(value)) };
    const typed = value === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(`/v1/${path}`, {
      method,
      ...body,
      headers: { authorization: `Bearer ${this.#bearer}`, ...typed, ...headers },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT),
    }).catch(() => { throw new Refusal("unreachable"); });
    if (response.ok) return response;
    throw new Refusal(codeOf(response, await response.text()));
  }

  /** The bytes at a path. Throws Refusal. */
  async bytes(path) {
    return bodyOf(await this.#ask("GET", path), ANSWER_BYTES);
  }

  /** The JSON at a path: plain objects. Throws Refusal. */
  async read(path) {
    return plain(parse(await this.bytes(path)));
  }

  /** What a question that changes nothing is answered, as bytes. Throws Refusal. */
  async put(path, value) {
    return bodyOf(await this.#ask("POST", path, value), ANSWER_BYTES);
  }

  /** One change, sent once; a second attempt with the same `repeat` has no second effect. Throws Refusal. */
  async change(method, path, value, repeat = crypto.randomUUID()) {
    await this.#ask(method, path, value, { "idempotency-key": repeat });
  }
}

function plain(value) {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, item]) => [name, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

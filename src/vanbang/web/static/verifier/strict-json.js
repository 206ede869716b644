// Strict and canonical JSON (section 2). Objects become Maps in the order read, so that no member name is special.
import { demand, equal, fromUtf8, utf8 } from "./bytes.js";
import { LIMITS } from "./limits.js";

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /0|[1-9][0-9]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    demand(found !== null, `unexpected character at ${this.at}`);
    this.at += found[0].length;
    return found[0];
  }

  /** Skips white space, then says whether `mark` stands here, and passes over it. */
  passes(mark) {
    this.take(SPACE);
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  value(depth) {
    if (this.passes("{")) return this.object(depth);
    if (this.passes("[")) return this.array(depth);
    if (this.passes('"')) return this.string();
    if (this.passes("true")) return true;
    if (this.passes("false")) return false;
    if (this.passes("null")) return null;
    const value = Number(this.take(NUMBER));
    demand(Number.isSafeInteger(value), "number too large");
    return value;
  }

  object(depth) {
    demand(depth <= LIMITS.nesting, "nested too deep");
    const members = new Map();
    if (this.passes("}")) return members;
    do {
      demand(this.passes('"'), "member without a name");
      const name = this.string();
      demand(!members.has(name), "member name twice");
      demand(this.passes(":"), "member without a value");
      members.set(name, this.value(depth + 1));
    } while (this.passes(","));
    demand(this.passes("}"), "object not closed");
    return members;
  }

  array(depth) {
    demand(depth <= LIMITS.nesting, "nested too deep");
    const items = [];
    if (this.passes("]")) return items;
    do items.push(this.value(depth + 1));
    while (this.passes(","));
    demand(this.passes("]"), "array not closed");
    return items;
  }

  string() {
    const parts = [this.take(PLAIN)];
    while (this.text[this.at] === "\\") {
      parts.push(this.escape());
      parts.push(this.take(PLAIN));
    }
    demand(this.text[this.at] === '"', "string not closed");
    this.at += 1;
    const text = parts.join("");
    demand(!/\p{Surrogate}/u.test(text), "lone surrogate");
    return text;
  }

  escape() {
    const letter = this.text[this.at + 1];
    if (letter === "u") return String.fromCharCode(parseInt(this.take(/\\u[0-9A-Fa-f]{4}/y).slice(2), 16));
    demand(letter !== undefined && Object.hasOwn(ESCAPES, letter), "unknown escape");
    this.at += 2;
    return ESCAPES[letter];
  }
}

/** The value of strict JSON bytes: Map, array, string, boolean, null or safe integer. Throws Malformed. */
export function parse(bytes) {
  const reader = new Reader(fromUtf8(bytes));
  const value = reader.value(1);
  reader.take(SPACE);
  demand(reader.at === reader.text.length, "more than one value");
  return value;
}

/** Canonical JSON text; members in the order the Map has them. */
export function write(value) {
  if (value instanceof Map) return `{${Array.from(value, ([k, v]) => `${JSON.stringify(k)}:${write(v)}`).join(",")}}`;
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  return JSON.stringify(value);
}

/** The value of canonical JSON bytes, but for the order of members, which `members` checks. */
export function parseCanonical(bytes) {
  const value = parse(bytes);
  demand(equal(utf8(write(value)), bytes), "not canonical");
  return value;
}

/** Demands an object with these members; `ordered` also demands this order. Gives it back. */
export function members(value, required, { optional = [], ordered = false } = {}) {
  demand(value instanceof Map, "not an object");
  for (const name of required) demand(value.has(name), `no member ${name}`);
  for (const name of value.keys()) demand(required.includes(name) || optional.includes(name), "unknown member");
  if (ordered) demand([...value.keys()].join() === required.join(), "members out of order");
  return value;
}

/** A string of 1 to 255 bytes of UTF-8: `iss`, `vct`, `uri`. */
export function nameText(value) {
  demand(typeof value === "string", "not a string");
  const { length } = utf8(value);
  demand(length >= 1 && length <= LIMITS.nameBytes, "name too short or too long");
  return value;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Time text of section 1, checked to be an existing instant of the years 1970 to 9999. */
export function timeText(value) {
  demand(typeof value === "string" && TIME.test(value), "not a time");
  const milliseconds = Date.parse(value);
  demand(milliseconds >= 0 && toTimeText(milliseconds / 1000) === value, "no such time");
  return value;
}

const LAST_SECOND = 253_402_300_799;

/** Time text of unix seconds; what lies after the year 9999 (the chain holds 40 bits) is its last second. */
export const toTimeText = (unix) =>
  new Date(Math.min(unix, LAST_SECOND) * 1000).toISOString().replace(".000Z", "Z");

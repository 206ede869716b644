// The credential file inside a PDF (section 19): the bytes are searched, not parsed, with the limits of the page.
import { equal } from "./bytes.js";
import { LIMITS } from "./limits.js";
import { Problem } from "./share.js";

export const PDF_BYTES = 52_428_800;
const ATTACHMENTS = 256;
const NEAR = 4_096;
const BEGINNING = '{"header":{';
const SIGNATURE_WITHIN = 1_024;
const ENCRYPTED = /\/Encrypt(?=[\0\t\n\f\r ()<>[\]{}/%])/;
const EMBEDDED = /\/EmbeddedFile(?=[\0\t\n\f\r ()<>[\]{}/%])/g;
const STREAM = /endobj|stream\r?\n/g;
const LENGTH = /\/Length[\0\t\n\f\r ]+([0-9]{1,9})(?![0-9]|[\0\t\n\f\r ]+[0-9]+[\0\t\n\f\r ]+R)/;

/** One character a byte: places in the text are places in the bytes. */
const textOf = (bytes) => new TextDecoder("windows-1252").decode(bytes);

/** Whether these are a PDF's bytes, by their first 1,024, and not a credential file's. */
export function isPdf(bytes) {
  const text = textOf(bytes.subarray(0, SIGNATURE_WITHIN));
  return text.includes("%PDF-") && !text.startsWith(BEGINNING);
}

function lineEnd(text, end) {
  if (text.slice(end - 2, end) === "\r\n") return 2;
  return /[\r\n]/.test(text.slice(end - 1, end)) ? 1 : 0;
}

/** Where a stream's content may end: where its length says, else at `endstream`; a line's end may belong to it. */
function endsOf(text, dictionary, start) {
  const length = LENGTH.exec(dictionary);
  if (length !== null) {
    const end = start + Number(length[1]);
    return [...new Set([end, end - lineEnd(text, end)])];
  }
  const end = text.slice(start, start + LIMITS.credentialBytes + NEAR).indexOf("endstream");
  return end < 0 ? [] : [...new Set([start + end - lineEnd(text, start + end), start + end])];
}

/** Start and possible ends of each embedded file's stream. Throws Problem where there are too many. */
function* streams(text) {
  const seen = new Set();
  let at = -1;
  let stream = null;
  for (const word of text.matchAll(EMBEDDED)) {
    const behind = word.index + word[0].length;
    if (at < behind) {
      STREAM.lastIndex = behind;
      stream = STREAM.exec(text);
      if (stream === null) return;
      at = stream.index;
    }
    const start = at + stream[0].length;
    if (stream[0] === "endobj" || start > behind + NEAR || seen.has(start)) continue;
    seen.add(start);
    if (seen.size > ATTACHMENTS) throw new Problem("pdf_too_large");
    const near = Math.max(0, word.index - NEAR);
    const before = near + Math.max(0, text.slice(near, word.index).lastIndexOf(" obj"));
    yield { start, ends: endsOf(text, text.slice(before, at), start) };
  }
}

/** Whether deflated bytes can begin so (RFC 1950 section 2.2): to open a stream of the browser's for others is slow. */
const isDeflated = ([method, flags]) => (method & 15) === 8 && (256 * method + flags) % 31 === 0;

const startsRight = (bytes) => textOf(bytes.subarray(0, BEGINNING.length)) === BEGINNING;

/** Deflated content that begins as a credential file does, no more of it than is needed to refuse it; null otherwise. */
async function inflated(raw) {
  if (!isDeflated(raw)) return null;
  const reader = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const held = new Uint8Array(LIMITS.credentialBytes + 1);
  let length = 0;
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      const taken = value.subarray(0, held.length - length);
      held.set(taken, length);
      length += taken.length;
      const wrong = length >= BEGINNING.length && !startsRight(held);
      if (wrong || length === held.length) {
        reader.cancel().catch(() => {});
        return wrong ? null : held;
      }
    }
  } catch {
    return null;
  }
  const content = held.slice(0, length);
  return startsRight(content) ? content : null;
}

/** What a stream holds, if it begins as a credential file does; of one that is too long, as much as shows that. */
async function credential(bytes, { start, ends }) {
  for (const end of ends.filter((each) => start < each && each <= bytes.length)) {
    const raw = bytes.subarray(start, Math.min(end, start + LIMITS.credentialBytes + 1));
    const content = startsRight(raw) ? raw.slice() : await inflated(raw);
    if (content !== null) return content;
  }
  return null;
}

/** The bytes of the one credential file attached to a PDF; whether it is good is not looked at. Throws Problem. */
export async function credentialIn(bytes) {
  if (bytes.length > PDF_BYTES) throw new Problem("pdf_too_large");
  const text = textOf(bytes);
  if (ENCRYPTED.test(text)) throw new Problem("pdf_encrypted");
  let found = null;
  for (const stream of streams(text)) {
    const content = await credential(bytes, stream);
    if (found !== null && content !== null && !equal(found, content)) throw new Problem("pdf_several_credentials");
    found ??= content;
  }
  if (found === null) throw new Problem("pdf_without_credential");
  return found;
}

// What the endpoints of one registry agree upon (section 12). Their answers are untrusted: a shape that is not the
// expected one is a failure like any other.
import { Malformed, unprefixed } from "./bytes.js";
import { decodeDossier, decodeKey } from "./registry.js";

/** Thrown when the evidence has no answer yet; `questions` are those of section 17. */
export class Missing extends Error {
  constructor(questions) {
    super(questions.join("; "));
    this.questions = questions;
  }
}

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
/** 0x-hex with its digits in lower case, or null: endpoints write digits of either case (section 17). */
const readHex = (text, length) => {
  try {
    const lower = typeof text === "string" && text.startsWith("0x") ? text.toLowerCase() : null;
    return unprefixed(lower, length) && lower;
  } catch {
    return null;
  }
};

const readHead = (entry) => (isCount(entry.chain_id) && isCount(entry.block) ? entry : null);
const readBlock = ({ hash, time }) => {
  const digits = readHex(hash, 32);
  return digits !== null && isCount(time) ? JSON.stringify({ hash: digits, time }) : null;
};
const readResult = ({ result }) => readHex(result);

/** Decoded, or null where the result does not decode: there is no registry. */
function decoded(decode, result) {
  try {
    return decode(result);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

export class Panel {
  /** The endpoints of one trusted registry; `evidence` maps questions to answers, undefined where not yet asked. */
  constructor(trusted, evidence) {
    this.trusted = trusted;
    this.evidence = evidence;
    this.states = trusted.endpoints.map(() => "agreed");
    this.foreign = new Set();
    this.block = null;
  }

  /** One entry an endpoint, null for a failure; `states` notes what becomes of each. */
  answers(question, read, states) {
    const given = this.evidence(question);
    if (given === undefined) throw new Missing([question]);
    return this.trusted.endpoints.map((_, i) => {
      const entry = Array.isArray(given) ? given[i] : null;
      const usable = typeof entry === "object" && entry !== null && entry.error === undefined && !this.foreign.has(i);
      const answer = usable ? read(entry) : null;
      if (answer === null) states[i] = "failed";
      return answer;
    });
  }

  /** Settles a question: `{ value }` as text, or `{ code }` where there is no agreement. */
  settle(question, read, states) {
    const answers = this.answers(question, read, states);
    const counts = new Map();
    for (const answer of answers) if (answer !== null) counts.set(answer, (counts.get(answer) ?? 0) + 1);
    const enough = [...counts].filter(([, count]) => count >= this.trusted.quorum);
    const value = enough.length === 1 ? enough[0][0] : null;
    const answered = answers.filter((answer) => answer !== null).length;
    if (value === null && answered < this.trusted.quorum) return { code: "endpoints_unavailable" };
    answers.forEach((answer, i) => {
      if (answer !== null && answer !== value && states[i] === "agreed") states[i] = "disagreed";
    });
    return value === null ? { code: "endpoints_disagree" } : { value };
  }

  /** The number of the block asked about, or null: the q-th highest of those reported. */
  height() {
    const heads = this.answers(`head ${this.trusted.name}`, readHead, this.states);
    heads.forEach((head, i) => {
      if (head === null || head.chain_id === this.trusted.chainId) return;
      this.foreign.add(i);
      this.states[i] = "failed";
    });
    const blocks = heads.filter((head, i) => head !== null && !this.foreign.has(i)).map((head) => head.block);
    return blocks.sort((a, b) => b - a)[this.trusted.quorum - 1] ?? null;
  }

  /** A call's result at a block, decoded: `{ value }`, or `{ code }`. */
  call(block, data, decode, states) {
    const { value, code } = this.settle(`call ${this.trusted.name} ${block} ${data}`, readResult, states);
    if (code !== undefined) return { code };
    const found = decoded(decode, value);
    return found === null ? { code: "no_registry" } : { value: found };
  }

  keyOf(data) {
    return this.call(this.block.number, data, decodeKey, []);
  }

  /** The dossier at the block asked about: `{ value }` if the registry is answered, else `{ code }`. */
  dossier(data, { now, maxBlockAge, maxBlockAhead }) {
    const number = this.height();
    if (number === null) return { code: "endpoints_unavailable" };
    const question = `block ${this.trusted.name} ${number}`;
    const callQuestion = `call ${this.trusted.name} ${number} ${data}`;
    const missing = [question, callQuestion].filter((each) => this.evidence(each) === undefined);
    if (missing.length) throw new Missing(missing);
    const block = this.settle(question, readBlock, this.states);
    if (block.value !== undefined) this.block = { number, ...JSON.parse(block.value) };
    const found = this.call(number, data, decodeDossier, this.states);
    if (block.code !== undefined) return block;
    if (found.code !== undefined) return found;
    if (this.block.time < now - maxBlockAge) return { code: "chain_stale" };
    return this.block.time > now + maxBlockAhead ? { code: "chain_ahead" } : found;
  }

  /**
   * Whether the anchor is in the newest block: `{ value }`, or `{ code }`. Endpoints' newest blocks may differ in all
   * else, so only that much of their answers is compared.
   */
  holdsAtLatest(data) {
    const presence = (entry) => {
      const result = readResult(entry);
      const dossier = result === null ? null : decoded(decodeDossier, result);
      return result === null ? null : JSON.stringify(dossier && dossier.anchor.state !== 0);
    };
    const { value, code } = this.settle(`call ${this.trusted.name} latest ${data}`, presence, []);
    if (code !== undefined) return { code };
    return value === "null" ? { code: "no_registry" } : { value: JSON.parse(value) };
  }
}

// Answers the judge's questions from the trusted endpoints and mirrors (section 12), until there is a report.
import { base64, hex, sha256 } from "./bytes.js";
import { EvidenceCache } from "./evidence-cache.js";
import { judge } from "./judge.js";
import { LIMITS } from "./limits.js";
import { fetchBytes } from "./network.js";
import { askPanel } from "./panel-asking.js";

export { EvidenceCache } from "./evidence-cache.js";
export { StatusError, ask, bodyOf, fetchBytes } from "./network.js";

const ROUNDS = 16;

/** What a mirror, an address or a function of paths, has under a path; null where it has nothing. */
async function readMirror(mirror, path) {
  try {
    if (typeof mirror === "function") return await mirror(path);
    return await fetchBytes(new URL(path, mirror), LIMITS.statusManifestBytes);
  } catch {
    return null;
  }
}

/** A public file in base64, from the first mirror that has the one with this hash. */
async function fetchFile(mirrors, path) {
  const wanted = path.split("/").at(-1);
  for (const mirror of mirrors) {
    const bytes = await readMirror(mirror, path);
    if (bytes !== null && hex(await sha256(bytes)) === wanted) return base64(bytes);
  }
  return { error: "absent" };
}

function answer(question, trust, answers, cache) {
  const [kind, subject, ...rest] = question.split(" ");
  if (kind === "file") return cache.ask(question, () => fetchFile(trust.mirrors, subject));
  const registry = trust.registries.find(({ name }) => name === subject);
  const asked = [question, ...registry.endpoints, JSON.stringify(registry.finality)].join(" ");
  return cache.ask(asked, () => askPanel(kind, registry, rest, answers.get(`head ${subject}`)));
}

/** Asks for the newest final blocks of the trusted registries before there is a file to judge. */
export function askHeads(trust, cache) {
  for (const { name } of trust.registries) answer(`head ${name}`, trust, new Map(), cache);
}

/**
 * Judges a credential file over the network at unix time `now`, under trust read by `readTrust`: `{ report, type }`.
 * `progress` is told the questions of each round; for many files pass the same `cache`. A failure of the network is an
 * answer like another; only a fault of this program throws. Once used, an answer stays: one report speaks of one moment.
 */
export async function verify(bytes, trust, now, progress = () => {}, cache = new EvidenceCache()) {
  const answers = new Map();
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await judge(bytes, trust, (question) => answers.get(question), now);
    if (found.needs === undefined) return found;
    progress(found.needs);
    const given = await Promise.all(found.needs.map((question) => answer(question, trust, answers, cache)));
    found.needs.forEach((question, i) => answers.set(question, given[i]));
  }
  throw new Error("the judge keeps asking");
}

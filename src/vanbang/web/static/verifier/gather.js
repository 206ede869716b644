// The judge's questions answered from outside until there is a report.
import { answer } from "./asking.js";
import { EvidenceCache } from "./evidence-cache.js";
import { judge } from "./judge.js";

export { EvidenceCache } from "./evidence-cache.js";
export { StatusError, ask, bodyOf, fetchBytes } from "./network.js";

const ROUNDS = 16;

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

// What was answered a moment ago, so that a thousand files of one batch cost a few requests. Holds no secrets.

// Milliseconds for which a chain's answer is believed: blocks become final far more slowly.
const MAX_AGE = 10_000;
// Milliseconds for which nobody is asked again after a failure: a person who tries once more is given another answer.
const MAX_FAILURE_AGE = 2_000;
// Characters of public files kept: every status list of a big university several times over.
const MAX_FILES = 64 * 1_048_576;
const MAX_ANSWERS = 4_096;

const isFile = (answer) => typeof answer === "string";
const isFailure = (answer) => [answer].flat().every((entry) => entry.error !== undefined);

export class EvidenceCache {
  constructor(clock = () => performance.now()) {
    this.clock = clock;
    this.files = new Map();
    this.characters = 0;
    this.answers = new Map();
  }

  /**
   * The answer kept under `subject`, else that of `fetch()`, a promise; who asks while it is on its way is given the
   * same. A public file, whose hash `fetch` has checked, never changes: it is kept as long as there is room.
   */
  async ask(subject, fetch) {
    const file = this.files.get(subject);
    if (file !== undefined) return file;
    const kept = this.answers.get(subject);
    if (kept !== undefined && this.clock() <= kept.until) return kept.answer;
    const entry = { until: Infinity, answer: fetch() };
    this.answers.delete(subject);
    this.answers.set(subject, entry);
    if (this.answers.size > MAX_ANSWERS) this.answers.delete(this.answers.keys().next().value);
    const answer = await entry.answer;
    entry.until = this.clock() + (isFailure(answer) ? MAX_FAILURE_AGE : MAX_AGE);
    if (isFile(answer)) this.keepFile(subject, answer);
    return answer;
  }

  /** Forgets what endpoints and mirrors answered: others are asked from now on. */
  forgetAnswers() {
    this.answers.clear();
  }

  keepFile(subject, file) {
    this.answers.delete(subject);
    this.files.set(subject, file);
    this.characters += file.length;
    for (const [oldest, { length }] of this.files) {
      if (this.characters <= MAX_FILES) return;
      this.files.delete(oldest);
      this.characters -= length;
    }
  }
}

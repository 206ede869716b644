// One case of tests/vectors (section 17), for node and for the browser alike.

/** The case with what it does not name taken from the base; null removes an entry of evidence. */
export function merged(base, mutation) {
  const evidence = { ...base.evidence, ...mutation.evidence };
  for (const [question, answer] of Object.entries(evidence)) if (answer === null) delete evidence[question];
  return { ...base, ...mutation, evidence };
}

/** What the verifier at `modules` makes of a case: `{ report }` or `{ needs }`. */
export async function judgeCase(base, mutation, modules) {
  const load = (name) => import(new URL(name, modules));
  const [{ judge }, { readTrust }, { parse }, { unbase64, utf8 }] = await Promise.all(
    ["judge.js", "trust.js", "strict-json.js", "bytes.js"].map(load),
  );
  const { credential, trust, now, evidence } = merged(base, mutation);
  const answers = new Map(Object.entries(evidence));
  const readable = readTrust(parse(utf8(JSON.stringify(trust))));
  return judge(unbase64(credential), readable, (question) => answers.get(question), now);
}

/** `{ want, got }` of a case, a wanted report as its JSON text; a question without an entry shows up in `got`. */
export async function runCase(base, mutation, modules) {
  const { want } = merged(base, mutation);
  const { report, needs } = await judgeCase(base, mutation, modules);
  const text = (value) => (want.report === undefined ? {} : { report: JSON.stringify(value, null, 1) });
  const wanted = { verdict: want.verdict, steps: want.steps, ...text(want.report) };
  if (needs !== undefined) return { want: wanted, got: { needs } };
  const outcomes = report.steps.map(({ outcome, code }) => [outcome, code]);
  return { want: wanted, got: { verdict: report.verdict, steps: outcomes, ...text(report) } };
}

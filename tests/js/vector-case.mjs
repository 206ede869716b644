// One case of tests/vectors (section 17), for node and for the browser alike.

/** The case with what it does not name taken from the base; null removes an entry of evidence. */
export function merged(base, mutation) {
  const evidence = { ...base.evidence, ...mutation.evidence };
  for (const [question, answer] of Object.entries(evidence)) if (answer === null) delete evidence[question];
  return { ...base, ...mutation, evidence };
}

/** `{ want, got }` of a case judged with the verifier at `modules`; a question without an entry shows up in `got`. */
export async function runCase(base, mutation, modules) {
  const load = (name) => import(new URL(name, modules));
  const [{ judge }, { readTrust }, { parse }, { unbase64, utf8 }] = await Promise.all(
    ["judge.js", "trust.js", "strict-json.js", "bytes.js"].map(load),
  );
  const { credential, trust, now, evidence, want } = merged(base, mutation);
  const answers = new Map(Object.entries(evidence));
  const readable = readTrust(parse(utf8(JSON.stringify(trust))));
  const { report, needs } = await judge(unbase64(credential), readable, (question) => answers.get(question), now);
  if (needs !== undefined) return { want, got: { needs } };
  const steps = report.steps.map(({ outcome, code }) => [outcome, code]);
  return { want: { verdict: want.verdict, steps: want.steps }, got: { verdict: report.verdict, steps } };
}

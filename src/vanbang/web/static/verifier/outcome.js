// The outcome of one step (section 13): [outcome, code].
export const pass = (code) => ["pass", code];
export const fail = (code) => ["fail", code];
export const cannotCheck = (code) => ["cannot_check", code];
export const notApplicable = (code) => ["not_applicable", code];
export const NOT_REACHED = cannotCheck("not_reached");

export const STEP_NAMES = [
  "parse", "disclosures", "inclusion", "anchor", "authority", "batch", "status", "signature", "endorsements", "dates",
];

/** INVALID if any step fails; else UNDETERMINED if any cannot be checked; else VALID. */
export function verdictOf(outcomes) {
  if (outcomes.some(([outcome]) => outcome === "fail")) return "INVALID";
  return outcomes.some(([outcome]) => outcome === "cannot_check") ? "UNDETERMINED" : "VALID";
}

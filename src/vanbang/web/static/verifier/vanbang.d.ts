/** The verifier of vanbang diplomas. What it decides and why: docs/format.md, sections 12 to 15. */

export type Verdict = "VALID" | "INVALID" | "UNDETERMINED";
export type Outcome = "pass" | "fail" | "cannot_check" | "not_applicable";

export type StepName =
  | "parse" | "disclosures" | "inclusion" | "anchor" | "authority"
  | "batch" | "status" | "signature" | "endorsements" | "dates";

/** What a claim may hold: numbers of a record are strings, as they were written. */
export type Claim = string | boolean | Claim[] | { [name: string]: Claim };

export interface Step {
  step: number;
  name: StepName;
  outcome: Outcome;
  /** Why, one of the codes of section 13. */
  code: string;
}

export interface Batch {
  root: string;
  tree_size: number;
  leaf_index: number;
  sealed_at: string;
}

export interface Credential {
  issuer: string;
  vct: string;
  /** null where the disclosures do not belong to the credential. */
  claims: { [name: string]: Claim } | null;
  /** How many entries were not shown, or are empty. */
  undisclosed: number | null;
  batch: Batch | null;
}

export interface AsOf {
  registry: string;
  role: "home" | "older";
  quorum: number;
  block: number | null;
  block_hash: string | null;
  block_time: string | null;
  endpoints: { url: string; state: "agreed" | "disagreed" | "failed" }[];
}

/** Section 14. Times are RFC 3339 in UTC. */
export interface Report {
  version: 1;
  verdict: Verdict;
  checked_at: string;
  credential: Credential | null;
  anchor: { registry: string; signer: string; time: string; block: number } | null;
  status: { epoch: number; issued_at: string } | null;
  /** The registered names of the issuer, oldest first. */
  names: { since: string; code: string; name: string }[];
  endorsers: { name: string; title: string; signer: string }[];
  as_of: AsOf[];
  steps: Step[];
}

/** A mirror of the public files: an address that ends in a slash, or what gives the file under a path, or null. */
export type Mirror = string | ((path: string) => Promise<Uint8Array | null>);

/** Whom a verifier believes, read by `readTrust`. */
export interface Trust {
  readonly registries: readonly { readonly name: string; readonly endpoints: readonly string[]; readonly quorum: number }[];
  readonly mirrors: readonly Mirror[];
  readonly maxBlockAge: number;
  readonly maxBlockAhead: number;
}

/** Remembers what was answered: chain answers for ten seconds, public files for good. For many files pass the same. */
export declare class EvidenceCache {
  constructor(clock?: () => number);
  /** Forgets what endpoints answered, and keeps the public files. */
  forgetAnswers(): void;
}

export interface Options {
  /** Unix seconds, now; the clock of this machine where it is left out. */
  now?: number;
  /** Is told the questions of each round of asking. */
  progress?: (questions: string[]) => void;
  cache?: EvidenceCache;
}

/** A trust configuration, or a document in it, that is not what section 12 demands. */
export declare class Malformed extends Error {}

/** Why there is no credential file to judge; `code` is stable. */
export declare class Problem extends Error {
  readonly code:
    | "link_incomplete" | "link_malformed" | "link_private"
    | "share_unknown" | "share_expired" | "share_withdrawn" | "share_sealed" | "busy"
    | "pdf_too_large" | "pdf_encrypted" | "pdf_several_credentials" | "pdf_without_credential";
  readonly detail: string;
}

/** Mirrors may be relative to `base`. Throws Malformed. */
export declare function readTrust(json: string | Uint8Array, base?: string | URL): Trust;

/**
 * Judges the bytes of a credential file. Never throws for what they hold, nor for what endpoints and mirrors do: what
 * cannot be fetched is `cannot_check`. Left to you: to choose the trust, and to show the report's own claims.
 */
export declare function verify(bytes: Uint8Array, trust: Trust, options?: Options): Promise<Report>;

/** The bytes of the credential file attached to a PDF, at most 50 MB. What the PDF looks like says nothing. Throws Problem. */
export declare function credentialIn(pdf: Uint8Array): Promise<Uint8Array>;

/** The credential file behind a proof URL; the key in its fragment is sent nowhere. Throws Problem; TypeError where the host cannot be reached. */
export declare function openProofUrl(
  url: string | URL,
): Promise<{ bytes: Uint8Array; purpose: string | null; expires: string | null }>;

// The metadata of a credential's type, as the verifier reads it: labels and layout of what it has.
import { currentTrust } from "../verifier/configuration.js";
import { verify } from "../verifier/gather.js";

/** What the verifier finds of a file now: `{ report, type }`; the type is null where it cannot be had. */
export const judged = async (bytes) => verify(bytes, await currentTrust(), Math.floor(Date.now() / 1000));

/** The type alone. */
export const typeOf = async (bytes) => (await judged(bytes)).type;

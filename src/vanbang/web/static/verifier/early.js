// What is begun while the larger part of the page is still on its way: the share, and the registries' newest blocks.
import { askHeads } from "./asking.js";
import { evidence, trustAhead } from "./configuration.js";
import { askAhead } from "./network.js";
import { Problem, readLink, sharesElsewhere } from "./share.js";

function linkOf(path, fragment) {
  try {
    return readLink(path, fragment);
  } catch (error) {
    if (error instanceof Problem) return null; // the page will say it
    throw error;
  }
}

/** Begins the check of the share that the page was opened with, if it was with a whole link. */
export function begin(path, fragment) {
  const link = linkOf(path, fragment);
  if (link === null || sharesElsewhere()) return;
  askAhead(`/v1/shares/${link.id}`, { cache: "no-store" });
  trustAhead().then((trust) => askHeads(trust, evidence), () => {}); // a failure is told to who asks for the trust
}

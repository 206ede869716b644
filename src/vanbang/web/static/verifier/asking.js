// Who is asked what: endpoints for the chain, mirrors for public files (sections 12 and 16).
import { base64, hex, sha256 } from "./bytes.js";
import { LIMITS } from "./limits.js";
import { fetchBytes } from "./network.js";
import { askPanel } from "./panel-asking.js";

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

/** The answer to a question of section 17, from `cache` or from outside; `answers` are those already used. */
export function answer(question, trust, answers, cache) {
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

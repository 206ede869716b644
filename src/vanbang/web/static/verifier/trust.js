// A verifier's own configuration of whom it believes (section 12).
import { demand } from "./bytes.js";
import { readRegistryName } from "./manifest.js";
import { members } from "./strict-json.js";

const text = (value) => {
  demand(typeof value === "string" && value !== "", "not a text");
  return value;
};

function seconds(value, otherwise) {
  demand(value === undefined || Number.isInteger(value), "not a number of seconds");
  return value ?? otherwise;
}

/** "finalized", or the depth below the newest block. */
function readFinality(value) {
  if (value === "finalized") return value;
  const depth = members(value, ["depth"]).get("depth");
  demand(Number.isInteger(depth), "not a depth");
  return Object.freeze({ depth });
}

function readTrustedRegistry(value, role) {
  members(value, ["registry", "endpoints"], { optional: ["quorum", "finality"] });
  const endpoints = value.get("endpoints");
  demand(Array.isArray(endpoints) && endpoints.length >= 1, "no endpoints");
  const quorum = value.get("quorum") ?? Math.floor(endpoints.length / 2) + 1;
  demand(Number.isInteger(quorum) && quorum >= 1 && quorum <= endpoints.length, "quorum out of range");
  return Object.freeze({
    ...readRegistryName(value.get("registry")),
    role,
    endpoints: endpoints.map(text),
    quorum,
    finality: readFinality(value.get("finality") ?? "finalized"),
  });
}

/** The trust configuration of strict JSON, read. `registries` is home, then the older ones. Throws Malformed. */
export function readTrust(value) {
  members(value, ["version", "home", "public"], { optional: ["older", "max_block_age", "max_block_ahead"] });
  demand(value.get("version") === 1, "another version");
  const older = value.get("older") ?? [];
  demand(Array.isArray(older) && Array.isArray(value.get("public")), "not a list");
  return Object.freeze({
    registries: [
      readTrustedRegistry(value.get("home"), "home"),
      ...older.map((registry) => readTrustedRegistry(registry, "older")),
    ],
    mirrors: value.get("public").map(text),
    maxBlockAge: seconds(value.get("max_block_age"), 3600),
    maxBlockAhead: seconds(value.get("max_block_ahead"), 900),
  });
}

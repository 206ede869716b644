// A verifier's own configuration of whom it believes (section 12).
import { demand, hex, unhex } from "./bytes.js";
import { readRegistryName } from "./manifest.js";
import { members } from "./strict-json.js";

const text = (value) => {
  demand(typeof value === "string" && value !== "", "not a text");
  return value;
};

const given = (map, name, otherwise) => (map.has(name) ? map.get(name) : otherwise);

function count(value) {
  demand(Number.isInteger(value), "not a number");
  return value;
}

function texts(value) {
  demand(Array.isArray(value), "not a list");
  return value.map(text);
}

/** "finalized", or the depth below the newest block. */
function readFinality(value) {
  if (value === "finalized") return value;
  return Object.freeze({ depth: count(members(value, ["depth"]).get("depth")) });
}

const LOOK = /^https:\/\/[a-z0-9.-]+(:[0-9]{1,5})?\/[!-z|~]*\{\}[!-z|~]*$/;

/** Where people look at a chain: https addresses of an account and of a block, `{}` for the one looked at; or null. */
function readExplorer(value) {
  if (value === null) return null;
  const links = members(value, ["address", "block"]);
  for (const link of links.values()) demand(LOOK.test(text(link)), "not an https address with {}");
  return Object.freeze(Object.fromEntries(links));
}

function readTrustedRegistry(value, role) {
  members(value, ["registry", "endpoints"], { optional: ["quorum", "finality", "explorer"] });
  demand(value.get("explorer") !== null, "not an object");
  const endpoints = texts(value.get("endpoints"));
  demand(new Set(endpoints).size === endpoints.length, "an endpoint named twice would count twice");
  const quorum = count(given(value, "quorum", Math.floor(endpoints.length / 2) + 1));
  demand(quorum >= 1 && quorum <= endpoints.length, "quorum out of range");
  return Object.freeze({
    ...readRegistryName(value.get("registry")),
    role,
    endpoints,
    quorum,
    finality: readFinality(given(value, "finality", "finalized")),
    explorer: readExplorer(given(value, "explorer", null)),
  });
}

/** For each credential type the verifier knows, the hashes of the type metadata it accepts. */
function readTypes(value) {
  demand(value instanceof Map, "not an object");
  return new Map([...value].map(([vct, hashes]) => [vct, texts(hashes).map((hash) => hex(unhex(hash, 32)))]));
}

/** The trust configuration of strict JSON, read. `registries` is home, then the older ones. Throws Malformed. */
export function readTrust(value) {
  members(value, ["version", "home"], { optional: ["older", "public", "max_block_age", "max_block_ahead", "types"] });
  demand(value.get("version") === 1, "another version");
  const older = given(value, "older", []);
  demand(Array.isArray(older), "not a list");
  const registries = [
    readTrustedRegistry(value.get("home"), "home"),
    ...older.map((registry) => readTrustedRegistry(registry, "older")),
  ];
  return Object.freeze({
    registries,
    mirrors: texts(given(value, "public", [])),
    maxBlockAge: count(given(value, "max_block_age", 3600)),
    maxBlockAhead: count(given(value, "max_block_ahead", 900)),
    types: readTypes(given(value, "types", new Map())),
  });
}

// The verdict, who vouches, and the ten checks, from a report (section 14).
import { adviceFor } from "./advice.js";
import { lineFor } from "./card.js";
import { both, el, filled, icon, localDay, localTime } from "./dom.js";
import { CODES, ENDPOINT_STATES, EXPLAINED, OUTCOMES, PAGE, PROBLEMS, STEPS, VERDICTS } from "./messages.js";

const DAY = 86_400_000;
const OLD_DAYS = 30;

/** The code of the first failure, or of the first thing that could not be checked; null of what is valid. */
export function mainCode({ verdict, steps }) {
  const decisive = verdict === "INVALID" ? "fail" : "cannot_check";
  return steps.find(({ outcome, code }) => outcome === decisive && code !== "not_reached")?.code ?? null;
}

/** The one sentence that says why. */
export function mainReason(report) {
  const code = mainCode(report);
  return code === null ? VERDICTS[report.verdict].reason : CODES[code];
}

/** What a problem says, with what it names. */
export const sentenceOf = ({ code, detail }) => filled(PROBLEMS[code], detail);

const joined = (...pairs) => [0, 1].map((i) => pairs.map((pair) => pair[i]).join(" "));
const moment = (sentence) => el("p", { class: "moment" }, both("span", sentence));

/** The home registry's state of the block asked about, else the time of the check. */
function asOf({ as_of: registries, checked_at: checkedAt }) {
  const home = registries.find(({ block_time: time }) => time !== null);
  return moment(home === undefined
    ? joined(PAGE.checkedAt, localTime(checkedAt))
    : joined(PAGE.asOf, localTime(home.block_time)));
}

/** The day of the list the standing was read from, and that it is old where it is. */
function statusAsOf({ status, checked_at: checkedAt }) {
  if (status === null) return null;
  const day = joined(PAGE.statusAsOf, localDay(status.issued_at).map((text) => `${text}.`));
  const days = Math.floor((Date.parse(checkedAt) - Date.parse(status.issued_at)) / DAY);
  return moment(days > OLD_DAYS ? joined(day, filled(PAGE.statusOld, days)) : day);
}

/** The steps that could not be checked, by name. */
function unchecked({ verdict, steps }) {
  const open = steps.filter(({ outcome }) => outcome === "cannot_check").map(({ name }) => STEPS[name]);
  if (verdict !== "UNDETERMINED") return null;
  const names = [0, 1].map((i) => `${open.map((name) => name[i]).join("; ")}.`);
  return both("p", joined(PAGE.uncheckedSteps, names), "unchecked");
}

function meaning(report) {
  const code = mainCode(report);
  const said = VERDICTS[report.verdict].meaning;
  return both("p", code === null ? said : joined(said, adviceFor(code)), "meaning");
}

const plate = (kind, word, ...rest) =>
  el("div", { class: `verdict verdict-${kind}` }, icon(kind), el("div", { class: "words" }, word, ...rest));

const heading = (words) => el("h1", { tabIndex: -1 }, both("span", words));

/** The plate of a report; `type` is the metadata of its credential, or null. */
export function verdictPlate(report, type) {
  const { word } = VERDICTS[report.verdict];
  const why = [both("p", mainReason(report), "reason"), who(report, type), meaning(report), unchecked(report)];
  return plate(report.verdict, heading(word), ...why, asOf(report), statusAsOf(report));
}

/** What stands where the verdict would, when there was nothing to judge. */
export const problemPlate = (problem) =>
  plate("UNDETERMINED", heading(PAGE.unchecked), both("p", sentenceOf(problem), "reason"));

const term = (label, ...values) =>
  el("div", { class: "fact" }, both("dt", label), values.map((value) => el("dd", {}, value)));
const bdi = (className, text) => el("bdi", { class: className }, text);
const pair = (first, second) => el("span", {}, first, " ", second);
const named = ({ code, name }) => pair(bdi("strong", name), bdi("code", code));
const timeTerm = (label, text) => (text ? term(label, both("span", localTime(text))) : null);

/** The names of the institution at a time: that which held then, and the newest if it is another. */
export function namesAt(names, time) {
  const current = names.at(-1);
  const held = ({ since }) => time === undefined || Date.parse(since) <= Date.parse(time);
  const then = names.filter(held).at(-1) ?? current;
  return { then, current: current === then ? undefined : current };
}

/** A valid extract without a name may be anybody's; of a type that is not described it is not known what names. */
const unnamed = (type) => (type === null ? null : both("p", PAGE.nameless, "nameless strong"));

/** In the plate of a valid credential: whose it is, and the institution by the name the registry has. */
function who({ verdict, credential, anchor, names }, type) {
  const { then } = namesAt(names, anchor?.time);
  if (verdict !== "VALID" || then === undefined) return null;
  const [holder, title] = ["name", "title"].map((kind) => lineFor(kind, credential.claims, type));
  const line = (label, value) => el("p", { class: "who" }, both("span", label, "soft"), value);
  return [
    holder === "" ? unnamed(type) : line(PAGE.holder, pair(bdi("strong", holder), bdi("soft", title))),
    line(PAGE.vouchers, named(then)),
  ];
}

/** Nobody vouches for what is not valid: then the panel only says whose batch it is. */
function vouchers({ verdict, credential, anchor, names, endorsers }) {
  const { then, current } = namesAt(names, anchor?.time);
  if (anchor === null || then === undefined) return null;
  const officers = endorsers.map(({ name, title }) => pair(bdi("strong", name), bdi("soft", title)));
  const valid = verdict === "VALID";
  return el("section", { class: "panel vouchers" }, both("h2", valid ? PAGE.vouchers : PAGE.batchOwner), el("dl", {},
    term(PAGE.institution, named(then), bdi("code", credential.issuer)),
    current === undefined ? null : term(PAGE.nowCalled, named(current)),
    officers.length === 0 || !valid ? null : term(PAGE.endorsers, ...officers)));
}

/** A text that leads to the chain's explorer, where the configuration names one. */
function looked(link, value, text) {
  const shown = bdi("code", text);
  if (link === undefined) return shown;
  const href = link.replace("{}", () => value);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, shown, el("span", { "aria-hidden": "true" }, " ↗"));
}

function registryTerms({ registry, block, block_hash: hash, endpoints }, anchor, explorers) {
  const { address, block: blockLink } = explorers.get(registry) ?? {};
  const asked = endpoints.map(({ url, state }) => pair(bdi("code", url), both("span", ENDPOINT_STATES[state])));
  const holds = anchor?.registry === registry;
  const note = address === undefined ? [] : [both("span", PAGE.explorer, "soft look")];
  return [
    term(PAGE.registry, looked(address, registry.split(":")[2], registry), ...note),
    holds ? term(PAGE.anchorBlock, looked(blockLink, anchor.block, String(anchor.block))) : null,
    block === null ? null : term(PAGE.block, looked(blockLink, block, `${block} · ${hash}`)),
    term(PAGE.endpoints, ...asked),
  ];
}

function evidence({ credential, anchor, status, as_of: registries }, explorers) {
  const batch = credential?.batch ?? null;
  if (batch === null) return null;
  return el("section", { class: "panel evidence" }, both("h2", PAGE.evidence), el("dl", {},
    timeTerm(PAGE.anchoredAt, anchor?.time),
    timeTerm(PAGE.sealedAt, batch.sealed_at),
    timeTerm(PAGE.statusAt, status?.issued_at),
    term(PAGE.batchSize, el("span", {}, String(batch.tree_size))),
    registries.flatMap((each) => registryTerms(each, anchor, explorers))));
}

function step({ step: number, name, outcome, code }) {
  const summary = el("summary", {},
    icon(outcome),
    el("span", { class: "number" }, `${number}.`),
    both("span", STEPS[name], "name"),
    both("span", OUTCOMES[outcome], `outcome outcome-${outcome}`));
  const reason = [
    both("p", CODES[code], "strong"),
    both("p", EXPLAINED[name]),
    el("p", { class: "code" }, `${outcome} · ${code}`),
  ];
  return el("li", {}, el("details", { open: outcome === "fail" }, summary, reason));
}

const steps = (report) =>
  el("section", { class: "panel steps" }, both("h2", PAGE.steps), el("ol", {}, report.steps.map(step)));

/** The panels beneath the verdict and beside the diploma; `trust` knows where people look at a chain. */
export function panels(report, trust) {
  const explorers = new Map(trust.registries.map(({ name, explorer }) => [name, explorer]));
  return [vouchers(report), evidence(report, explorers), steps(report)].filter((panel) => panel !== null);
}

// The verdict, who vouches, and the ten checks, from a report (section 14).
import { both, el, icon, localTime } from "./dom.js";
import { CODES, ENDPOINT_STATES, OUTCOMES, PAGE, STEPS, VERDICTS } from "./messages.js";

/** The one sentence that says why: that of the first failure, or of the first thing that could not be checked. */
export function mainReason({ verdict, steps }) {
  const decisive = verdict === "INVALID" ? "fail" : "cannot_check";
  const found = steps.find(({ outcome, code }) => outcome === decisive && code !== "not_reached");
  return verdict === "VALID" || found === undefined ? VERDICTS[verdict].reason : CODES[found.code];
}

function moment(label, text) {
  const [vi, en] = localTime(text);
  return el("p", { class: "moment" }, both("span", [`${label[0]} ${vi}`, `${label[1]} ${en}`]));
}

/** The home registry's state of the block asked about, else the time of the check. */
function asOf({ as_of: registries, checked_at: checkedAt }) {
  const home = registries.find(({ block_time: time }) => time !== null);
  return home === undefined ? moment(PAGE.checkedAt, checkedAt) : moment(PAGE.asOf, home.block_time);
}

const plate = (kind, word, ...rest) =>
  el("div", { class: `verdict verdict-${kind}` }, icon(kind), el("div", { class: "words" }, word, ...rest));

const heading = (words) => el("h1", { tabIndex: -1 }, both("span", words));

export function verdictPlate(report) {
  const { word, meaning } = VERDICTS[report.verdict];
  const why = [both("p", mainReason(report), "reason"), both("p", meaning, "meaning")];
  return plate(report.verdict, heading(word), ...why, asOf(report));
}

/** What stands where the verdict would, when there was nothing to judge. */
export const problemPlate = (sentence) => plate("UNDETERMINED", heading(PAGE.unchecked), both("p", sentence, "reason"));

const term = (label, ...values) =>
  el("div", { class: "fact" }, both("dt", label), values.map((value) => el("dd", {}, value)));
const bdi = (className, text) => el("bdi", { class: className }, text);
const pair = (first, second) => el("span", {}, first, " ", second);
const timeTerm = (label, text) => (text ? term(label, both("span", localTime(text))) : null);

/** The names of the institution at a time: that which held then, and the newest if it is another. */
function namesAt(names, time) {
  const current = names.at(-1);
  const held = ({ since }) => time === undefined || Date.parse(since) <= Date.parse(time);
  const then = names.filter(held).at(-1) ?? current;
  return { then, current: current === then ? undefined : current };
}

/** Nobody vouches for what is not valid: then the panel only says whose batch it is. */
function vouchers({ verdict, credential, anchor, names, endorsers }) {
  const { then, current } = namesAt(names, anchor?.time);
  const named = ({ code, name }) => pair(bdi("strong", name), bdi("code", code));
  if (anchor === null || then === undefined) return null;
  const officers = endorsers.map(({ name, title }) => pair(bdi("strong", name), bdi("soft", title)));
  const valid = verdict === "VALID";
  return el("section", { class: "panel" }, both("h2", valid ? PAGE.vouchers : PAGE.batchOwner), el("dl", {},
    term(PAGE.institution, named(then), bdi("code", credential.issuer)),
    current === undefined ? null : term(PAGE.nowCalled, named(current)),
    officers.length === 0 || !valid ? null : term(PAGE.endorsers, ...officers)));
}

function registryTerms({ registry, block, block_hash: hash, endpoints }) {
  const asked = endpoints.map(({ url, state }) => pair(bdi("code", url), both("span", ENDPOINT_STATES[state])));
  return [
    term(PAGE.registry, bdi("code", registry)),
    block === null ? null : term(PAGE.block, bdi("code", `${block} · ${hash}`)),
    term(PAGE.endpoints, ...asked),
  ];
}

function evidence({ credential, anchor, status, as_of: registries }) {
  const batch = credential?.batch ?? null;
  if (batch === null) return null;
  return el("section", { class: "panel" }, both("h2", PAGE.evidence), el("dl", {},
    timeTerm(PAGE.anchoredAt, anchor?.time),
    timeTerm(PAGE.sealedAt, batch.sealed_at),
    timeTerm(PAGE.statusAt, status?.issued_at),
    term(PAGE.batchSize, el("span", {}, String(batch.tree_size))),
    registries.flatMap(registryTerms)));
}

function step({ step: number, name, outcome, code }) {
  const summary = el("summary", {},
    icon(outcome),
    el("span", { class: "number" }, `${number}.`),
    both("span", STEPS[name], "name"),
    both("span", OUTCOMES[outcome], `outcome outcome-${outcome}`));
  const reason = [both("p", CODES[code]), el("p", { class: "code" }, `${outcome} · ${code}`)];
  return el("li", {}, el("details", { open: outcome === "fail" }, summary, reason));
}

const steps = (report) =>
  el("section", { class: "panel steps" }, both("h2", PAGE.steps), el("ol", {}, report.steps.map(step)));

/** The panels beneath the verdict and beside the diploma. */
export const panels = (report) => [vouchers(report), evidence(report), steps(report)].filter((panel) => panel !== null);

// What the holder says is wrong in a diploma, and what the institution answers.
import { inBoth } from "../verifier/card.js";
import { both, el, localTime } from "../verifier/dom.js";
import { pieces } from "../verifier/extract.js";
import { typeOf } from "./types.js";
import { button, say, sentenceOf } from "./view.js";
import { CORRECTION_STATES, PAGE } from "./words.js";

const LONGEST = 1000;
let last = 0;

function labelled(words, field) {
  last += 1;
  field.id = `field-${last}`;
  const label = both("label", words);
  label.htmlFor = field.id;
  return [label, field];
}

const asked = ({ claim, state, asked_at: at, question, answer }, names) =>
  el("li", { class: "share" },
    el("p", { class: "strong" }, both("span", names.get(claim) ?? [claim, claim]), " · ", both("span", CORRECTION_STATES[state])),
    el("p", { class: "soft" }, both("span", localTime(at))),
    question === null ? null : el("p", {}, el("bdi", {}, question)),
    answer === null ? null : el("p", {}, both("span", PAGE.answer, "strong"), ": ", el("bdi", {}, answer)));

/** Claim names with their labels, of what the diploma holds. */
async function namesOf(api, item) {
  const bytes = await api.bytes(`holder/credentials/${item.id}/file`);
  const found = await pieces(bytes, await typeOf(bytes));
  return new Map(found.map(({ path, label }) => [path[0], inBoth(label, path[0])]));
}

function form(api, item, names, reload) {
  const claim = el("select", {}, [...names].map(([name, [vi, en]]) => el("option", { value: name }, vi === en ? vi : `${vi} / ${en}`)));
  const words = el("textarea", { rows: 4, maxLength: LONGEST, required: true });
  const send = async () => {
    const text = words.value.replace(/\s+/g, " ").trim();
    if (!words.reportValidity() || text === "") return;
    await api.change("POST", "holder/corrections", { credential: item.id, claim: claim.value, words: text });
    words.value = "";
    await reload();
    say(PAGE.sent);
  };
  return el("div", { class: "form" }, labelled(PAGE.whichClaim, claim), labelled(PAGE.whatIsWrong, words),
    el("p", { class: "actions" }, button(PAGE.send, send, { done: PAGE.sent })));
}

/** The corrections of one diploma, with a form that opens when it is wanted. */
export function correctionList(api, item) {
  const list = el("ul", { class: "shares" });
  const names = new Map();
  const name = async () => {
    if (names.size === 0) (await namesOf(api, item)).forEach((label, claim) => names.set(claim, label));
  };
  const load = async () => {
    const { items } = await api.read("holder/corrections");
    const own = items.filter(({ credential }) => credential === item.id).reverse();
    if (own.length > 0) await name().catch(() => {}); // of an erased diploma the names of its claims are gone too
    list.replaceChildren(...own.map((correction) => asked(correction, names)));
  };
  const details = el("details", {}, el("summary", {}, both("span", PAGE.askCorrection)));
  details.addEventListener("toggle", async () => {
    if (!details.open || details.childElementCount > 1) return;
    try {
      await name();
      details.append(form(api, item, names, load));
      await load();
    } catch (error) {
      say(sentenceOf(error));
    }
  });
  return { node: el("section", {}, both("h3", PAGE.corrections), list, details), reload: load };
}

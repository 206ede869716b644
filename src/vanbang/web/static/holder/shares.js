// The shares of one diploma: what each is for, until when, how often it was opened, and the end of it.
import { both, el, localTime } from "../verifier/dom.js";
import { say, button, sentenceOf } from "./view.js";
import { NO_PURPOSE, PAGE, PURPOSES, SHARE_STATES } from "./words.js";

const term = (label, ...values) => el("div", { class: "fact" }, both("dt", label), el("dd", {}, values));
const timeOf = (text) => both("span", localTime(text));

function opening({ at, visitor }) {
  return el("li", {}, timeOf(at), " — ", visitor === null ? both("span", PAGE.unnamed, "soft") : el("bdi", { class: "strong" }, visitor));
}

/** The times of a share's openings, asked for when a person wants to see them. */
function history(api, share) {
  if (share.openings === 0) return null;
  const list = el("ul", { class: "openings" });
  const details = el("details", {}, el("summary", {}, both("span", PAGE.history)), list, both("p", PAGE.historyNote, "soft"));
  details.addEventListener("toggle", async () => {
    if (!details.open || list.childElementCount > 0) return;
    try {
      const { items } = await api.read(`holder/shares/${share.id}/openings`);
      list.replaceChildren(...items.map(opening));
    } catch (error) {
      say(sentenceOf(error));
    }
  });
  return details;
}

function ending(api, share, reload) {
  if (share.state !== "OPEN") return null;
  const withdraw = async () => {
    await api.change("DELETE", `holder/shares/${share.id}`);
    await reload();
  };
  const sure = button(PAGE.withdrawSure, withdraw, { className: "button danger", done: PAGE.withdrawn });
  sure.hidden = true;
  const first = el("button", { class: "button", type: "button" }, both("span", PAGE.withdraw));
  first.addEventListener("click", () => {
    first.hidden = true;
    sure.hidden = false;
    sure.focus();
  });
  return el("p", { class: "actions" }, first, sure);
}

function shown(api, share, reload) {
  const { purpose, state, made_by: maker, created_at: made, expires_at: until, openings, last_opened_at: last } = share;
  return el("li", { class: `share share-${state}` },
    el("p", { class: "strong" }, both("span", purpose === null ? NO_PURPOSE : PURPOSES[purpose]), " · ", both("span", SHARE_STATES[state])),
    maker === "registrar" ? both("p", PAGE.madeBy, "soft") : null,
    el("dl", { class: "facts" },
      term(PAGE.madeAt, timeOf(made)),
      term(PAGE.until, until === null ? both("span", PAGE.forEver) : timeOf(until)),
      term(PAGE.openings, String(openings)),
      last === null ? null : term(PAGE.lastOpened, timeOf(last))),
    history(api, share),
    ending(api, share, reload));
}

/** The list, which loads itself again after a change. */
export function shareList(api, credential) {
  const list = el("ul", { class: "shares" });
  const reload = async () => {
    const { items } = await api.read(`holder/credentials/${credential}/shares`);
    const nodes = items.reverse().map((share) => shown(api, share, reload));
    list.replaceChildren(...(nodes.length > 0 ? nodes : [el("li", {}, both("p", PAGE.noShares, "soft"))]));
  };
  const node = el("section", {}, both("h3", PAGE.shares), list);
  return { node, reload };
}

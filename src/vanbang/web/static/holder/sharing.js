// Making a share: what is shown is chosen, looked at as the other person will see it, and only then made.
import { diplomaCard } from "../verifier/card.js";
import { both, el } from "../verifier/dom.js";
import { extract, pieces } from "../verifier/extract.js";
import { shareNotice } from "../verifier/notices.js";
import { verdictPlate } from "../verifier/result.js";
import { picking } from "./picking.js";
import { qrPicture } from "./picture.js";
import { proofUrl, sealed } from "./sealing.js";
import { judged } from "./types.js";
import { button, choice, say, show } from "./view.js";
import { NO_PURPOSE, PAGE, PURPOSES, SHARING, TIMES } from "./words.js";

const DAY = 86_400_000;

/** Keeps a share of these bytes on the server, which gets the ciphertext only: `{ id, key }`. Throws Refusal. */
export async function keep(api, credential, bytes, purpose, days) {
  const { id, key, ciphertext } = await sealed(bytes);
  const told = { id, ciphertext, purpose, days };
  await api.change("POST", `holder/credentials/${credential}/shares`, told, id);
  return { id, key };
}

function ready(share, home) {
  const url = proofUrl(share);
  const field = el("input", { id: "proof-url", type: "text", readOnly: true, value: url });
  field.addEventListener("focus", () => field.select());
  const label = both("label", SHARING.link);
  label.htmlFor = field.id;
  const copied = async () => {
    await navigator.clipboard.writeText(url).catch(() => { field.select(); document.execCommand("copy"); });
  };
  show(SHARING.done,
    both("p", SHARING.once, "notice"),
    el("div", { class: "panel" }, label, el("div", { class: "line-in" }, field, button(SHARING.copy, copied, { done: SHARING.copied }))),
    el("figure", { class: "panel qr" }, qrPicture(url, SHARING.qr.join(" / ")), both("figcaption", SHARING.qr)),
    el("p", { class: "actions" }, button(SHARING.finish, home)));
}

async function preview(context, bytes, { purpose, days }) {
  const { api, item, home, again } = context;
  const { report, type } = await judged(bytes);
  const make = async () => ready(await keep(api, item.id, bytes, purpose, days), home);
  const expires = days === null ? null : new Date(Date.now() + days * DAY).toISOString();
  show(SHARING.exactly,
    both("p", SHARING.notYet, "notice"),
    verdictPlate(report), shareNotice({ purpose, expires }), diplomaCard(report, type),
    el("p", { class: "actions" }, button(SHARING.make, make, { className: "button main" }), button(SHARING.change, again)));
}

/** The first step: boxes, purpose and time. `home` leads back to where all diplomas are. */
export async function begin(api, item, home) {
  const bytes = await api.bytes(`holder/credentials/${item.id}/file`);
  const { type } = await judged(bytes);
  const picked = picking(await pieces(bytes, type), type);
  const purpose = choice(SHARING.purpose, [[null, NO_PURPOSE], ...Object.entries(PURPOSES)]);
  const time = choice(SHARING.time, TIMES);
  const forward = async () => {
    if (picked.kept.length === 0) return;
    const chosen = { purpose: purpose.value, days: time.value };
    await preview({ api, item, home, again: first }, await extract(bytes, picked.kept), chosen);
  };
  const first = () => {
    show(SHARING.pick, both("p", [`${item.title_vi} · ${item.serial}`, item.title_en], "strong"), picked.node,
      purpose.node, time.node, both("p", SHARING.linked, "soft"),
      el("p", { class: "actions" }, button(SHARING.preview, forward, { className: "button main" }), button(PAGE.back, home)));
    say(null);
  };
  first();
}

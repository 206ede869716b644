// The holder's page: everything behind a private link.
import { both, el, localTime } from "../verifier/dom.js";
import { Api, bearerOf, readLink } from "./api.js";
import { correctionList } from "./corrections.js";
import { shareList } from "./shares.js";
import { begin, keep } from "./sharing.js";
import { button, save, say, sentenceOf, show } from "./view.js";
import { CHANGES, PAGE, STANDINGS } from "./words.js";

const FILE = "application/vanbang+json";
const PDF = "application/pdf";

function standingOf({ serial, state, status }) {
  if (serial === null) return "erased";
  return state === "FINAL" || status !== "valid" ? status : "waiting";
}

const fileName = (item, ending) => `${item.issuer}-${item.serial}`.replace(/[^\p{L}\p{N}._-]+/gu, "-") + ending;
const fileOf = (api, item) => api.bytes(`holder/credentials/${item.id}/file`);

/** The PDF of a whole diploma: a share of its own, whose key the server sees while it prints, and does not keep. */
async function printed(api, item) {
  const { id, key } = await keep(api, item.id, await fileOf(api, item), null, null);
  save(await api.put(`holder/shares/${id}/pdf`, { key }), PDF, fileName(item, ".pdf"));
}

function actionsOf(api, item, home, shares) {
  const download = async () => save(await fileOf(api, item), FILE, fileName(item, ".vanbang.json"));
  const print = async () => {
    await printed(api, item);
    await shares.reload();
  };
  return el("p", { class: "actions" },
    button(PAGE.share, () => begin(api, item, home), { className: "button main" }),
    button(PAGE.file, download), button(PAGE.pdf, print));
}

const fact = (label, value) => el("div", { class: "fact" }, both("dt", label), el("dd", {}, value));

/** What was done to the diploma's standing, why, and by which decision: what no public list says. */
function changesOf({ changes }) {
  if (changes.length === 0) return null;
  const lines = changes.map(({ status, reason_vi, reason_en, decision, approved_at }) =>
    el("li", {}, both("span", CHANGES[status], "strong"), ": ", both("span", [reason_vi, reason_en]), ". ",
      both("span", PAGE.decision), " ", el("bdi", {}, decision), ", ", both("span", localTime(approved_at))));
  return el("section", { class: "changes" }, el("h3", {}, both("span", PAGE.changes)), el("ul", {}, lines));
}

function diploma(api, item, home) {
  const standing = standingOf(item);
  const shares = shareList(api, item.id);
  const corrections = correctionList(api, item);
  const loaded = [shares, corrections].map((list) => list.reload().catch((error) => say(sentenceOf(error))));
  const node = el("article", { class: "panel held" },
    el("h2", {}, both("span", [item.title_vi, item.title_en])),
    el("dl", { class: "facts" },
      fact(PAGE.issuer, el("bdi", {}, item.issuer_name)),
      item.serial === null ? null : fact(PAGE.serial, el("bdi", {}, item.serial)),
      fact(PAGE.standing, both("span", STANDINGS[standing], `standing standing-${standing}`))),
    changesOf(item),
    standing === "erased" ? null : actionsOf(api, item, home, shares),
    standing === "erased" ? null : both("p", PAGE.pdfNote, "soft small"),
    shares.node, standing === "erased" ? null : corrections.node);
  return { node, loaded: Promise.all(loaded) };
}

async function home(api) {
  const { credentials } = await api.read("holder");
  const items = credentials.map((item) => diploma(api, item, () => home(api)));
  await Promise.all(items.map(({ loaded }) => loaded));
  const list = items.map(({ node }) => node);
  show(PAGE.mine, both("p", PAGE.secret, "notice"), ...(list.length > 0 ? list : [both("p", PAGE.nothing)]));
  say(null);
}

/** Opens the page at a private link: its path, and the fragment that was taken out of the address. */
export async function start(path, fragment) {
  document.body.dataset.state = "loading";
  say(PAGE.loading);
  try {
    await home(new Api(await bearerOf(readLink(path, fragment))));
  } catch (error) {
    show(PAGE.mine, both("p", sentenceOf(error), "notice problem"));
    say(sentenceOf(error));
  }
}

// The page's course: a link or a file, the check, the result.
import { Malformed } from "./bytes.js";
import { diplomaCard } from "./card.js";
import { both, el } from "./dom.js";
import { StatusError, fetchBytes, verify } from "./gather.js";
import { LIMITS } from "./limits.js";
import { PAGE, PROBLEMS, PROGRESS, VERDICTS } from "./messages.js";
import { mainReason, panels, problemPlate, verdictPlate } from "./result.js";
import { Problem, decrypt, readLink } from "./share.js";
import { parse } from "./strict-json.js";
import { readTrust } from "./trust.js";

const SEALED_BYTES = LIMITS.credentialBytes + 28;
const region = (id) => document.getElementById(id);

// A newer link or file supersedes the one in progress, whose result must not appear any more.
let run = 0;

function show(state, plate, ...rest) {
  document.body.dataset.state = state;
  region("verdict").replaceChildren(plate);
  region("evidence").replaceChildren(...rest);
}

function announce([vi, en]) {
  region("progress").replaceChildren(both("span", [vi, en]));
}

function working(sentence) {
  if (document.body.dataset.state !== "working") {
    show("working", el("div", { class: "verdict verdict-working" }, el("span", { class: "spinner" })));
  }
  announce(sentence);
}

function settle(state, plate, sentence, ...rest) {
  show(state, plate, ...rest);
  announce(sentence);
  region("verdict").querySelector("h1").focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

function actions(bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/vanbang+json" }));
  const save = el("a", { class: "button", href: address, download: "van-bang.vanbang.json" }, both("span", PAGE.save));
  const print = el("button", { class: "button", type: "button" }, both("span", PAGE.print));
  print.addEventListener("click", () => window.print());
  return el("p", { class: "actions" }, save, print);
}

function showResult({ report, type }, bytes) {
  const card = diplomaCard(report, type);
  const { word } = VERDICTS[report.verdict];
  const reason = mainReason(report);
  const spoken = word.map((each, i) => `${each}. ${reason[i]}`);
  const column = el("div", { class: "column" }, panels(report));
  const below = [card, column, actions(bytes)].filter((each) => each !== null);
  settle(card === null ? "done" : "done-card", verdictPlate(report), spoken, ...below);
}

function problemOf(error) {
  if (error instanceof Problem) return error.code;
  const network = error instanceof StatusError || error instanceof TypeError || error.name === "TimeoutError";
  return network ? "unreachable" : "unexpected";
}

/** Runs one check to its end; whatever goes wrong ends in a plain sentence. */
async function attempt(check) {
  run += 1;
  const mine = run;
  const current = () => run === mine;
  try {
    await check(current);
  } catch (error) {
    const sentence = PROBLEMS[problemOf(error)];
    if (current()) settle("done", problemPlate(sentence), sentence);
  }
}

/** The trust configuration of this page's own server; addresses in it may be relative to it. */
async function fetchTrust() {
  const bytes = await fetchBytes("/trust.json", LIMITS.credentialBytes, { cache: "no-cache" });
  try {
    const trust = readTrust(parse(bytes));
    return { ...trust, mirrors: trust.mirrors.map((mirror) => new URL(mirror, location.origin).href) };
  } catch (error) {
    throw error instanceof Malformed ? new Problem("trust_unusable") : error;
  }
}

async function fetchShare(link) {
  try {
    return await decrypt(link, await fetchBytes(`/v1/shares/${link.id}`, SEALED_BYTES, { cache: "no-store" }));
  } catch (error) {
    throw error instanceof StatusError && error.status < 500 ? new Problem("share_unknown") : error;
  }
}

function progressOf(questions) {
  const kinds = questions.map((question) => question.split(" ")[0]);
  return PROGRESS[kinds.find((kind) => kind in PROGRESS) ?? "opening"];
}

async function judgeAndShow(bytes, current) {
  const tell = (questions) => current() && working(progressOf(questions));
  const found = await verify(bytes, await fetchTrust(), Math.floor(Date.now() / 1000), tell);
  if (current()) showResult(found, bytes);
}

const openLink = (fragment) =>
  attempt(async (current) => {
    const link = readLink(location.pathname, fragment);
    if (link === null) {
      document.body.dataset.state = "idle";
      return;
    }
    working(PROGRESS.opening);
    await judgeAndShow(await fetchShare(link), current);
  });

/** A file's bytes; of one over the limit, just enough to see that it is. */
async function readFile(file) {
  try {
    return new Uint8Array(await file.slice(0, LIMITS.credentialBytes + 1).arrayBuffer());
  } catch {
    throw new Problem("unreadable");
  }
}

const openFile = (file) =>
  attempt(async (current) => {
    working(PROGRESS.opening);
    await judgeAndShow(await readFile(file), current);
  });

function takeFiles() {
  const input = region("file");
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (file !== undefined) openFile(file);
    input.value = "";
  });
  if (input.files.length > 0) input.dispatchEvent(new Event("change"));
  const over = (event, on) => {
    event.preventDefault();
    region("drop").classList.toggle("over", on);
  };
  addEventListener("dragover", (event) => over(event, true));
  addEventListener("dragleave", (event) => over(event, false));
  addEventListener("drop", (event) => {
    over(event, false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) openFile(file);
  });
}

/** Starts the page with the fragment it was opened with; `takeFragment` takes that of a link opened later. */
export function start(fragment, takeFragment) {
  addEventListener("hashchange", () => {
    const later = takeFragment();
    if (later !== "") openLink(later);
  });
  openLink(fragment);
  takeFiles();
}

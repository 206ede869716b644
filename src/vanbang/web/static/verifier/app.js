// The page's course: a link, a file or many of them, the check, the result.
import { diplomaCard } from "./card.js";
import { evidence } from "./configuration.js";
import { both, el, localTime } from "./dom.js";
import { verify } from "./gather.js";
import { startLanguage } from "./language.js";
import { ManyPlate, ResultTable, checkEach } from "./many.js";
import { MANY, PAGE, PROGRESS, VERDICTS } from "./messages.js";
import { pdfNotice, shareNotice } from "./notices.js";
import { mainReason, panels, problemPlate, sentenceOf, verdictPlate } from "./result.js";
import { readLink, readPasted } from "./share.js";
import { fetchShare, fetchTrust, problemOf, readDiploma } from "./sources.js";
import { announce, region, rest, settle, working } from "./stage.js";
import { visitorBox } from "./visitor.js";

// A page that is a file of its own: no server stands behind it, and the links it is given may lead anywhere.
const alone = location.protocol === "file:";

// Milliseconds between two changes to a table that fills.
const REFRESH = 200;

// A newer link or file supersedes the one in progress, whose result must not appear any more.
let run = 0;

function button(words, act, properties = {}) {
  const made = el("button", { class: "button", type: "button", ...properties }, both("span", words));
  made.addEventListener("click", () => act(made));
  return made;
}

function save(bytes, name, type) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const actions = (bytes) =>
  el("p", { class: "actions" },
    button(PAGE.save, () => save(bytes, "van-bang.vanbang.json", "application/vanbang+json")),
    button(PAGE.print, () => window.print()));

/** Shows a report: `above` stands over the verdict, `notice` over the diploma, `below` under all of it. */
function showResult({ report, type, trust }, bytes, { above = null, notice = null, below = null } = {}) {
  const card = diplomaCard(report, type);
  const reason = mainReason(report);
  const spoken = VERDICTS[report.verdict].word.map((each, i) => `${each}. ${reason[i]}`);
  const facts = el("div", { class: "column" }, notice, card, actions(bytes), below);
  const proof = el("div", { class: "column" }, panels(report, trust));
  settle(card === null ? "done" : "done-card", el("div", {}, above, verdictPlate(report, type)), spoken, facts, proof);
}

function showProblem(problem, above = null) {
  settle("done", el("div", {}, above, problemPlate(problem)), sentenceOf(problem));
}

/** Runs one check to its end; whatever goes wrong ends in a plain sentence. */
async function attempt(check) {
  run += 1;
  const mine = run;
  const current = () => run === mine;
  try {
    await check(current);
  } catch (error) {
    if (current()) showProblem(problemOf(error));
  }
}

function progressOf(questions) {
  const kinds = questions.map((question) => question.split(" ")[0]);
  return PROGRESS[kinds.find((kind) => kind in PROGRESS) ?? "opening"];
}

const now = () => Math.floor(Date.now() / 1000);

async function judged(bytes, current) {
  const trust = await fetchTrust();
  const tell = (questions) => current() && working(progressOf(questions));
  return { ...(await verify(bytes, trust, now(), tell, evidence)), trust };
}

async function openShare(link, current) {
  working(PROGRESS.opening);
  const share = await fetchShare(link);
  const found = await judged(share.bytes, current);
  const below = alone ? null : visitorBox(link.id);
  if (current()) showResult(found, share.bytes, { notice: shareNotice(share), below });
}

const openLink = (fragment) =>
  attempt(async (current) => {
    const link = readLink(location.pathname, fragment);
    if (link === null) rest();
    else await openShare(link, current);
  });

const openPasted = (text) =>
  attempt(async (current) => openShare(readPasted(text, alone ? null : location.origin), current));

const openFile = (file) =>
  attempt(async (current) => {
    working(PROGRESS.opening);
    const { bytes, pdf } = await readDiploma(file);
    const found = await judged(bytes, current);
    if (current()) showResult(found, bytes, { notice: pdf ? pdfNotice() : null });
  });

/** One of many: a fault of its own is its result, and stops no other. */
async function checkOne(file, number, trust) {
  try {
    const { bytes, pdf } = await readDiploma(file);
    return { number, file, pdf, ...(await verify(bytes, trust, now(), () => {}, evidence)) };
  } catch (error) {
    return { number, file, problem: problemOf(error) };
  }
}

/** Shows a row of the table whole, with the way back. */
async function openRow(result, trust, goBack) {
  const above = button(MANY.back, goBack, { class: "button back" });
  try {
    if (result.problem !== undefined) throw result.problem;
    const { bytes } = await readDiploma(result.file);
    showResult({ ...result, trust }, bytes, { above, notice: result.pdf ? pdfNotice() : null });
  } catch (error) {
    showProblem(problemOf(error), above);
  }
}

/** The table of many files while it fills, which a row's own result may cover for a time. */
class Many {
  constructor(files, trust) {
    this.trust = trust;
    this.state = "many-working";
    this.covered = false;
    this.waiting = [];
    this.plate = new ManyPlate(files.length);
    this.table = new ResultTable((result, name) => this.cover(result, name));
    this.csv = button(MANY.csv, () => save(this.table.csv(), "ket-qua.csv", "text/csv"), { disabled: true });
  }

  show() {
    const { plate, csv, table } = this;
    this.covered = false;
    settle(this.state, plate.element, plate.sentence, el("p", { class: "actions" }, csv), table.element);
  }

  cover(result, name) {
    this.covered = true;
    openRow(result, this.trust, () => {
      this.show();
      name.focus();
    });
  }

  /** Results go into the page together, a few times a second: each time the whole table is laid out anew. */
  add(result) {
    if (this.waiting.length === 0) setTimeout(() => this.write(), REFRESH);
    this.waiting.push(result);
  }

  write() {
    const results = this.waiting.splice(0);
    this.table.add(results);
    this.plate.add(results);
  }

  end() {
    this.write();
    this.state = "many";
    this.csv.disabled = false;
    if (this.covered) return;
    document.body.dataset.state = this.state;
    announce(this.plate.sentence);
  }
}

const openMany = (files) =>
  attempt(async (current) => {
    working(PROGRESS.opening);
    const trust = await fetchTrust();
    if (!current()) return;
    const many = new Many(files, trust);
    many.show();
    await checkEach(files, (file, number) => checkOne(file, number, trust), (result) => many.add(result), current);
    if (current()) many.end();
  });

function open(list) {
  const files = [...list];
  if (files.length > 1) openMany(files);
  else if (files.length === 1) openFile(files[0]);
}

function takeFiles() {
  const input = region("file");
  input.addEventListener("change", () => {
    open(input.files);
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
    open(event.dataTransfer.files);
  });
}

/** A pasted link has a secret in it: it is taken out of the page at once. */
function takePasted() {
  const input = region("link");
  region("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value;
    input.value = "";
    openPasted(text);
  });
}

/** Starts the page with the fragment it was opened with; `takeFragment` takes that of a link opened later. */
export function start(fragment, takeFragment) {
  startLanguage();
  addEventListener("hashchange", () => {
    const later = takeFragment();
    if (later !== "") openLink(later);
  });
  openLink(fragment);
  setTimeout(() => localTime("2026-01-01T00:00:00Z")); // the first takes a slow telephone long: now it waits anyway
  takeFiles();
  takePasted();
}

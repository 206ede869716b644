// Many files at once: each checked in turn, and the table of what came out.
import { briefOf, csvOf } from "./brief.js";
import { both, el, filled, icon } from "./dom.js";
import { COLUMNS, MANY, VERDICTS } from "./messages.js";

const LANES = 4;
const WORST_FIRST = ["INVALID", "NOT_READ", "UNDETERMINED", "VALID"];
const SHOWN = ["file", "verdict", "holder", "what", "classification", "reason"];
const HEADS = { ...COLUMNS, reason: ["Lý do", "reason"] };

const sentenceCase = ([vi, en]) => [vi, en.charAt(0).toUpperCase() + en.slice(1)];
const wordOf = (verdict) => (verdict === "NOT_READ" ? MANY.notRead : VERDICTS[verdict].word);
const iconOf = (verdict) => icon(verdict === "NOT_READ" ? "not_applicable" : verdict);
const nextTurn = () => new Promise((resolve) => setTimeout(resolve));

/** Runs `check(file, number)` for every file, a few at a time, and tells each result; stops where `current()` is false. */
export async function checkEach(files, check, tell, current) {
  const waiting = files.entries();
  const lane = async () => {
    for (const [i, file] of waiting) {
      await nextTurn(); // the page stays alive between two files
      const result = await check(file, i + 1);
      if (!current()) return;
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

const KEYS = { verdict: ({ verdict }) => WORST_FIRST.indexOf(verdict), reason: ({ reasonVi }) => reasonVi };
const compare = (a, b) => (typeof a === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? ""), "vi"));

/** The table of results as they come; `open(result, button)` shows one of them whole. */
export class ResultTable {
  constructor(open) {
    this.open = open;
    this.lines = [];
    this.body = el("tbody", { role: "rowgroup" });
    this.heads = SHOWN.map((name) => this.head(name));
    const head = el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, this.heads));
    const table = el("table", { role: "table", "aria-label": MANY.results.join(" / ") }, head, this.body);
    this.element = el("div", { class: "panel many" }, table);
  }

  head(name) {
    const button = el("button", { class: "sort", type: "button" }, both("span", sentenceCase(HEADS[name])));
    button.addEventListener("click", () => this.sort(name));
    return el("th", { role: "columnheader", class: `col-${name}` }, button);
  }

  add(results) {
    const lines = results.map((result) => {
      const brief = briefOf(result);
      return { brief, row: this.row(result, brief) };
    });
    this.lines.push(...lines);
    this.body.append(...lines.map(({ row }) => row));
  }

  row(result, brief) {
    const name = el("button", { class: "link", type: "button" }, el("bdi", {}, brief.file));
    name.addEventListener("click", () => this.open(result, name));
    const verdict = el("span", { class: `mark mark-${brief.verdict}` }, iconOf(brief.verdict), both("span", wordOf(brief.verdict)));
    const cell = (content) => el("td", { role: "cell" }, content);
    const texts = ["holder", "what", "classification"].map((each) => cell(el("bdi", {}, brief[each] ?? "")));
    return el("tr", { role: "row" }, el("th", { role: "rowheader" }, name),
      cell(verdict), texts, cell(both("span", brief.reason)));
  }

  /** By a column, the worst verdict first; pressed again, the other way round. */
  sort(name) {
    const head = this.heads[SHOWN.indexOf(name)];
    const down = head.getAttribute("aria-sort") === "ascending";
    const key = KEYS[name] ?? ((brief) => brief[name]);
    this.lines.sort((a, b) => (down ? -1 : 1) * compare(key(a.brief), key(b.brief)) || a.brief.number - b.brief.number);
    for (const each of this.heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    this.body.append(...this.lines.map(({ row }) => row));
  }

  /** The CSV of all results, in the order the files were given. */
  csv() {
    return csvOf(this.lines.map(({ brief }) => brief).sort((a, b) => a.number - b.number));
  }
}

/** What stands where a verdict would: how far it has come, and how many of each verdict. */
export class ManyPlate {
  constructor(total) {
    this.total = total;
    this.counts = new Map(WORST_FIRST.map((verdict) => [verdict, 0]));
    this.bar = el("progress", { max: total, value: 0, "aria-label": MANY.results.join(" / ") });
    this.words = el("span");
    this.numbers = new Map(WORST_FIRST.map((verdict) => [verdict, el("strong", {}, "0")]));
    const tallies = [...this.numbers].map(([verdict, number]) =>
      el("li", { class: `mark mark-${verdict}` }, iconOf(verdict), number, both("span", wordOf(verdict))));
    this.element = el("div", { class: "verdict verdict-many" }, el("div", { class: "words" },
      el("h1", { tabIndex: -1 }, this.words), this.bar, el("ul", { class: "tallies" }, tallies), both("p", MANY.meaning, "meaning")));
    this.write();
  }

  get done() {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  get sentence() {
    return this.done < this.total ? filled(MANY.working, this.done, this.total) : filled(MANY.done, this.total);
  }

  add(results) {
    for (const { problem, report } of results) {
      const verdict = problem === undefined ? report.verdict : "NOT_READ";
      this.counts.set(verdict, this.counts.get(verdict) + 1);
    }
    for (const [verdict, number] of this.numbers) number.textContent = this.counts.get(verdict);
    this.write();
  }

  write() {
    this.bar.value = this.done;
    this.words.replaceChildren(both("span", this.sentence));
  }
}

// The diploma, drawn from its own claims and the type's metadata (section 9): labels and order, never other words.
import { both, el, filled } from "./dom.js";
import { CODES, PAGE } from "./messages.js";

const DEEPEST = 8;
const LONG = 400;
// Cells and lines that are drawn: a transcript of twelve years has a fifth of it. A stranger's file may hold a table of
// a hundred million cells, with which a browser does not end.
const MOST_DRAWN = 5_000;

/** [Vietnamese, English] of a map from locale to text; a text that is lacking is the other, or `otherwise`. */
export function inBoth(byLocale, otherwise) {
  const of = (language) => [...byLocale].find(([locale]) => locale.split("-")[0] === language)?.[1];
  const first = [...byLocale.values()][0] ?? otherwise;
  const vi = of("vi") ?? of("en") ?? first;
  return [vi, of("en") ?? vi];
}

/** One text where both languages have the same. */
const labelled = ([vi, en]) => (vi === en ? el("span", {}, vi) : both("span", [vi, en]));

class Labels {
  constructor(type) {
    const entries = (type?.claims ?? []).map(({ path, label }) => [JSON.stringify(path), label]);
    this.byPath = new Map(entries);
  }

  /** [Vietnamese, English] of a path; in it null stands for each of an array's elements. */
  textOf(path) {
    return inBoth(this.byPath.get(JSON.stringify(path)) ?? new Map(), path.at(-1) ?? "");
  }

  of(path) {
    return labelled(this.textOf(path));
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isScalar = (value) => typeof value !== "object";
const isRow = (value) => isObject(value) && Object.values(value).every(isScalar);
const isTable = (value) => value.length > 0 && value.every(isRow);

function scalar(value) {
  if (typeof value === "boolean") return both("span", value ? PAGE.yes : PAGE.no);
  const text = String(value);
  return el("bdi", text.length > LONG ? { class: "long", tabIndex: 0 } : {}, text);
}

function table(rows, columns, path, labels) {
  const head = columns.map((name) => el("th", { scope: "col" }, labels.of([...path, name])));
  const cells = (row) => columns.map((name) => el("td", {}, name in row ? scalar(row[name]) : ""));
  const body = rows.map((row) => el("tr", {}, cells(row)));
  return el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, body));
}

const columnsOf = (rows) => [...new Set(rows.flatMap((row) => Object.keys(row)))];

/** How many cells and lines a value is drawn in. */
function sizeOf(value) {
  if (value === null || isScalar(value)) return 1;
  const members = Object.values(value);
  if (Array.isArray(value) && isTable(value)) return value.length * columnsOf(value).length;
  return members.reduce((sum, member) => sum + sizeOf(member), 1);
}

/** The first member, where rows share its values, as courses share a year: then each value has a table of its own. */
function groupingOf(rows) {
  const [first] = Object.keys(rows[0]);
  const values = new Set(rows.map((row) => row[first]));
  return rows.every((row) => Object.keys(row)[0] === first) && values.size < rows.length ? first : null;
}

function tables(rows, path, labels) {
  const columns = columnsOf(rows);
  const grouping = groupingOf(rows);
  const scroll = (...parts) => el("div", { class: "scroll", tabIndex: 0 }, parts);
  if (grouping === null) return scroll(table(rows, columns, path, labels));
  const others = columns.filter((name) => name !== grouping);
  return [...new Set(rows.map((row) => row[grouping]))].map((value) => {
    const title = el("h4", {}, labels.of([...path, grouping]), " ", scalar(value));
    return scroll(title, table(rows.filter((row) => row[grouping] === value), others, path, labels));
  });
}

/** Any value of a claim; `path` leads to its labels. */
function rendered(value, path, labels) {
  if (path.length > DEEPEST) return el("span", {}, "…");
  if (Array.isArray(value)) {
    const each = [...path, null];
    if (isTable(value)) return tables(value, each, labels);
    return el("ul", {}, value.map((item) => el("li", {}, rendered(item, each, labels))));
  }
  if (isObject(value)) return facts(Object.entries(value), path, labels);
  return scalar(value);
}

function fact([name, value], path, labels) {
  const own = [...path, name];
  const shown = [el("dt", {}, labels.of(own)), el("dd", {}, rendered(value, own, labels))];
  return el("div", { class: isScalar(value) ? "fact" : "fact wide" }, shown);
}

const facts = (entries, path, labels) =>
  el("dl", { class: "facts" }, entries.map((entry) => fact(entry, path, labels)));

/** The string that stands for a claim in a line of its own: itself, or an object's first string. */
const lineOf = (value) => (isObject(value) ? Object.values(value).find((each) => typeof each === "string") : value);

/** The text of the claim that the layout puts in a line of this kind, title or name; "" if it is not shown. */
export function lineFor(kind, claims, type) {
  const name = type?.layout.find((group) => group.kind === kind)?.claims.find((each) => each in claims);
  return name === undefined ? "" : String(lineOf(claims[name]) ?? "");
}

function headline({ kind, claims: names }, claims, labels) {
  return names.filter((name) => name in claims).map((name) =>
    el("div", { class: `headline ${kind}` },
      el("p", { class: "caption" }, labels.of([name])),
      el("p", { class: "line" }, scalar(lineOf(claims[name]) ?? ""))));
}

function section(label, names, claims, labels) {
  const entries = names.filter((name) => name in claims).map((name) => [name, claims[name]]);
  if (entries.length === 0) return null;
  return el("section", { class: "group" }, both("h3", label), facts(entries, [], labels));
}

function body(claims, type, labels) {
  const size = sizeOf(claims);
  if (size > MOST_DRAWN) return [both("p", filled(PAGE.tooMuch, size), "strong")];
  const layout = type?.layout ?? [];
  const placed = new Set(layout.flatMap((group) => group.claims));
  const rest = Object.keys(claims).filter((name) => !placed.has(name));
  const groups = layout.flatMap((group) =>
    group.kind === "section"
      ? [section(inBoth(group.label, ""), group.claims, claims, labels)]
      : headline(group, claims, labels));
  const simpleFirst = rest.sort((a, b) => (typeof claims[a] === "object") - (typeof claims[b] === "object"));
  return [...groups, section(type === null ? PAGE.facts : PAGE.others, simpleFirst, claims, labels)];
}

/** Paths of what every such diploma has and this one does not show: then it is an extract. */
function lackingIn(claims, type) {
  const whole = (type?.claims ?? []).filter(({ path, mandatory }) => mandatory && path.length === 1);
  return whole.map(({ path }) => path).filter(([name]) => !(name in claims));
}

/** What is not shown: by name what every such diploma has, else only how many entries. */
function withheld(undisclosed, lacking, labels) {
  const count = filled(PAGE.undisclosed, undisclosed);
  if (lacking.length === 0) return undisclosed === 0 ? null : both("p", count, "undisclosed");
  const names = lacking.map((path) => labels.textOf(path));
  const listed = filled(PAGE.withheld, [0, 1].map((i) => names.map((name) => name[i]).join("; ")));
  return both("p", [0, 1].map((i) => `${listed[i]} ${count[i]}`), "undisclosed withheld");
}

const STANDINGS = ["superseded", "suspended", "revoked"];

/** What stands above claims that nobody should take for granted. */
function warning({ verdict, steps }) {
  if (verdict === "VALID") return null;
  const first = steps.find(({ outcome }) => outcome === "fail")?.code;
  const standing = STANDINGS.includes(first) ? CODES[first] : ["", ""];
  const sentence = verdict === "INVALID" ? PAGE.distrusted : PAGE.unconfirmed;
  return both("p", sentence.map((text, i) => `${standing[i]} ${text}`.trim()), "distrusted");
}

/** The diploma card of a report's credential, null where it has no claims to show. */
export function diplomaCard(report, type) {
  const { credential, verdict } = report;
  if (credential === null || credential.claims === null) return null;
  const title = type === null ? PAGE.unlabelled : inBoth(type.display, type.name);
  const labels = new Labels(type);
  const lacking = lackingIn(credential.claims, type);
  return el("article", { class: `diploma diploma-${verdict}`, "aria-labelledby": "diploma-title" },
    warning(report),
    el("header", { id: "diploma-title" }, both("h2", title, "type"),
      lacking.length === 0 ? null : both("p", PAGE.extract, "extract")),
    body(credential.claims, type, labels),
    withheld(credential.undisclosed, lacking, labels));
}

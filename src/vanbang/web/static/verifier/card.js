// The diploma, drawn from its own claims and the type's metadata (section 9): labels and order, never other words.
import { both, el } from "./dom.js";
import { PAGE } from "./messages.js";

const DEEPEST = 8;
const LONG = 400;

/** [Vietnamese, English] of a map from locale to text; a text that is lacking is the other, or `otherwise`. */
function inBoth(byLocale, otherwise) {
  const of = (language) => [...byLocale].find(([locale]) => locale.split("-")[0] === language)?.[1];
  const first = [...byLocale.values()][0] ?? otherwise;
  const vi = of("vi") ?? of("en") ?? first;
  return [vi, of("en") ?? vi];
}

class Labels {
  constructor(type) {
    const entries = (type?.claims ?? []).map(({ path, label }) => [JSON.stringify(path), label]);
    this.byPath = new Map(entries);
  }

  of(path) {
    const name = path[path.length - 1];
    const [vi, en] = inBoth(this.byPath.get(JSON.stringify(path)) ?? new Map(), name);
    return vi === en ? el("span", { class: "both" }, el("span", { class: "vi" }, vi)) : both("span", [vi, en]);
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

function table(rows, path, labels) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const head = columns.map((name) => el("th", { scope: "col" }, labels.of([...path, name])));
  const cells = (row) => columns.map((name) => el("td", {}, name in row ? scalar(row[name]) : ""));
  const body = rows.map((row) => el("tr", {}, cells(row)));
  const whole = el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, body));
  return el("div", { class: "scroll", tabIndex: 0 }, whole);
}

/** Any value of a claim; `path` leads to its labels. */
function rendered(value, path, labels) {
  if (path.length > DEEPEST) return el("span", {}, "…");
  if (Array.isArray(value)) {
    if (isTable(value)) return table(value, path, labels);
    return el("ul", {}, value.map((item) => el("li", {}, rendered(item, [...path, ""], labels))));
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

/** The diploma card of a report's credential, null where it has no claims to show. */
export function diplomaCard({ credential, verdict }, type) {
  if (credential === null || credential.claims === null) return null;
  const title = type === null ? PAGE.unlabelled : inBoth(type.display, type.name);
  const { claims, undisclosed } = credential;
  return el("article", { class: `diploma diploma-${verdict}`, "aria-labelledby": "diploma-title" },
    verdict === "VALID" ? null : both("p", verdict === "INVALID" ? PAGE.distrusted : PAGE.unconfirmed, "distrusted"),
    el("header", { id: "diploma-title" }, both("h2", title, "type")),
    body(claims, type, new Labels(type)),
    undisclosed === 0 ? null : both("p", PAGE.undisclosed.map((text) => `${text} ${undisclosed}`), "undisclosed"));
}

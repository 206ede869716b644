// A result in a line: the verdict, whose diploma of what, the reason. For tables of many; claims are the file's own.
import { inBoth, lineFor } from "./card.js";
import { inOne } from "./language.js";
import { COLUMNS, MANY } from "./messages.js";
import { mainCode, mainReason, sentenceOf } from "./result.js";

const LONGEST = 200;
// What a spreadsheet takes for a formula; those of East Asia read the wide signs alike.
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
// What would hide or turn letters, or stand for nothing that can be seen.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const textOf = (value) => (typeof value === "string" ? value.slice(0, LONGEST) : "");

function titleOf(claims, type) {
  const own = textOf(lineFor("title", claims, type));
  return own === "" && type !== null ? inOne(inBoth(type.display, type.name)) : own;
}

/** The line of a judged file. The institution is the registry's, never the file's; empty without an anchor. */
function judged({ report, type }) {
  const claims = report.credential?.claims ?? {};
  const vouching = report.anchor === null ? undefined : report.names.at(-1);
  const valid = report.verdict === "VALID";
  return {
    verdict: report.verdict,
    code: mainCode(report) ?? "",
    reason: valid ? MANY.passed : mainReason(report),
    holder: textOf(claims.ho_va_ten),
    born: textOf(claims.ngay_sinh),
    what: [titleOf(claims, type), textOf(claims.nganh?.nganh_dao_tao)].filter((part) => part !== "").join(", "),
    classification: textOf(claims.xep_loai),
    serial: textOf(claims.van_bang?.so_hieu_vbcc),
    issuerCode: vouching?.code ?? "",
    issuerName: vouching?.name ?? "",
    anchoredAt: report.anchor?.time ?? "",
    checkedAt: report.checked_at,
  };
}

/** The line of a result `{ number, file, report, type }`, or `{ number, file, problem }` of one that was not read. */
export function briefOf(result) {
  const { number, file, problem } = result;
  const line = problem === undefined
    ? judged(result)
    : { verdict: "NOT_READ", code: problem.code, reason: sentenceOf(problem) };
  return { number, file: file.name, ...line, reasonVi: line.reason[0], reasonEn: line.reason[1] };
}

function cell(value) {
  const text = String(value ?? "").replace(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Lines as CSV for a spreadsheet: UTF-8 with byte order mark, no cell a formula. */
export function csvOf(briefs) {
  const names = Object.keys(COLUMNS);
  const head = names.map((name) => cell(COLUMNS[name].filter((part) => part !== "").join(" / ")));
  const rows = briefs.map((brief) => names.map((name) => cell(brief[name])));
  return `\ufeff${[head, ...rows].map((row) => `${row.join(",")}\r\n`).join("")}`;
}

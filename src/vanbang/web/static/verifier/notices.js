// What stands between the verdict and the diploma: that it came out of a PDF, and what its holder said it is for.
import { both, el, filled, localDay } from "./dom.js";
import { PAGE, PURPOSES } from "./messages.js";

const isTime = (text) => !Number.isNaN(Date.parse(text));

/** The claims are those of the attached file; nobody vouches for what the PDF looks like. */
export const pdfNotice = () =>
  el("aside", { class: "notice notice-pdf" }, both("p", PAGE.pdf, "strong"), both("p", PAGE.pdfWhy));

/** Purpose and end of a share as its holder gave them, null where he gave none. */
export function shareNotice({ purpose, expires }) {
  const parts = [
    Object.hasOwn(PURPOSES, purpose ?? "") ? filled(PAGE.givenPurpose, PURPOSES[purpose]) : null,
    expires !== null && isTime(expires) ? filled(PAGE.givenUntil, localDay(expires)) : null,
  ].filter((part) => part !== null);
  if (parts.length === 0) return null;
  const said = PAGE.given.map((text, i) => `${[text, ...parts.map((part) => part[i])].join(" ")}.`);
  return el("aside", { class: "notice" }, both("p", said, "strong"), both("p", PAGE.givenWord));
}

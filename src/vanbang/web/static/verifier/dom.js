// Page elements made node by node: text is only ever text.

/** An element with properties (`class` is its class name) and children: nodes or text. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

/** A text in both languages: Vietnamese, then English. */
export function both(tag, [vi, en], className = "") {
  const english = el("span", { class: "en", lang: "en" }, en);
  return el(tag, { class: `both ${className}`.trim() }, el("span", { class: "vi", lang: "vi" }, vi), " ", english);
}

/** Both sentences with each `{}` replaced in turn; a value may itself be [Vietnamese, English]. */
export const filled = (pair, ...values) =>
  pair.map((text, i) => values.reduce((done, value) => done.replace("{}", () => (Array.isArray(value) ? value[i] : value)), text));

const SVG = "http://www.w3.org/2000/svg";

// Each meaning has its own outline as well as its own sign, so that neither colour nor detail is needed.
const OUTLINES = {
  seal: "M24 2l5 4.2 6.4-1.3 2.3 6.1 6.1 2.3-1.2 6.4L47 24l-4.4 4.3 1.2 6.4-6.1 2.3-2.3 6.1-6.4-1.3L24 46l-5-4.2-6.4 1.3-2.3-6.1-6.1-2.3 1.2-6.4L1 24l4.4-4.3-1.2-6.4 6.1-2.3 2.3-6.1L19 6.2z",
  octagon: "M15.3 3h17.4L45 15.3v17.4L32.7 45H15.3L3 32.7V15.3z",
  diamond: "M24 1.5L46.5 24 24 46.5 1.5 24z",
  circle: "M24 4a20 20 0 1 1 0 40 20 20 0 0 1 0-40z",
};
const SIGNS = {
  check: "M14.5 24.8l6.6 6.7L34 17.8",
  cross: "M16.5 16.5l15 15M31.5 16.5l-15 15",
  question: "M18.6 19a5.6 5.6 0 1 1 8.6 4.8c-2.1 1.3-3.2 2.4-3.2 4.7M24 33.6v.2",
  dash: "M16 24h16",
};
const ICONS = {
  VALID: ["seal", "check"],
  INVALID: ["octagon", "cross"],
  UNDETERMINED: ["diamond", "question"],
  pass: ["circle", "check"],
  fail: ["octagon", "cross"],
  cannot_check: ["diamond", "question"],
  not_applicable: ["circle", "dash"],
};

function shape(d, className) {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", d);
  path.setAttribute("class", className);
  return path;
}

/** The sign of a verdict or an outcome; decoration, for the words stand beside it. */
export function icon(meaning) {
  const [outline, sign] = ICONS[meaning];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("class", `icon icon-${meaning}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(shape(OUTLINES[outline], "outline"), shape(SIGNS[sign], "sign"));
  return svg;
}

const DATE = { day: "numeric", month: "long", year: "numeric" };
const CLOCK = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

// Making one takes a slow telephone 20 ms.
const writers = new Map();

function write(locale, fields, text) {
  const name = `${locale} ${Object.keys(fields)}`;
  if (!writers.has(name)) writers.set(name, new Intl.DateTimeFormat(locale, fields));
  return writers.get(name).format(new Date(text));
}

/** The day of a time text as a person of each language writes it, in the reader's own time zone. */
export const localDay = (text) => [`ngày ${write("vi-VN", DATE, text)}`, write("en-GB", DATE, text)];

/** The same with the time of day. */
export function localTime(text) {
  const [vi, en] = localDay(text);
  return [`${write("vi-VN", CLOCK, text)}, ${vi}`, `${en}, ${write("en-GB", CLOCK, text)}`];
}

// What can be shown or withheld, by the groups the diploma itself has: boxes to tick, and quick choices.
import { inBoth } from "../verifier/card.js";
import { both, el } from "../verifier/dom.js";
import { SHARING } from "./words.js";

const QUALIFICATION = ["ten_vbcc", "trinh_do", "nganh", "xep_loai"];
const NAME = "name";
const SHORT = 90;
const RARELY = /^so_ddcn/;

const nameOf = (piece) => piece.path[0];
const labelOf = (piece) => inBoth(piece.label, String(piece.path.at(-1)));

/** A value in one short line, so that a person knows what a box stands for. */
function brief(value) {
  const text = typeof value === "object" && value !== null ? Object.values(value).map(brief).join(" · ") : String(value);
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}

/** A box for a piece, and boxes for what is in it: ticking the whole ticks its parts, a part alone leaves it half. */
class Box {
  constructor(piece, changed) {
    this.piece = piece;
    this.parts = piece.pieces.map((part) => new Box(part, () => this.follow(changed)));
    this.input = el("input", { type: "checkbox", checked: false });
    this.input.addEventListener("change", () => {
      this.tick(this.input.checked);
      changed();
    });
  }

  follow(changed) {
    const ticked = this.parts.filter((part) => part.isTouched).length;
    this.input.checked = ticked === this.parts.length;
    this.input.indeterminate = ticked > 0 && ticked < this.parts.length;
    changed();
  }

  get isTouched() {
    return this.input.checked || this.input.indeterminate;
  }

  tick(on) {
    this.input.checked = on;
    this.input.indeterminate = false;
    this.parts.forEach((part) => part.tick(on));
  }

  /** The digests to keep: with a part its whole comes by itself. */
  get kept() {
    const below = this.parts.flatMap((part) => part.kept);
    return this.input.checked || below.length > 0 ? [this.piece.digest, ...below] : [];
  }

  get node() {
    const line = this.parts.length > 0 ? null : el("bdi", { class: "soft value" }, brief(this.piece.value));
    const words = el("span", { class: "words-in" }, this.parts.length === 0 && this.piece.path.length > 1 ? null : both("span", labelOf(this.piece)), line);
    const label = el("label", { class: "option" }, this.input, words);
    if (this.parts.length === 0) return label;
    return el("div", { class: "within" }, label, el("div", { class: "parts" }, this.parts.map((part) => part.node)));
  }
}

function groupsOf(boxes, type) {
  const layout = type?.layout ?? [];
  const placed = new Set(layout.flatMap(({ claims }) => claims));
  const of = (names) => boxes.filter(({ piece }) => names.includes(nameOf(piece)));
  const heads = layout.filter(({ kind }) => kind !== "section").flatMap(({ claims }) => claims);
  const sections = layout.filter(({ kind }) => kind === "section").map(({ label, claims }) => [inBoth(label, ""), of(claims)]);
  const rest = boxes.filter(({ piece }) => !placed.has(nameOf(piece)));
  return [[SHARING.headline, of(heads)], ...sections, [SHARING.others, rest]].filter(([, members]) => members.length > 0);
}

const group = ([title, members]) =>
  el("fieldset", { class: "panel choice" }, both("legend", title), members.map((box) => box.node));

function presetsOf(boxes, type, choose) {
  const preset = (words, names) => {
    const made = el("button", { class: "button", type: "button" }, both("span", words));
    made.addEventListener("click", () => choose(names));
    return made;
  };
  const has = (name) => boxes.some(({ piece }) => nameOf(piece) === name);
  const person = personOf(type);
  return el("p", { class: "actions", role: "group", "aria-label": SHARING.presets.join(" / ") },
    preset(SHARING.whole, null),
    has("trinh_do") ? preset(SHARING.qualification, QUALIFICATION) : null,
    boxes.some(({ parts }) => parts.length > 0) ? preset(SHARING.courses, person) : null,
    preset(SHARING.none, []));
}

const personOf = (type) => (type?.layout ?? []).filter(({ kind }) => kind === NAME).flatMap(({ claims }) => claims);

/** `{ node, kept }`: the form, and the digests that are ticked now; at first all but citizen numbers, which few have a use
 * for. `pieces` as `extract.js` gives them. */
export function picking(pieces, type) {
  const warning = el("p", { class: "both notice", role: "status" });
  const changed = () => {
    const shown = new Set(boxes.filter((box) => box.kept.length > 0).map(({ piece }) => nameOf(piece)));
    const nameless = personOf(type).some((name) => !shown.has(name));
    const sentence = shown.size === 0 ? SHARING.empty : nameless ? SHARING.nameless : null;
    warning.replaceChildren(sentence === null ? "" : both("span", sentence));
    warning.hidden = sentence === null;
  };
  const boxes = pieces.map((piece) => new Box(piece, changed));
  const choose = (names) => {
    boxes.forEach((box) => box.tick(names === null || names.includes(nameOf(box.piece))));
    changed();
  };
  choose(boxes.map(({ piece }) => nameOf(piece)).filter((name) => !RARELY.test(name)));
  const node = el("div", { class: "column" },
    presetsOf(boxes, type, choose), groupsOf(boxes, type).map(group), warning);
  return { node, get kept() { return boxes.flatMap((box) => box.kept); } };
}

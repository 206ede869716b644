// The page's stage: the state it is in, its two regions, and the sentence that is spoken.
import { both, el } from "./dom.js";

export const region = (id) => document.getElementById(id);

function show(state, plate, ...rest) {
  document.body.dataset.state = state;
  region("verdict").replaceChildren(plate);
  region("evidence").replaceChildren(...rest);
}

/** Back to the front, with nothing to show. */
export function rest() {
  document.body.dataset.state = "idle";
}

export function announce([vi, en]) {
  region("progress").replaceChildren(both("span", [vi, en]));
}

/** While a check is under way; the regions are cleared once, then only the sentence changes. */
export function working(sentence) {
  if (document.body.dataset.state !== "working") {
    show("working", el("div", { class: "verdict verdict-working" }, el("span", { class: "spinner" })));
  }
  announce(sentence);
}

/** Shows what came out of it, says `sentence`, and puts the reader at the head of it. */
export function settle(state, plate, sentence, ...rest) {
  show(state, plate, ...rest);
  announce(sentence);
  region("verdict").querySelector("h1").focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

// The page's one place to show something in, and how it speaks.
import { both, el } from "../verifier/dom.js";
import { Refusal } from "./api.js";
import { PAGE, PROBLEMS } from "./words.js";

const region = (id) => document.getElementById(id);

/** Shows nodes under a heading, and puts the reader at the head of them. */
export function show(title, ...nodes) {
  const heading = el("h1", { tabIndex: -1 }, both("span", title));
  region("view").replaceChildren(heading, ...nodes.flat().filter((node) => node !== null));
  document.body.dataset.state = "ready";
  heading.focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

/** A sentence that is read aloud and stands at the foot until the next. */
export function say(sentence) {
  region("said").replaceChildren(sentence === null ? "" : both("span", sentence));
}

export const sentenceOf = (error) => PROBLEMS[error instanceof Refusal ? error.code : "unexpected"];

/** Does something that may be refused, and says why it was; gives whether it was done. */
export async function attempt(work) {
  say(PAGE.working);
  try {
    await work();
    return true;
  } catch (error) {
    say(sentenceOf(error));
    return false;
  }
}

/** A button that does one thing at a time, and says what came of it: `done` is said when it went well. */
export function button(words, work, { className = "button", done = null } = {}) {
  const made = el("button", { class: className, type: "button" }, both("span", words));
  made.addEventListener("click", async () => {
    made.disabled = true;
    if (await attempt(work)) say(done);
    made.disabled = false;
  });
  return made;
}

/** Saves bytes as a file of this name. */
export function save(bytes, type, name) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

let last = 0;

/** A group of choices, one of which is made: `options` are [value, words], the first of them is chosen. */
export function choice(legend, options) {
  last += 1;
  const name = `choice-${last}`;
  const inputs = options.map(([value, words], i) => {
    const input = el("input", { type: "radio", name, value: String(i), checked: i === 0 });
    return { value, input, label: el("label", { class: "option" }, input, both("span", words)) };
  });
  const node = el("fieldset", { class: "panel choice" }, both("legend", legend), inputs.map(({ label }) => label));
  return { node, get value() { return inputs.find(({ input }) => input.checked).value; } };
}

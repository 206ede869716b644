// A share's reader may tell its holder who he is; nobody has to.
import { both, el } from "./dom.js";
import { PAGE } from "./messages.js";
import { ask } from "./network.js";

const LONGEST = 100;

async function tell(id, name) {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name }) };
  const { ok } = await ask(`/v1/shares/${id}/visitor`, request).catch(() => ({ ok: false }));
  return ok;
}

/** The small form beneath a share's result. */
export function visitorBox(id) {
  const input = el("input", { id: "visitor", type: "text", maxLength: LONGEST, required: true, autocomplete: "organization" });
  const send = el("button", { class: "button" }, both("span", PAGE.send));
  const answer = el("p", { class: "both", role: "status" });
  const form = el("form", { class: "panel visitor" },
    both("h2", PAGE.visitor), both("label", PAGE.visitorName), el("div", { class: "line-in" }, input, send), answer);
  form.querySelector("label").htmlFor = input.id;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    const told = await tell(id, input.value.trim());
    answer.replaceChildren(both("span", told ? PAGE.visitorTold : PAGE.visitorNotTold));
    send.disabled = told;
    input.readOnly = told;
  });
  return form;
}

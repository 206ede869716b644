// Settings of the verifier that is one file: its reader may name other endpoints, another registry, other mirrors, or a
// folder with the public files. They come from this form alone, never from an address or a file, and end with the page.
import { Malformed, utf8 } from "./bytes.js";
import { builtIn, enterTrust, readHere } from "./configuration.js";
import { both, el } from "./dom.js";
import { LIMITS } from "./limits.js";
import { parse, write } from "./strict-json.js";

const WORDS = {
  title: ["Cài đặt của trang này", "Settings of this page"],
  warning: [
    "Trang này tin sổ gốc và các máy chủ ghi dưới đây. Chỉ đổi khi bạn biết rõ nơi mới; ai sửa được các ô này thì quyết định được kết quả. Cài đặt mất khi đóng trang.",
    "This page believes the registry and the endpoints named here. Change them only for ones that you know yourself: whoever fills in these boxes decides what comes out. Settings end when the page is closed.",
  ],
  changed: [
    "Trang đang dùng cài đặt do người dùng nhập, không phải cài đặt ban đầu.",
    "This page works with settings that somebody entered, not with those it was built with.",
  ],
  registry: ["Sổ gốc (eip155:<mã chuỗi>:<địa chỉ>)", "Home registry (eip155:<chain id>:<account>)"],
  endpoints: ["Máy chủ của chuỗi (JSON-RPC), mỗi dòng một địa chỉ", "Endpoints of the chain (JSON-RPC), one a line"],
  quorum: ["Số máy chủ phải đồng ý (để trống: quá nửa)", "Endpoints that must agree (empty: more than half)"],
  mirrors: ["Nơi có tệp công khai, mỗi dòng một địa chỉ", "Mirrors of the public files, one a line"],
  folder: ["Hoặc thư mục có tệp công khai, ví dụ trên thẻ USB", "Or a folder with the public files, on a USB stick for example"],
  use: ["Dùng cài đặt này", "Use these settings"],
  again: ["Như ban đầu", "As it was built"],
  used: ["Đã dùng cài đặt mới.", "The new settings are in use."],
  restored: ["Đã trở về cài đặt ban đầu.", "The page is as it was built."],
  files: ["Số tệp công khai trong thư mục:", "Public files in the folder:"],
  faults: {
    registry: ["Sổ gốc phải có dạng eip155:<mã chuỗi>:<địa chỉ 0x, 40 chữ số hex thường>.", "A registry is written eip155:<chain id>:<0x and 40 lower-case hex digits>."],
    endpoints: ["Mỗi dòng phải là một địa chỉ http hoặc https, ít nhất một, không dòng nào lặp lại.", "Each line must be an http or https address; at least one, and none of them twice."],
    quorum: ["Phải là số từ 1 đến số máy chủ.", "It must be a number from 1 to the number of endpoints."],
    mirrors: ["Mỗi dòng phải là một địa chỉ http hoặc https và kết thúc bằng dấu /.", "Each line must be an http or https address that ends in a slash."],
  },
};

const REGISTRY = /^eip155:[1-9][0-9]*:0x[0-9a-f]{40}$/;
const PUBLIC_NAME = /^[0-9a-f]{64}$/;

/** A setting that cannot be used; `field` is its name. */
class Unusable extends Error {
  constructor(field) {
    super(field);
    this.field = field;
  }
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter((line) => line !== "");

function isWebAddress(text) {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function check(field, holds) {
  if (!holds) throw new Unusable(field);
}

/** The built-in trust as JSON with what the form says in its place. Throws Unusable. */
function changedTrust({ registry, endpoints, quorum, mirrors }) {
  const trust = parse(utf8(builtIn()));
  const home = trust.get("home");
  check("registry", REGISTRY.test(registry));
  check("endpoints", endpoints.length > 0 && endpoints.every(isWebAddress) && new Set(endpoints).size === endpoints.length);
  check("quorum", quorum === "" || (/^[0-9]+$/.test(quorum) && Number(quorum) >= 1 && Number(quorum) <= endpoints.length));
  check("mirrors", mirrors.every((mirror) => isWebAddress(mirror) && mirror.endsWith("/")));
  if (registry !== home.get("registry")) {
    // Another registry has a past of its own, and another chain its own rules of what is final.
    trust.delete("older");
    if (registry.split(":")[1] !== home.get("registry").split(":")[1]) ["finality", "explorer"].forEach((name) => home.delete(name));
  }
  home.set("registry", registry).set("endpoints", endpoints);
  if (quorum === "") home.delete("quorum");
  else home.set("quorum", Number(quorum));
  return trust.set("public", mirrors);
}

/** The files of a folder as a mirror: a function from a path to bytes, or null. */
function folderMirror(files) {
  const byName = new Map(files.filter(({ name }) => PUBLIC_NAME.test(name)).map((file) => [file.name, file]));
  const read = async (path) => {
    const file = byName.get(path.split("/").at(-1));
    if (file === undefined || file.size > LIMITS.statusManifestBytes) return null;
    return new Uint8Array(await file.arrayBuffer());
  };
  return { read, count: byName.size };
}

const field = (name, tag, properties = {}) => {
  const input = el(tag, { id: `settings-${name}`, name, spellcheck: false, autocomplete: "off", ...properties });
  input.setAttribute("aria-describedby", "settings-said");
  return { input, row: el("p", { class: "field" }, el("label", { htmlFor: input.id }, both("span", WORDS[name])), input) };
};

const button = (words, type) => el("button", { class: "button", type }, both("span", words));

class Settings {
  constructor() {
    const rows = {
      registry: field("registry", "input"),
      endpoints: field("endpoints", "textarea", { rows: 3 }),
      quorum: field("quorum", "input", { inputMode: "numeric" }),
      mirrors: field("mirrors", "textarea", { rows: 2 }),
      folder: field("folder", "input", { type: "file", webkitdirectory: true, multiple: true }),
    };
    this.inputs = Object.fromEntries(Object.entries(rows).map(([name, { input }]) => [name, input]));
    this.said = el("p", { id: "settings-said", role: "status" });
    this.changed = both("p", WORDS.changed, "distrusted entered");
    const again = button(WORDS.again, "button");
    this.form = el("form", { class: "settings-form" }, Object.values(rows).map(({ row }) => row), this.said,
      el("p", { class: "actions" }, button(WORDS.use, "submit"), again));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.use();
    });
    again.addEventListener("click", () => this.restore());
  }

  element() {
    const summary = el("summary", {}, both("span", WORDS.title));
    const details = el("details", {}, summary, both("p", WORDS.warning, "soft"), this.form);
    this.fill();
    this.changed.hidden = true;
    return el("section", { class: "panel settings" }, details);
  }

  fill() {
    const trust = parse(utf8(builtIn()));
    const home = trust.get("home");
    this.form.reset();
    this.inputs.registry.value = home.get("registry");
    this.inputs.endpoints.value = home.get("endpoints").join("\n");
    this.inputs.quorum.value = home.has("quorum") ? String(home.get("quorum")) : "";
    this.inputs.mirrors.value = (trust.get("public") ?? []).join("\n");
  }

  say(words, wrong = null) {
    for (const [name, input] of Object.entries(this.inputs)) input.setAttribute("aria-invalid", String(name === wrong));
    this.said.replaceChildren(both("span", words, wrong === null ? "" : "fault"));
    if (wrong !== null) this.inputs[wrong].focus();
  }

  read() {
    const { registry, endpoints, quorum, mirrors } = this.inputs;
    return changedTrust({
      registry: registry.value.trim().toLowerCase(),
      endpoints: lines(endpoints.value),
      quorum: quorum.value.trim(),
      mirrors: lines(mirrors.value),
    });
  }

  use() {
    try {
      const trust = readHere(utf8(write(this.read())));
      const files = [...this.inputs.folder.files];
      const folder = folderMirror(files);
      enterTrust({ ...trust, mirrors: files.length === 0 ? trust.mirrors : [folder.read, ...trust.mirrors] });
      this.changed.hidden = false;
      const told = files.length === 0 ? WORDS.used : WORDS.used.map((text, i) => `${text} ${WORDS.files[i]} ${folder.count}.`);
      this.say(told);
    } catch (error) {
      if (!(error instanceof Unusable || error instanceof Malformed)) throw error;
      const wrong = error.field ?? "registry";
      this.say(WORDS.faults[wrong], wrong);
    }
  }

  restore() {
    this.fill();
    enterTrust(null);
    this.changed.hidden = true;
    this.say(WORDS.restored);
  }
}

const main = document.querySelector("main");
const settings = new Settings();
main.append(settings.element());
main.prepend(settings.changed);

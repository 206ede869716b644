// The reader's language: Vietnamese with English beside it, or English alone. All text stands in the page in both, so
// a change needs nothing but the root's `lang`.
const KEPT = "vanbang-language";
const TITLES = { vi: "Kiểm tra văn bằng · vanbang", en: "Diploma check · vanbang" };
const root = document.documentElement;

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(language) {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // A browser that keeps nothing: the choice holds for this visit.
  }
}

function choose(language, buttons) {
  root.lang = language;
  document.title = TITLES[language];
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === language));
}

/** Of [Vietnamese, English], what a text that can only be one of them says. */
export const inOne = ([vi, en]) => (root.lang === "en" ? en : vi);

/** Makes the two buttons choose, and begins with what was chosen before. */
export function startLanguage() {
  const buttons = [...document.querySelectorAll(".languages button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      choose(button.value, buttons);
      keep(button.value);
    });
  }
  choose(kept() === "en" ? "en" : "vi", buttons);
}

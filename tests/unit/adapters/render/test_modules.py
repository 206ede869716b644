"""ES modules as scripts: what is understood runs as it did, and what is not is refused."""

import subprocess
from pathlib import Path

import pytest

from tools import program
from vanbang.adapters.render.modules import NotBundled, bundled, read_modules

FORMS = {
    "entry.js": """// The first.
const later = [import("./early.js"), import("./late.js")];
const { told } = await later[0];
console.log(told, (await later[1]).default_, Object.keys(await later[1]).join());
""",
    "early.js": """import { base as ground } from "./base.js";
export const told = `${ground}-early`;
""",
    "late.js": """import {
  base,
  double,
} from "./base.js";
import { Kind } from "./kinds.js";
export { double as twice } from "./base.js";
const local = "local";
/** A comment
 * of several lines. */
export async function* letters() {
  // inside
  yield base;
}
export class Late extends Kind {}
export { local as default_, local };
""",
    "base.js": """export const base = "base";
export function double(text) {
  return text + text; // stays
}
""",
    "kinds.js": "export class Kind {}\n",
}


def written(folder: Path, **changes: str) -> Path:
    for name, source in (FORMS | {key.replace("_", "."): text for key, text in changes.items()}).items():
        (folder / name).write_text(source)
    return folder


def test_the_scripts_do_what_the_modules_do(tmp_path: Path) -> None:
    """Names that are renamed, passed on, listed or imported later arrive as they do with modules."""
    folder = written(tmp_path)
    (folder / "package.json").write_text('{"type":"module"}')
    scripts = bundled(folder, "entry.js")
    script = folder / "bundle.cjs"
    script.write_text("globalThis.addEventListener = () => {};\n" + "".join(scripts))
    said = [
        subprocess.run([program("node"), str(path)], capture_output=True, text=True, timeout=30, check=True).stdout
        for path in (folder / "entry.js", script)
    ]
    assert sorted(said[1].split()[-1].split(",")) == ["Late", "default_", "letters", "local", "twice"]
    assert said[0].split()[:2] == said[1].split()[:2] == ["base-early", "local"]
    assert "several lines" not in "".join(scripts)
    assert "// stays" in "".join(scripts)


def test_modules_come_after_what_they_need(tmp_path: Path) -> None:
    """What a module needs stands before it, each module once, and what is asked for first comes first."""
    names = list(read_modules(written(tmp_path), "entry.js"))
    assert names == ["entry.js", "base.js", "early.js", "kinds.js", "late.js"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('import base from "./base.js";\n', "not understood"),
        ('import * as base from "./base.js";\n', "not understood"),
        ('import { base } from "elsewhere";\n', "not understood"),
        ("export default 1;\n", "not understood"),
        ("export let count = 0;\n", "not understood"),
        ("const name = './base.js';\nawait import(name);\n", "not understood"),
        ("console.log(import.meta.url);\n", "not understood"),
        ('const tag = "</SCRIPT>";\n', "not understood"),
        ("const text = `one\n// two`;\n", "not understood"),
        ('import { a } from "./nowhere.js";\n', "there is no nowhere.js"),
        ('import { early } from "./late.js";\nexport const early = 1;\n', "imports itself"),
    ],
)
def test_other_forms_are_refused(tmp_path: Path, source: str, told: str) -> None:
    """A form that is not understood, a module that is not there and a circle are refused by name."""
    folder = written(tmp_path, late_js=f'import {{ x }} from "./other.js";\n{FORMS["late.js"]}', other_js=source)
    with pytest.raises(NotBundled, match=told) as refused:
        bundled(folder, "entry.js")
    assert refused.value.where in ("other.js", "late.js")


def test_the_first_module_needs_nothing(tmp_path: Path) -> None:
    """The entry's own part stands alone in the page's head: an import of its own is refused."""
    with pytest.raises(NotBundled, match="but later"):
        bundled(written(tmp_path, entry_js='import { base } from "./base.js";\n'), "entry.js")

"""ES modules put one behind the other as plain scripts, for a page that must be a single file.

It knows the forms that this project's pages are written in, at the start of a line, and refuses all others: no parser
is needed, and nothing is passed on half understood.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from vanbang.core.errors import VanbangError

_NAMES: Final = r"\{([\w\s,$]*)\}"
_FROM: Final = r'\s*from\s*"\./([\w.-]+)";'
_IMPORT: Final = re.compile(rf"^import {_NAMES}{_FROM}", re.MULTILINE)
_PASSED_ON: Final = re.compile(rf"^export {_NAMES}{_FROM}", re.MULTILINE)
_LISTED: Final = re.compile(rf"^export {_NAMES};", re.MULTILINE)
_DECLARED: Final = re.compile(r"^export (?=(?:const|class|function\*?|async function\*?) ([\w$]+))", re.MULTILINE)
_DYNAMIC: Final = re.compile(r'\bimport\("\./([\w.-]+)"\)')
_REFUSED: Final = re.compile(
    r"^(?:import|export)\b.*|\bimport\s*\(.*|\bimport\.meta\b|</script|<!--", re.MULTILINE | re.IGNORECASE
)
_COMMENT: Final = re.compile(r"^[ \t]*(?://.*|/\*\*(?s:.*?)\*/)\n", re.MULTILINE)
_OPEN_TEMPLATE: Final = re.compile(r"^[^`\n]*(?:`[^`\n]*`[^`\n]*)*`[^`\n]*$", re.MULTILINE)
"""A line with an odd number of backticks: of a text that goes on, what looks like a comment might be a part."""

PIECE: Final = 40_000
"""Characters, about a twentieth of a second of a slow telephone's network."""
LOADER: Final = """const $parts = new Map();
const $part = (name) => {
  if (!$parts.has(name)) {
    const part = {};
    part.promise = new Promise((resolve, reject) => Object.assign(part, { resolve, reject }));
    part.promise.catch(() => {});
    $parts.set(name, part);
  }
  return $parts.get(name);
};
addEventListener("DOMContentLoaded", () => {
  for (const [name, { reject }] of $parts) reject(new TypeError(`${name} is missing`));
});
"""
"""What stands for `import()`: a promise kept by a later script, or broken when the page has ended without it."""


class NotBundled(VanbangError):
    """A page's source has a form that cannot be put into one file."""

    code: ClassVar[str] = "page_sources"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Module:
    """One source: the modules it needs before it runs, those it asks for later, itself without its imports and exports,
    and what each name it gives away is called inside."""

    name: str
    needs: tuple[str, ...]
    later: tuple[str, ...]
    body: str
    given: Mapping[str, str]

    @property
    def script(self) -> str:
        """The module as a constant, what it gives away as its members."""
        given = ", ".join(f"{outer}: {inner}" for outer, inner in self.given.items())
        inside = f'"use strict";\n{self.body}return Object.freeze({{ {given} }});'
        return f"const {_variable(self.name)} = (() => {{\n{inside}\n}})();\n"


def read_modules(folder: Path, entry: str, more: Sequence[str] = ()) -> Mapping[str, Module]:
    """All modules that `entry` and `more` lead to, each after those it needs. Raises NotBundled."""
    found: dict[str, Module] = {}
    waiting = [entry, *more]
    while waiting:
        name, *waiting = waiting
        added = list(_with_needed(folder, name, found, ()))
        waiting = [*(later for module in added for later in module.later), *waiting]
    return found


def bundled(folder: Path, entry: str, more: Sequence[str] = ()) -> list[str]:
    """Scripts that behave as the module `entry` does: the first is its own part and the first that it imports later,
    and wants to stand early in the page; the others bring the rest, in order, and run `more`. Raises NotBundled."""
    found = read_modules(folder, entry, more)
    own = found[entry]
    if own.needs:
        raise NotBundled(entry, "the first module may import nothing but later")
    asked = dict.fromkeys(name for module in found.values() for name in module.later)
    parts = {name: module.script + (_told(name) if name in asked else "") for name, module in found.items()}
    names = [name for name in found if name != entry]
    early = names.index(own.later[0]) + 1 if own.later else 0
    first = "".join(parts[name] for name in names[:early])
    return [f"{LOADER}(async () => {{\n{own.body}}})();\n{first}", *_pieces(parts[name] for name in names[early:])]


def _pieces(scripts: Iterable[str]) -> Iterator[str]:
    """The scripts in order, put together to pieces of about PIECE: while one runs the next arrives."""
    piece = ""
    for script in scripts:
        piece += script
        if len(piece) >= PIECE:
            yield piece
            piece = ""
    if piece:
        yield piece


def one_module(folder: Path, entry: str) -> str:
    """One module that gives what the module `entry` gives, and imports nothing. Raises NotBundled."""
    found = read_modules(folder, entry)
    if any(module.later for module in found.values()):
        raise NotBundled(entry, "a part of it is imported later")
    given = ", ".join(sorted(found[entry].given))
    return "".join(module.script for module in found.values()) + f"export const {{ {given} }} = {_variable(entry)};\n"


def _with_needed(folder: Path, name: str, found: dict[str, Module], above: tuple[str, ...]) -> Iterator[Module]:
    """The modules that `name` adds to those found."""
    if name in found:
        return
    if name in above:
        raise NotBundled(name, f"imports itself by way of {above[-1]}")
    path = folder / name
    if not path.is_file():
        raise NotBundled(above[-1] if above else name, f"there is no {name}")
    module = _read(name, path.read_text("utf-8"))
    for needed in module.needs:
        yield from _with_needed(folder, needed, found, (*above, name))
    found[name] = module
    yield module


def _read(name: str, source: str) -> Module:
    exported = {each: each for each in _DECLARED.findall(source)}
    needs = [match[2] for pattern in (_IMPORT, _PASSED_ON) for match in pattern.finditer(source)]
    for match in _PASSED_ON.finditer(source):
        exported |= {outer: f"{_variable(match[2])}.{inner}" for inner, outer in _pairs(match[1])}
    for match in _LISTED.finditer(source):
        exported |= {outer: inner for inner, outer in _pairs(match[1])}
    later = tuple(dict.fromkeys(_DYNAMIC.findall(source)))
    body = _IMPORT.sub(lambda match: f"const {{ {_unpacked(match[1])} }} = {_variable(match[2])};", source)
    body = _COMMENT.sub("", _DECLARED.sub("", _LISTED.sub("", _PASSED_ON.sub("", body))))
    body = _DYNAMIC.sub(lambda match: f'$part("{match[1]}").promise', body)
    refused = _REFUSED.search(body) or _OPEN_TEMPLATE.search(source)
    if refused is not None:
        raise NotBundled(name, f"a form that is not understood: {refused[0][:60]}")
    return Module(name, tuple(dict.fromkeys(needs)), later, body, exported)


def _pairs(names: str) -> Iterator[tuple[str, str]]:
    """`a, b as c`: each name inside, and what it is called outside."""
    for each in filter(None, (part.strip() for part in names.split(","))):
        inner, _, outer = each.partition(" as ")
        yield inner.strip(), (outer or inner).strip()


def _unpacked(names: str) -> str:
    return ", ".join(inner if inner == outer else f"{inner}: {outer}" for inner, outer in _pairs(names))


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name)


def _told(name: str) -> str:
    return f'$part("{name}").resolve({_variable(name)});\n'

"""Writing the disclosures of many records of one type: what is the same in all of them is written once.

The bytes are those of `vanbang.core.disclosure.commit`, which costs three times as much for it knows nothing of types.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json.encoder import encode_basestring as quote
from operator import itemgetter

from vanbang.catalog import CredentialType
from vanbang.core.encoding import b64url_bytes_each, b64url_each
from vanbang.core.record_keys import RecordKeys, path_of


@dataclass(frozen=True, slots=True)
class Form:
    """How the disclosures of all records that have the same fields are written.

    `template` has one line for each claim (a line feed is no part of canonical JSON); `order` picks what it takes from
    all salts and then all values.
    """

    template: str
    order: Callable[[Sequence[str]], tuple[str, ...]]
    paths: tuple[bytes, ...]
    decoys: int

    def write(self, values: Iterable[str], keys: RecordKeys) -> tuple[list[bytes], list[str]]:
        """Disclosures in the order of the claims; digests, theirs in that order and then those of decoys."""
        text = self.template % self.order((*keys.salts(self.paths), *map(quote, values)))
        texts = b64url_bytes_each(text.encode().split(b"\n"))
        digests = [sha256(text).digest() for text in texts]
        return texts, b64url_each(digests + keys.decoy_digests(self.decoys))

    def commit(self, values: Iterable[str], keys: RecordKeys) -> tuple[list[str], list[str]]:
        """Disclosures ascending by digest, and all digests ascending, as `core.disclosure.commit` gives them."""
        texts, digests = self.write(values, keys)
        by_digest = dict(zip(digests, texts, strict=False))  # decoys have none
        return [by_digest[digest].decode("ascii") for digest in sorted(by_digest)], sorted(digests)


def form_of(kind: CredentialType, fields: tuple[str, ...]) -> Form:
    """The form for records with just these fields, none empty, in this order. Not for claims disclosed by element."""
    present = [(claim, [name for name in claim.fields if name in fields]) for claim in kind.claims]
    present = [(claim, names) for claim, names in present if names]
    lines: list[str] = []
    order: list[int] = []
    for number, (claim, names) in enumerate(present):
        members = ",".join(f"{_literal(name)}:%s" for name in names)
        lines.append(f'["%s",{_literal(claim.name)},{"%s" if len(claim.fields) == 1 else f"{{{members}}}"}]')
        order += [number, *(len(present) + fields.index(name) for name in names)]
    paths = tuple(path_of(claim.name) for claim, _ in present)
    return Form("\n".join(lines), itemgetter(*order), paths, kind.digests - len(present))


def _literal(name: str) -> str:
    return quote(name).replace("%", "%%")

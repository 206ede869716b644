"""The registry's state as its views give it, read from the words of its storage."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from vanbang.adapters.ethereum.storage_layout import (
    ANCHOR,
    KEY,
    REVOCATION,
    STATUS,
    TIP,
    Place,
    slots_of,
    unpack,
    variable,
)
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.views import IssuerView, Revocation, StatusView
from vanbang.core.eip712 import entry_hash
from vanbang.core.registry import Anchor, Key, Naming

Words: TypeAlias = Mapping[int, int]
Reading: TypeAlias = Callable[[Sequence[int]], Words]

_RECORD = ("tipWord", "parent", "head", "control", "successor", "successorFrom")
_NAMING = ("since", "code", "name")


class RegistryState:
    """What the registry's views would answer, from `read`, which gives the word in each of some slots.

    Questions are in the plural, as in the Chronicle port, so that words are asked for together. Raises WordUnknown for
    a word that the registry never writes, and whatever `read` raises.
    """

    def __init__(self, read: Reading) -> None:
        self._read = read

    def issuer_count(self) -> int:
        """`issuerCount`."""
        length = variable("_issuerIds")
        return length.value(self._words([length]))

    def issuers(self, start: int, limit: int) -> list[bytes]:
        """`issuersFrom`: fewer than `limit` at the end of the list."""
        last = min(start + limit, self.issuer_count())
        places = [variable("_issuerIds").entry(index) for index in range(start, last)]
        words = self._words(places)
        return [_bytes32(place.value(words)) for place in places]

    def issuer_views(self, issuer_ids: Sequence[bytes]) -> list[IssuerView]:
        """`issuerOf` for each."""
        records = [variable("_issuers").of(issuer_id) for issuer_id in issuer_ids]
        words = self._words([record.member(name) for record in records for name in _RECORD])
        return [_issuer_view(record, words) for record in records]

    def names(self, issuer_ids: Sequence[bytes]) -> list[list[Naming]]:
        """`namesOf` for each: lengths first, then the names, then what is long among them."""
        lists = [variable("_names").of(issuer_id) for issuer_id in issuer_ids]
        lengths = self._words(lists)
        namings = [[each.entry(index) for index in range(each.value(lengths))] for each in lists]
        words = dict(self._words([naming.member(name) for each in namings for naming in each for name in _NAMING]))
        strings = [naming.member(name) for each in namings for naming in each for name in _NAMING[1:]]
        words |= self._read([slot for string in strings for slot in string.string_slots(words)])
        return [[_naming(naming, words) for naming in each] for each in namings]

    def keys(self, keys: Sequence[tuple[bytes, bytes]]) -> list[Key]:
        """`keyOf` for each issuer and address."""
        places = [variable("_keys").of(issuer_id).of(address) for issuer_id, address in keys]
        words = self._words(places)
        return [Key(*unpack("a key", words[place.slot], KEY).values()) for place in places]

    def anchors(self, keys: Sequence[AnchorKey]) -> list[Anchor]:
        """`anchorOf` for each."""
        places = [variable("_anchors").of(key.issuer_id).of(entry_hash(key)) for key in keys]
        words = self._words(places)
        return [_anchor(unpack("an anchor", words[place.slot], ANCHOR)) for place in places]

    def revocations(self, roots: Sequence[tuple[bytes, bytes]]) -> list[Revocation]:
        """`revocationOf` for each issuer and root."""
        places = [variable("_revocations").of(issuer_id).of(root) for issuer_id, root in roots]
        words = self._words(places)
        found = [unpack("a revocation", words[place.slot], REVOCATION) for place in places]
        return [Revocation(_account(fields["revoker"]), fields["time"]) for fields in found]

    def statuses(self, issuer_ids: Sequence[bytes]) -> list[StatusView]:
        """`statusOf` for each issuer."""
        roots = [variable("_statusRoots").of(issuer_id) for issuer_id in issuer_ids]
        places = [variable("_statuses").of(issuer_id) for issuer_id in issuer_ids]
        words = self._words([*roots, *places])
        return [
            _status(words[root.slot], unpack("a status", words[place.slot], STATUS))
            for root, place in zip(roots, places, strict=True)
        ]

    def _words(self, places: Sequence[Place]) -> Words:
        return self._read(slots_of(places))


def _issuer_view(record: Place, words: Words) -> IssuerView:
    def stored(*path: str) -> int:
        place = record
        for name in path:
            place = place.member(name)
        return place.value(words)

    tip = unpack("an issuer", stored("tipWord"), TIP)
    return IssuerView(
        admin=_account(tip["admin"]),
        standing=tip["standing"],
        seq=tip["seq"],
        last_block=tip["lastBlock"],
        parent=_bytes32(stored("parent")),
        head=_bytes32(stored("head")),
        void_since=stored("control", "voidSince"),
        pending_admin=_account(stored("control", "pendingAdmin")),
        pending_from=stored("control", "pendingAdminFrom"),
        pending_by_registrar=bool(stored("control", "pendingByRegistrar")),
        registrar=bool(stored("control", "registrar")),
        successor=_bytes32(stored("successor")),
        successor_from=stored("successorFrom"),
    )


def _naming(place: Place, words: Words) -> Naming:
    since, code, name = (place.member(name) for name in _NAMING)
    return Naming(since.value(words), code.string(words), name.string(words))


def _anchor(fields: Mapping[str, int]) -> Anchor:
    return Anchor(_account(fields["signer"]), fields["time"], fields["block"], fields["state"])


def _status(root: int, fields: Mapping[str, int]) -> StatusView:
    return StatusView(_bytes32(root), _account(fields["setter"]), fields["time"], fields["epoch"], fields["block"])


def _account(number: int) -> bytes:
    return number.to_bytes(20, "big")


def _bytes32(number: int) -> bytes:
    return number.to_bytes(32, "big")

"""Whose row it is, and whether its number is free: checks that need to know the institutions and what was issued."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Final

from vanbang.catalog import Problem
from vanbang.catalog.problems import Dimension, Severity
from vanbang.catalog.replacing import Replaceable
from vanbang.core.record_keys import SECRET_SIZE
from vanbang.notary.checking import Issued
from vanbang.notary.examining import Candidate, Examined
from vanbang.notary.lists import Finding
from vanbang.notary.records import encrypt_record
from vanbang.notary.replacing import NextEdition, Obstacle, next_editions
from vanbang.ports import Institution, NewRecord, ObjectStore, Store


@dataclass(frozen=True, slots=True)
class Belonging:
    """Refuses rows of an institution that the uploader does not act for. `iss` None: the ministry acts for all."""

    institutions: Sequence[Institution]
    iss: str | None
    _by_code: dict[str, Institution] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_code.update({item.code: item for item in self.institutions})

    def check(self, chunk: Sequence[Candidate]) -> None:
        """Notes rows of others, and names that are not the registered ones."""
        for candidate in chunk:
            if candidate.record is not None:
                code = candidate.kind.issuer_code(candidate.record)
                name = candidate.kind.issuer_name(candidate.record)
                candidate.is_compared = True
                if found := self._problem(candidate, code, name):
                    candidate.add(found)

    def _problem(self, candidate: Candidate, code: str, name: str) -> Problem | None:
        institution = self._by_code.get(code)
        column = candidate.kind.issuer_claims["code"][-1]
        if institution is None and self.iss is None:
            return _problem(
                column,
                code,
                "issuer_unknown",
                f"Chưa có đơn vị nào mã {code}; hãy đăng ký đơn vị trước, hoặc sửa mã.",
                f"No institution has the code {code}; register it first, or correct the code.",
                dimension="live",
            )
        if institution is None or self.iss not in (None, institution.iss):
            mine = next((item.code for item in self.institutions if item.iss == self.iss), "-")
            return _problem(
                column,
                code,
                "issuer_not_yours",
                f"Dòng này của đơn vị {code}; danh sách này được cấp dưới tên {mine}. Hãy tách ra.",
                f"This row is of {code}; the list is issued as {mine}. Put it into another list.",
            )
        if name != institution.name:
            return _problem(
                candidate.kind.issuer_claims["name"][-1],
                name,
                "issuer_name_not_registered",
                "Tên đơn vị cấp bằng phải đúng từng chữ như đã đăng ký, nếu không văn bằng sẽ không hợp lệ.",
                "The issuer's name must be the registered one, letter by letter, or no diploma is valid.",
                institution.name,
                "live",
            )
        return None


@dataclass(frozen=True, slots=True)
class Taken:
    """Refuses records that another list holds, issued already or on their way, unless they replace superseded ones.

    What replaces another says so from then on: it is the next edition.
    """

    store: Store
    objects: ObjectStore
    upload_id: str

    def compare(self, examined: Examined, places: Sequence[int]) -> dict[int, Issued]:
        """One question to the store for the whole unit, and a few more for those of it that are taken."""
        keys = examined.stored.keys
        place_of = {keys[place]: place for place in places}
        taken = self.store.taken(list(place_of), self.upload_id)
        found = next_editions(self.store, self.objects, taken) if taken else {}
        return {place_of[key]: _judged(examined, place_of[key], what) for key, what in found.items()}


TAKEN: Final = {
    Obstacle.ON_ITS_WAY: (
        "Số hiệu này đã có trong một danh sách khác đang được cấp. Hãy bỏ dòng này, hoặc sửa lại số.",
        "This serial number is in another list that is being issued. Remove the row, or correct the number.",
    ),
    Obstacle.IN_FORCE: (
        "Số hiệu này đã được cấp trước đây. Hãy bỏ dòng này; nếu là bản chỉnh sửa thì trước hết phải thay thế văn bằng "
        "cũ (`vanbang status propose --status superseded`, do người khác duyệt).",
        "This serial number was issued before. Remove the row; for a corrected diploma supersede the old one first "
        "(`vanbang status propose --status superseded`, approved by another person).",
    ),
    Obstacle.REVOKED: (
        "Văn bằng số hiệu này đã bị thu hồi vĩnh viễn. Hãy bỏ dòng này, hoặc cấp văn bằng mới với số hiệu khác.",
        "The diploma with this serial number was revoked for good. Remove the row, or issue it under a new number.",
    ),
    Obstacle.NOT_FINAL: (
        "Văn bằng cũ đang được thay thế nhưng sổ chưa ghi xong. Hãy gửi lại danh sách này sau vài phút "
        "(`vanbang status show` cho biết đã tới đâu).",
        "The old diploma is being superseded, and the registry does not say so for good yet. Send this list again in "
        "some minutes (`vanbang status show` tells how far it is).",
    ),
}
"""What to do about a number that is taken."""


def _judged(examined: Examined, place: int, found: NextEdition | Obstacle) -> Issued:
    """Why a row cannot be issued; or its record as the next edition, under a secret of its own."""
    kind, number = examined.kind(place), examined.numbers[place]
    column, value = kind.key[0], examined.values_by_place()[place][0]
    record = examined.stored.record(kind, place) if isinstance(found, NextEdition) else None
    if isinstance(found, Obstacle) or not isinstance(record, Replaceable):
        obstacle = found if isinstance(found, Obstacle) else Obstacle.IN_FORCE
        return Issued(Finding.of(number, _problem(column, value, obstacle.value, *TAKEN[obstacle], dimension="clean")))
    vi = f"Dòng này thay văn bằng đã cấp: lần cấp {found.edition}, theo {found.decision}. Hãy chắc chắn đã sửa đúng."
    en = f"This row replaces an issued diploma: edition {found.edition}, by {found.decision}. Make sure it is right."
    problem = _problem(column, value, "replaces_earlier", vi, en, dimension="clean", severity="warning")
    changed, secret = record.replacing(found.edition, found.decision, found.leaf), token_bytes(SECRET_SIZE)
    stored, ciphertext = examined.stored, encrypt_record(kind, changed, secret)
    persons = stored.learners[place], stored.citizens[place]
    new = NewRecord(stored.keys[place], secret, ciphertext, found.edition, *persons)
    return Issued(Finding.of(number, problem), new)


def _problem(
    column: str,
    value: str,
    rule: str,
    vi: str,
    en: str,
    suggestion: str | None = None,
    dimension: Dimension = "accurate",
    severity: Severity = "error",
) -> Problem:
    return Problem(
        field=column,
        value=value,
        rule=rule,
        severity=severity,
        message_vi=vi,
        message_en=en,
        suggestion=suggestion,
        dimension=dimension,
    )

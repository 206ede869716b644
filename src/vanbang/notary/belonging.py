"""Whose row it is, and whether its number is free: checks that need to know the institutions and what was issued."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vanbang.catalog import Problem
from vanbang.catalog.problems import Dimension
from vanbang.notary.checking import Candidate
from vanbang.notary.records import record_key
from vanbang.ports import Institution, RecordStore


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
            return _error(
                column,
                code,
                "issuer_unknown",
                f"Chưa có đơn vị nào mã {code}; hãy đăng ký đơn vị trước, hoặc sửa mã.",
                f"No institution has the code {code}; register it first, or correct the code.",
                dimension="live",
            )
        if institution is None or self.iss not in (None, institution.iss):
            mine = next((item.code for item in self.institutions if item.iss == self.iss), "-")
            return _error(
                column,
                code,
                "issuer_not_yours",
                f"Dòng này của đơn vị {code}; danh sách này được cấp dưới tên {mine}. Hãy tách ra.",
                f"This row is of {code}; the list is issued as {mine}. Put it into another list.",
            )
        if name != institution.name:
            return _error(
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
    """Refuses records that another list holds: issued already, or on their way."""

    store: RecordStore
    index_key: bytes
    upload_id: str

    def check(self, chunk: Sequence[Candidate]) -> None:
        """One question to the store for the whole chunk."""
        keys = {
            record_key(self.index_key, candidate.kind, candidate.record): candidate
            for candidate in chunk
            if candidate.record is not None and not candidate.is_refused
        }
        for key, state in self.store.taken(list(keys), self.upload_id).items():
            candidate = keys[key]
            candidate.add(_taken(candidate, issued=state not in ("RECEIVING", "ACCEPTED")))


def _taken(candidate: Candidate, *, issued: bool) -> Problem:
    column = candidate.kind.key[0]
    value: str = candidate.record.__dict__[column] if candidate.record else ""
    if issued:
        return _error(
            column,
            value,
            "already_issued",
            "Số hiệu này đã được cấp trước đây. Hãy bỏ dòng này, hoặc cấp bản thay thế.",
            "This serial number was issued before. Remove the row, or issue a replacement.",
            dimension="clean",
        )
    return _error(
        column,
        value,
        "in_another_list",
        "Số hiệu này đã có trong một danh sách khác đang được cấp. Hãy bỏ dòng này, hoặc sửa lại số.",
        "This serial number is in another list that is being issued. Remove the row, or correct the number.",
        dimension="clean",
    )


def _error(
    column: str,
    value: str,
    rule: str,
    vi: str,
    en: str,
    suggestion: str | None = None,
    dimension: Dimension = "accurate",
) -> Problem:
    return Problem(
        field=column,
        value=value,
        rule=rule,
        severity="error",
        message_vi=vi,
        message_en=en,
        suggestion=suggestion,
        dimension=dimension,
    )

"""What a credential says that was issued again, under the key of one that was superseded: which edition it is, by which
decision, and which credential it replaces.

We set it when the corrected record comes in; a list that brings it is refused. It is disclosed like any other claim.
"""

from typing import Annotated, Self

from vanbang.catalog.model import Block, ClaimSpec, Column, Record

EDITION = Column("Lần cấp", "Edition", "2", 5, required=False, given=False)
DECISION = Column("Theo quyết định", "By decision", "QĐ 123/QĐ-ĐHBK 10/06/2026", 200, required=False, given=False)
REPLACED_LEAF = Column(
    "Mã băm của văn bằng được thay", "Leaf hash of the diploma replaced", "9f" * 32, 64, required=False, given=False
)


class Replaceable(Record):
    """A record that may be issued again, corrected; a first edition has none of this."""

    lan_cap: Annotated[str, EDITION] = ""
    quyet_dinh_thay_the: Annotated[str, DECISION] = ""
    ma_bam_van_bang_duoc_thay: Annotated[str, REPLACED_LEAF] = ""

    @property
    def edition(self) -> int:
        """Which edition this is, from 1."""
        return int(self.lan_cap or 1)

    def replacing(self, edition: int, decision: str, leaf: bytes) -> Self:
        """This record as the edition that replaces, by a decision, the credential with this leaf hash (32 bytes)."""
        told = {"lan_cap": str(edition), "quyet_dinh_thay_the": decision, "ma_bam_van_bang_duoc_thay": leaf.hex()}
        return self.model_copy(update=told)


REPLACES = ClaimSpec(
    "thay_the",
    ("lan_cap", "quyet_dinh_thay_the", "ma_bam_van_bang_duoc_thay"),
    "Thay thế văn bằng đã cấp",
    "Replaces an earlier one",
)
REPLACES_BLOCK = Block("section", ("thay_the",), "Thay thế", "Replacement")

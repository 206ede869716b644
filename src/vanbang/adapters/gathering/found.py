"""What is found: a file's bytes, or why there are none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.core.errors import VanbangError

MAX_PDF_BYTES: Final = 52_428_800
"""A diploma's page has some hundred kilobytes; scans of supplements have made files of 30 MB."""
PIECE: Final = 65_536
LONGEST_NAME: Final = 300
"""Characters."""

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "archive_inside": (
        "Đây là một tệp nén; hãy kiểm tra riêng tệp này.",
        "This is an archive: check it by itself.",
    ),
    "folder_unreadable": ("Không mở được thư mục này.", "This folder cannot be opened."),
    "link": ("Đây là liên kết tới nơi khác nên không mở.", "This is a link to some other place: it is not followed."),
    "not_a_file": ("Đây không phải là tệp.", "This is no regular file."),
    "pdf_too_large": ("Tệp PDF lớn hơn 50 MB.", "The PDF is larger than 50 MB."),
    "unreadable": ("Không đọc được tệp này.", "This file cannot be read."),
    "zip_bomb": (
        "Tệp nén phồng lên quá mức khi giải nén.",
        "It swells beyond all measure when it is unpacked.",
    ),
    "zip_damaged": ("Tệp trong kho nén bị hỏng hoặc bị sửa.", "It is damaged or was changed inside the archive."),
    "zip_encrypted": ("Tệp trong kho nén có mật khẩu.", "It is encrypted with a password."),
    "zip_method": ("Kiểu nén này không dùng được ở đây.", "It is packed by a method that is not read here."),
    "zip_overlap": (
        "Tệp này nằm chồng lên tệp khác trong kho nén.",
        "It overlaps with another file of the archive.",
    ),
    "zip_path": ("Tên tệp dẫn ra ngoài kho nén.", "Its name leads out of the archive."),
    "zip_twice": (
        "Kho nén có hai tệp cùng tên này; không rõ tệp nào là đúng.",
        "The archive has two files of this name: it is not clear which one is meant.",
    ),
}
"""Why something is not read, Vietnamese and English, by a stable code."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to be judged: its name as it may be shown, and its bytes, no more than one over its limit."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that cannot be judged; `code` is one of REASONS, or of another error that stopped it."""

    name: str
    code: str


Item: TypeAlias = Found | Unreadable


class NotRead(VanbangError):
    """A file that is passed over; `reason` is a code of REASONS."""

    code: ClassVar[str] = "not_read"

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason][1])
        self.reason = reason


def cut_name(name: str) -> str:
    """A name of a length that a table can bear; an archive's may have 65,535 bytes."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def is_pdf(data: bytes | bytearray) -> bool:
    """Whether a PDF begins so: readers of PDFs look for its mark in the first 1,024 bytes."""
    return b"%PDF-" in data[:1_024]


def item_of(name: str, pieces: Iterable[bytes]) -> Item:
    """The file whose bytes come in pieces, read no further than it may be long. Raises what the pieces raise.

    A file over a credential's limit comes cut one byte behind it: that much shows that it is none.
    """
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > (MAX_PDF_BYTES if is_pdf(data) else MAX_CREDENTIAL_BYTES):
            break
    if not is_pdf(data):
        return _plain(name, bytes(data[: MAX_CREDENTIAL_BYTES + 1]))
    return Unreadable(name, "pdf_too_large") if len(data) > MAX_PDF_BYTES else Found(name, bytes(data))


def _plain(name: str, data: bytes) -> Item:
    return Unreadable(name, "archive_inside") if data.startswith(b"PK\x03\x04") else Found(name, data)

"""What commands print: words and tables for people, JSON for machines, and exit statuses."""

import json
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import Any
from unicodedata import category

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from vanbang.core.errors import VanbangError
from vanbang.core.verification import Verdict
from vanbang.notary.refusing import refusal_said
from vanbang.ports import CallReverted


class Exit(IntEnum):
    """Exit statuses (docs/format.md section 14)."""

    OK = 0
    REFUSED = 1
    INVALID = 10
    UNDETERMINED = 11
    USAGE = 64
    CRASH = 70


EXIT_OF_VERDICT = {Verdict.VALID: Exit.OK, Verdict.INVALID: Exit.INVALID, Verdict.UNDETERMINED: Exit.UNDETERMINED}

UNBROKEN = 20
"""Characters: an API key's id, a time, a serial number."""

console = Console(soft_wrap=True, highlight=False)
errors = Console(stderr=True, soft_wrap=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def plain(text: str) -> str:
    """Text from outside as a terminal may show it: what would move, hide or turn other text becomes an escape."""
    return "".join(c if category(c) not in _UNSHOWABLE else f"\\u{ord(c):04x}" for c in text)


def two_languages(vietnamese: str, english: str) -> Text:
    """A sentence in both languages, one below the other."""
    return Text.assemble(plain(vietnamese), "\n", (plain(english), "dim"))


def print_table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str | Text, ...]]) -> None:
    """A table for people; nothing in it is cut off, and a plain string in it is shown as it is.

    Columns of short cells (ids, dates, codes) stay on one line, for they are copied.
    """
    widths = [max((len(str(row[at])) for row in rows), default=0) for at in range(len(columns))]
    heads = (
        Column(name, overflow="fold", min_width=width if width <= UNBROKEN else None)
        for name, width in zip(columns, widths, strict=True)
    )
    table = Table(*heads, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(plain(cell)) for cell in row))
    console.print(table)


def print_error(error: VanbangError) -> None:
    """What went wrong, a Vietnamese sentence by its kind, an English one with the particulars."""
    errors.print("[bold red]Lỗi / Error[/]: ", end="")
    errors.print(
        f"{VIETNAMESE.get(error.code, VIETNAMESE['vanbang'])}\n({error.code}) {plain(str(error))}", markup=False
    )
    if isinstance(error, CallReverted):
        errors.print("\n".join(refusal_said(error.reason)), markup=False)


_UNSHOWABLE = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])

VIETNAMESE = {
    "vanbang": "Không làm được việc này.",
    "already_set_up": "Thư mục này đã có dữ liệu; chưa thay đổi gì.",
    "backup_damaged": "Bản sao lưu bị hỏng, bị sửa, hoặc sai mật khẩu; chưa khôi phục gì.",
    "call_reverted": "Sổ đăng ký trên chuỗi từ chối giao dịch này.",
    "chain_in_use": "Chuỗi phát triển kèm theo đang chạy nên chưa sao lưu được.",
    "chain_stands_still": "Chuỗi đang đứng yên; mọi thứ vẫn được giữ và tự làm tiếp khi chuỗi chạy lại.",
    "chain_unknown": "Chưa có hồ sơ của chuỗi này.",
    "changes_refused": "Có thay đổi không thực hiện được; chưa lưu thay đổi nào.",
    "clock_behind": "Đồng hồ của máy này chạy chậm so với chuỗi.",
    "too_many": "Đã đủ số lượng cho phép; hãy thu hồi hoặc đợi trả lời bớt rồi làm lại.",
    "cluster_unfit": "Cụm Dask chạy mã khác với máy này; hãy cài cùng một phiên bản ở cả hai bên.",
    "cluster_unreachable": "Cụm Dask chưa trả lời hoặc không có tiến trình nào; hãy thử lại sau.",
    "conflict": "Trái với dữ liệu đang có; chưa thay đổi gì.",
    "devchain_not_loopback": "Chuỗi phát triển chỉ nhận kết nối trong máy này.",
    "devchain_rpc": "Chuỗi phát triển từ chối yêu cầu.",
    "devchain_store_busy": "Chuỗi phát triển này đang được một chương trình khác dùng.",
    "devchain_store_unusable": "Không dùng được dữ liệu của chuỗi phát triển.",
    "disclosures": "Các mục được trình ra không khớp với văn bằng.",
    "empty_wallet": "Tài khoản không đủ tiền trả phí giao dịch.",
    "erased": "Dữ liệu này đã bị xóa vĩnh viễn; không thể cấp lại tệp văn bằng.",
    "files_damaged": "Tệp công khai của đợt cấp bị hỏng hoặc thiếu; chưa ghi gì vào sổ.",
    "format": "Dữ liệu hoặc tùy chọn không đúng dạng.",
    "hash_differs": "Nội dung nhận được khác mã băm đã nêu.",
    "http": "Máy chủ tệp công khai không trả lời được.",
    "idempotency_key_reused": "Idempotency-Key này đã dùng cho yêu cầu khác.",
    "json": "Nội dung không phải JSON đúng chuẩn.",
    "key_elsewhere": "Việc này phải do tài khoản giữ khóa ở nơi khác gửi.",
    "key_missing": "Không mở được khóa ký.",
    "key_refused": "Không tạo được khóa API như vậy.",
    "key_unreachable": "Nơi giữ khóa ký chưa trả lời; hãy thử lại sau.",
    "lease_lost": "Tiến trình khác đã nhận việc này; chưa ghi gì.",
    "ledger_unsure": "Chưa biết được tình trạng trên chuỗi; hãy thử lại sau.",
    "ledger_wrong": "Đây không phải chuỗi hoặc sổ đã cài đặt.",
    "list_changed": "Tệp bị ghi thêm hoặc sửa trong khi đang đọc; hãy đợi tệp xong rồi làm lại.",
    "list_unreadable": "Không đọc được danh sách.",
    "listener_lost": "Trang không còn nhận được kết nối nào nên phải dừng; hãy chạy lại.",
    "no_browser": "Máy này thiếu trình duyệt Chromium hoặc playwright để đo.",
    "no_good_key": "Đơn vị không còn khóa ký nào có hiệu lực cho việc này.",
    "no_state_proofs": "Chuỗi hoặc máy chủ không cho bằng chứng trạng thái nên chưa kiểm được.",
    "not_allowed": "Người ra lệnh không được làm việc này.",
    "not_issued": "Chưa cấp văn bằng nào như vậy.",
    "not_read": "Không đọc được tệp này.",
    "not_set_up": "Thư mục này chưa được cài đặt, hoặc cài đặt chưa đủ.",
    "page_sources": "Mã nguồn của trang kiểm tra có chỗ không ghép được thành một tệp.",
    "parts_missing": "Còn thiếu phần chưa gửi tới.",
    "piece_unknown": "Văn bằng này không có mục như vậy.",
    "pdf_certificate": "Không mở được chứng thư dùng để ký PDF.",
    "pdf_encrypted": "Tệp PDF có mật khẩu nên không đọc được.",
    "pdf_not_printed": "Không in được thành PDF.",
    "pdf_several_credentials": "Tệp PDF kèm nhiều tệp văn bằng khác nhau nên không biết nó thay cho văn bằng nào.",
    "pdf_too_large": "Tệp PDF quá lớn hoặc kèm quá nhiều tệp nên không được kiểm tra.",
    "pdf_without_credential": "Không có tệp văn bằng số nào đọc được trong tệp PDF này.",
    "proof": "Đường chứng minh trong cây băm không khớp.",
    "proof_url": "Không mở được đường dẫn kiểm tra.",
    "proven_otherwise": "Trạng thái đã chứng minh khác với điều máy chủ nói.",
    "record": "Không trích được các mục này.",
    "refused": "Yêu cầu bị từ chối.",
    "root_mismatch": "Hai cách tính cho hai kết quả khác nhau; không ký gì cả.",
    "rpc": "Máy chủ của chuỗi không trả lời được.",
    "rpc_batches_refused": "Máy chủ của chuỗi không nhận nhiều câu hỏi một lúc.",
    "rpc_refused": "Máy chủ của chuỗi từ chối yêu cầu.",
    "schema_differs": "Cơ sở dữ liệu thuộc phiên bản khác của vanbang.",
    "server_answer": "Máy chủ ở địa chỉ này không phải máy chủ vanbang, hoặc trả lời sai.",
    "server_problem": "Máy chủ từ chối yêu cầu.",
    "server_unreachable": "Không kết nối được với máy chủ, hoặc kết nối bị ngắt giữa chừng.",
    "share_ended": "Đường dẫn này đã hết thời hạn hoặc đã được thu hồi. Điều đó không nói gì về văn bằng: hãy xin "
    "người mang bằng một đường dẫn khác.",
    "signature": "Chữ ký không dùng được.",
    "state_proof": "Bằng chứng trạng thái không đúng.",
    "storage_word": "Dữ liệu trên chuỗi không phải do sổ đăng ký này ghi.",
    "source_damaged": "Tệp công khai trong kho bị hỏng hoặc thiếu; phần dựa vào tệp đó chưa được công bố.",
    "spending_limit": "Đã chi hết mức cho phép trong ngày; sẽ tự làm tiếp.",
    "store": "Không ghi hoặc đọc được dữ liệu.",
    "store_busy": "Cơ sở dữ liệu hoặc kho tệp đang bận hoặc chưa trả lời; hãy thử lại sau.",
    "tile_broken": "Một mảnh cây trong các tệp công khai bị hỏng; hãy khôi phục tệp đã nêu rồi làm lại.",
    "unknown_credential_type": "Không có loại văn bằng này.",
    "work_elsewhere": "Tiến trình khác đang làm việc này.",
    "worker_lost": "Một tiến trình phụ bị mất; hãy chạy lại.",
    "wrong_password": "Sai mật khẩu của kho khóa, hoặc tệp khóa bị hỏng.",
}

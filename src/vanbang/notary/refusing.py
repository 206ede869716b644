"""Why the registry refuses a call, in words: every error of contracts/IAnchorRegistry.sol and every Refusal.

The contract's own sentence (`AnchorRegistryGroupRefused(0, KeyEnded)`) names the error and its arguments; here stands
what it means and what to do.
"""

import re
from collections.abc import Mapping
from typing import Final

Said = tuple[str, str]
"""Vietnamese, English."""

REFUSALS: Final[Mapping[str, Said]] = {
    "Expired": (
        "Chữ ký đã quá hạn; đợt cấp sẽ được ký lại.",
        "The signature's deadline has passed: the batch is signed anew.",
    ),
    "UnknownIssuer": (
        "Sổ không biết đơn vị này; hãy đăng ký bằng `vanbang issuer add`.",
        "The registry does not know this institution: register it with `vanbang issuer add`.",
    ),
    "IssuerNotActive": (
        "Đơn vị đang bị đình chỉ hoặc đã đóng; tự làm tiếp khi cơ quan quản lý phục hồi (`vanbang issuer reinstate`).",
        "The institution is suspended or closed: this goes on by itself once its registrar reinstates it.",
    ),
    "IssuerIsVoid": (
        "Đơn vị đã bị tuyên vô hiệu; chỉ cơ quan quản lý mới gỡ được (`vanbang issuer void --lift`).",
        "The institution was declared void: only its registrar can lift that (`vanbang issuer void --lift`).",
    ),
    "BadSignature": (
        "Chữ ký sai dạng hoặc không phải của khóa nào; hãy ký lại.",
        "The signature is malformed or by no key at all: have it signed again.",
    ),
    "UnknownKey": (
        "Sổ không biết khóa đã ký; hãy thêm khóa bằng `vanbang key add`.",
        "The registry does not know the key that signed: add it with `vanbang key add`.",
    ),
    "WrongRole": (
        "Khóa đã ký giữ vai trò khác; hãy ký bằng khóa đúng vai trò.",
        "The key that signed has another role: sign with a key of the right one.",
    ),
    "KeyNotYetValid": (
        "Khóa ký chưa tới ngày có hiệu lực; tự làm tiếp khi tới.",
        "The signing key's window has not begun: this goes on by itself when it does.",
    ),
    "KeyEnded": (
        "Khóa ký đã hết hiệu lực; hãy thay bằng `vanbang key rotate`.",
        "The signing key has ended: replace it with `vanbang key rotate`.",
    ),
    "KeyIsCompromised": (
        "Khóa ký đã bị tuyên bố lộ; hãy thêm khóa mới bằng `vanbang key add`.",
        "The signing key was declared compromised: add a new one with `vanbang key add`.",
    ),
    "EmptyGroup": ("Không có đợt cấp nào trong lời gọi.", "The call holds no batch."),
    "EmptyTree": (
        "Đợt cấp rỗng hoặc có số văn bằng không thể có.",
        "The batch is empty, or its number of diplomas cannot be.",
    ),
}
"""By the contract's `Refusal`."""

ERRORS: Final[Mapping[str, Said]] = {
    "NotOwner": ("Chỉ chủ sổ mới làm được việc này.", "Only the registry's owner may do this."),
    "NotPendingOwner": (
        "Tài khoản này không được mời làm chủ sổ; chủ sổ phải mời trước.",
        "This account was not named as the next owner: the owner has to name it first.",
    ),
    "NotAdmin": ("Chỉ quản trị của đơn vị mới làm được việc này.", "Only the institution's admin may do this."),
    "NotRegistrar": (
        "Chỉ chủ sổ hoặc cơ quan quản lý đang hoạt động của đơn vị mới làm được việc này.",
        "Only the owner, or the active registrar of the institution's branch, may do this.",
    ),
    "NotPendingAdmin": (
        "Tài khoản này không được chỉ định làm quản trị; phải chỉ định trước (`issuer replace-admin`).",
        "This account was not named as the next admin: that comes first (`issuer replace-admin`, `key rotate`).",
    ),
    "ZeroAddress": ("Địa chỉ trống.", "The address is zero."),
    "EmptyText": ("Thiếu tên hoặc mã.", "A name or code is empty."),
    "TextTooLong": ("Tên hoặc mã quá dài.", "A name or code is too long."),
    "IssuerExists": ("Đơn vị này đã có trong sổ.", "The registry has this institution already."),
    "UnknownIssuer": REFUSALS["UnknownIssuer"],
    "SameStanding": ("Đơn vị đang ở đúng tình trạng ấy rồi.", "The institution is in that standing already."),
    "InvalidStanding": ("Không có tình trạng như vậy.", "There is no such standing."),
    "TooEarly": (
        "Thời điểm sớm hơn mức cho phép: hãy đợi, hoặc chọn thời điểm muộn hơn (khai lộ khóa quá 30 ngày: --as-owner).",
        "That is earlier than allowed: wait, or choose a later time (a compromise more than 30 days back: --as-owner).",
    ),
    "TooLate": (
        "Thời điểm muộn hơn mức cho phép: khóa đã hết hạn; hoặc ngày khai lộ ở tương lai, hay muộn hơn ngày đã khai.",
        "That is later than allowed: the key has ended, or a compromise may only be dated earlier and not ahead.",
    ),
    "TransferPendingByRegistrar": (
        "Cơ quan quản lý đang thay quản trị của đơn vị; quản trị cũ không chuyển giao được nữa.",
        "The registrar is replacing this admin, who cannot hand over meanwhile.",
    ),
    "KeyExists": ("Sổ đã có khóa này; hãy dùng khóa khác.", "The registry has this key already: take another one."),
    "UnknownKey": ("Sổ không có khóa này của đơn vị.", "The registry has no such key of this institution."),
    "InvalidRole": ("Một khóa chỉ có một vai trò.", "A key has exactly one role."),
    "InvalidSuccessor": (
        "Đơn vị kế thừa phải có trong sổ và khác đơn vị này.",
        "A successor must be registered, and another institution.",
    ),
    "WrongEpoch": (
        "Gốc tình trạng đã sang kỳ khác; bước sau sẽ tính lại.",
        "The status root is at another epoch by now: the next step looks again.",
    ),
    "EmptyStatusRoot": ("Gốc tình trạng trống.", "The status root is empty."),
    "AlreadyRevoked": ("Đợt cấp này đã bị thu hồi rồi.", "This batch is revoked already."),
}
"""By the contract's error, without its prefix."""
OTHER: Final[Said] = ("Sổ đăng ký từ chối; phải có người xem.", "The registry refuses this: somebody has to look.")
_ERROR: Final = re.compile(r"AnchorRegistry(\w+)\(([^)]*)\)")


def refusal_said(reason: str) -> Said:
    """What a refusal means, from the text of a CallReverted or of a trouble with that code."""
    match = _ERROR.search(reason)
    if match is None:
        return OTHER
    name, last = match[1], match[2].rpartition(",")[2].strip()
    if name in ("GroupRefused", "Refused"):
        return REFUSALS.get(last, OTHER)
    return ERRORS.get(name, OTHER)

"""What `verify` says of a PDF beside the verdict on the credential inside."""

from typing import Any

from vanbang.adapters.pdf.signatures import PdfSignature
from vanbang.cli.output import console, two_languages

NOT_ITS_LOOKS = (
    "Kết luận là về văn bằng số đính kèm trong tệp PDF, với các nội dung dưới đây. Những gì nhìn thấy trên trang PDF "
    "không được bảo đảm: hãy so từng mục.",
    "The verdict is on the digital diploma attached to the PDF, with the claims below. What the PDF looks like is not "
    "vouched for: compare them.",
)
UNSIGNED = ("Tệp PDF này không có chữ ký số.", "The PDF itself is not signed.")
WHOLE = (
    "Toàn bộ tệp PDF được ký số bởi {signer} (theo chứng thư do {authority} cấp; chưa hỏi nơi cấp).",
    "The whole PDF is signed by {signer} (says a certificate of {authority}, which was not asked).",
)
CHANGED = (
    "Tệp PDF có chữ ký số{by_vi}, nhưng đã bị sửa hoặc thêm vào sau khi ký.",
    "The PDF has a signature{by_en}, but was changed or added to after signing.",
)


def say_of_pdf(signature: PdfSignature) -> None:
    """That the PDF's looks prove nothing, and how it is signed."""
    console.print(two_languages(*NOT_ITS_LOOKS))
    console.print(two_languages(*_signed(signature)))


def pdf_facts(signature: PdfSignature) -> dict[str, Any]:
    """The same for machines."""
    return {
        "signature": signature.state,
        "signer": signature.signer or None,
        "authority": signature.authority or None,
    }


def _signed(signature: PdfSignature) -> tuple[str, str]:
    if signature.state == "unsigned":
        return UNSIGNED
    signer, authority = signature.signer, signature.authority
    vietnamese, english = WHOLE if signature.state == "whole" else CHANGED
    by_vi, by_en = (f" của {signer}", f" of {signer}") if signer else ("", "")
    return (
        vietnamese.format(signer=signer, authority=authority, by_vi=by_vi),
        english.format(signer=signer, authority=authority, by_en=by_en),
    )

"""The printed diploma: the same bytes again, every type on its page, text that is only text, and fit for archives."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from pdf_cases import CREDENTIAL
from printed import DIPLOMA, URL, examples, longest, world_of
from vanbang.adapters.pdf import PdfNotPrinted, credential_in, printing
from vanbang.adapters.pdf.content import BOX
from vanbang.adapters.pdf.printing import TypstPrinter, _compiler
from vanbang.catalog import TYPES, CredentialType, UnknownCredentialType, type_by_name
from vanbang.core.credential import FileRejected, read_credential
from world import World

POINTS = 72 / 25.4
FRAME = 7.5 * POINTS
HOSTILE = (
    '#import "/etc/passwd": *',
    "#eval(\"1+1\") #sys.inputs #read('x')",
    "$ x^2 $ \\u{41} \\ ] } )",
    "*đậm* _nghiêng_ `mã` <nhãn> @dẫn = đầu",
    "https://example.org/ -- --- ~ ... /* */ // ",
    "' \" “ ” {{ 1 }} <script>alert(1)</script>",
)


@cache
def pdf_of(values: tuple[tuple[str, str], ...], kind: CredentialType = DIPLOMA) -> bytes:
    return TypstPrinter().diploma(world_of(dict(values), kind).credential(), URL)


def printed(values: Mapping[str, str], kind: CredentialType = DIPLOMA) -> bytes:
    return pdf_of(tuple(values.items()), kind)


def text_of(pdf: bytes) -> str:
    """The text layer, lines joined."""
    pages = (page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    return " ".join(" ".join(pages).replace("\u200b", "").split())


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))


def roles(pdf: pikepdf.Pdf) -> list[tuple[str, Any]]:
    """Role and element of everything in the structure tree, in reading order."""
    found: list[tuple[str, Any]] = []

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for kid in node:
                walk(kid)
        elif isinstance(node, pikepdf.Dictionary) and ("/S" in node or node.get("/Type") == "/StructTreeRoot"):
            found.append((str(node.get("/S", "")), node))
            walk(node.get("/K", pikepdf.Array()))

    walk(pdf.Root.StructTreeRoot)
    return found


def test_the_same_bytes_again() -> None:
    """Printing is a function of file and proof URL: a printer that starts anew writes the same bytes."""
    first = TypstPrinter().diploma(CREDENTIAL, URL)
    assert TypstPrinter().diploma(CREDENTIAL, URL) == first
    _compiler.cache_clear()
    assert TypstPrinter().diploma(CREDENTIAL, URL) == first
    assert TypstPrinter().diploma(CREDENTIAL, URL[:-1] + "B") != first


@pytest.mark.parametrize("kind", TYPES.values(), ids=lambda kind: f"{kind.name}-{kind.version}")
@pytest.mark.parametrize("filled", [examples, longest], ids=["usual", "longest"])
def test_every_type_prints(kind: CredentialType, filled: Any) -> None:
    """Each type of the catalog has its page, with the file inside, and nothing runs out of the frame."""
    pdf = printed(filled(kind), kind)
    assert read_credential(credential_in(pdf)).payload.vct == kind.vct
    for page in pypdfium2.PdfDocument(pdf):
        (width, height), text = page.get_size(), page.get_textpage()
        for left, bottom, right, top in (text.get_rect(i) for i in range(text.count_rects())):
            assert FRAME < left <= right < width - FRAME
            assert FRAME < bottom <= top < height - FRAME


def test_names_are_unbroken_in_the_text_layer() -> None:
    """What is searched, copied or read aloud are whole Vietnamese words in composed letters, however they came."""
    values = examples() | {"ho_va_ten": "Nguyễn Thượng Khuyếch Đặng Ưng Ỷ", "noi_sinh": "Ấp Ngoéo, Đắk Lắk"}
    text = text_of(printed({name: unicodedata.normalize("NFD", value) for name, value in values.items()}))
    for expected in (*values.values(), "Ngày sinh", "Kiểm tra văn bằng này", "Check this diploma"):
        assert " ".join(expected.split()) in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_in_a_claim_is_markup(hostile: str) -> None:
    """What looks like markup or code stands on the page as it is written."""
    assert " ".join(hostile.split()) in text_of(printed(examples() | {"ho_va_ten": hostile, "ten_vbcc": hostile}))


def test_letters_that_are_not_ours() -> None:
    """Other scripts, directions and what cannot be seen are boxes; line breaks are spaces."""
    text = text_of(printed(examples() | {"ho_va_ten": "Анна שלום\u202e\u200d 山田\nĐào"}))
    assert f"{BOX * 4} {BOX * 6} {BOX * 2} Đào" in text


def test_words_without_end() -> None:
    """A very long word is broken to stay in the frame; an attached file is told by its size."""
    text = text_of(printed(examples() | {"noi_sinh": "Đ" * 150, "attachment_content_base64": "QUJD" * 50_000}))
    assert "Đ" * 20 in text
    assert "(200.000 ký tự, trong tệp đính kèm / 200,000 characters, in the attached file)" in text


def test_an_extract_shows_what_it_discloses() -> None:
    """Of an extract only the disclosed claims are printed; without a title the type's name stands for it."""
    file = world_of(examples()).file().extract(["xep_loai"])
    text = text_of(TypstPrinter().diploma(file.to_bytes(), URL))
    assert "Giỏi" in text
    assert examples()["ho_va_ten"] not in text
    assert text.startswith("Văn bằng giáo dục đại học")


def test_what_cannot_be_printed() -> None:
    """A type outside of the catalog and what is no credential file are refused."""
    with pytest.raises(UnknownCredentialType):
        TypstPrinter().diploma(World().credential(), URL)
    with pytest.raises(FileRejected):
        TypstPrinter().diploma(CREDENTIAL[:-1], URL)
    with pytest.raises(PdfNotPrinted, match="could not be displayed"):  # a host in letters that our fonts lack
        TypstPrinter().diploma(CREDENTIAL, URL.replace("example", "例え"))


def test_fit_for_archives() -> None:
    """PDF/A-3b as far as its structure tells: declared, self-contained, fonts embedded, the file associated."""
    pdf = opened(TypstPrinter().diploma(CREDENTIAL, URL))
    with pdf.open_metadata() as told:
        assert told.pdfa_status == "3B"
        assert told["pdfuaid:part"] == "1"
        assert told["xmp:ModifyDate"].startswith("2026-06-09T10:13:20")
    assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
    assert pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes()
    assert not pdf.is_encrypted
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(pdf.Root.keys())
    (association,) = pdf.Root.AF
    assert association.AFRelationship == "/Source"
    assert association.EF.F.Subtype == "/application/vanbang+json"
    assert association.EF.F.Params.ModDate
    assert association.UF == "van-bang.vanbang.json"
    assert len(pdf.trailer.ID) == 2
    assert "/Filter" not in pdf.Root.Metadata
    streams = [item for item in pdf.objects if isinstance(item, pikepdf.Stream)]
    assert {str(item.get("/Filter", "")) for item in streams} <= {"", "/FlateDecode"}
    assert not any("/F" in item for item in streams)
    assert [int(note.F) for note in pdf.pages[0].Annots] == [4]
    fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"]
    descriptors = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/FontBBox" in item]
    assert fonts
    assert {str(item.FontName).partition("+")[2].partition("-")[0] for item in descriptors} == {"BeVietnamPro"}
    assert all("/FontFile2" in item or "/FontFile3" in item for item in descriptors)
    assert all("/ToUnicode" in item for item in fonts if item.Subtype == "/Type0")
    assert all("/CIDToGIDMap" in item for item in fonts if item.Subtype == "/CIDFontType2")
    assert len(descriptors) == 2


def test_fit_for_screen_readers() -> None:
    """Language, title, headings in order, and words for the QR code."""
    pdf = opened(TypstPrinter().diploma(CREDENTIAL, URL))
    assert pdf.Root.Lang == "vi"
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.docinfo["/Title"]) == "Bằng cử nhân – Nguyễn Thị Minh Anh"
    tree = roles(pdf)
    assert [role for role, _ in tree if role.startswith("/H")] == ["/H1", *["/H2"] * 4]
    (figure,) = (node for role, node in tree if role == "/Figure")
    assert "vanbang.example" in str(figure.Alt)
    assert "/Link" in {role for role, _ in tree}
    assert b"/Lang(en)" in pdf.pages[0].Contents.read_bytes()


def test_tables_have_heads() -> None:
    """Rows of a list, as of a transcript, are a table whose columns are named."""
    kind = type_by_name("vn-transcript")
    pdf = opened(printed(examples(kind), kind))
    told = [role for role, _ in roles(pdf)]
    assert told.count("/Table") == told.count("/THead") > 4
    assert told.count("/TH") > told.count("/Table")


@pytest.mark.slow
def test_the_qr_code_is_the_proof_url() -> None:
    """A reader of QR codes finds the proof URL on the drawn page, at half the resolution of a phone's picture."""
    import zxingcpp

    page = pypdfium2.PdfDocument(TypstPrinter().diploma(CREDENTIAL, URL))[0]
    drawn = page.render(scale=2, grayscale=True)
    pixels = memoryview(bytes(drawn.buffer)).cast("B", shape=[drawn.height, drawn.stride])
    (code,) = zxingcpp.read_barcodes(pixels)
    assert code.text == URL


def test_a_type_may_bring_its_own_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template named after a type is that type's page; the others keep the one for all."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.typ").write_bytes(b"all")
    (tmp_path / "templates/vn-thpt.typ").write_bytes(b"own")
    monkeypatch.setattr(printing, "files", lambda package: tmp_path)
    monkeypatch.setattr(printing, "_template", printing._template.__wrapped__)
    assert printing._template(type_by_name("vn-thpt")) == b"own"
    assert printing._template(DIPLOMA) == b"all"

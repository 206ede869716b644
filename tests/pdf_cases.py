"""PDFs with what a reader must make of each: the same for Python and for the browser (docs/format.md section 19)."""

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pikepdf

from printed import URL, examples, world_of
from vanbang.adapters.pdf.printing import TypstPrinter

FOUND = "found"
NONE, SEVERAL, ENCRYPTED, LARGE = (
    *("pdf_without_credential", "pdf_several_credentials"),
    *("pdf_encrypted", "pdf_too_large"),
)
CREDENTIAL = world_of(examples()).credential()
OTHER = world_of({**examples(), "xep_loai": "Xuất sắc"}).credential()
HEAD, TAIL = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"trailer\n<</Size 9/Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True)
class Case:
    """`want`: FOUND, or the code of the problem; `content` is what is found."""

    name: str
    pdf: bytes
    want: str = FOUND
    content: bytes = CREDENTIAL


def embedded(
    raw: bytes,
    members: bytes | None = None,
    *,
    eol: bytes = b"\n",
    end: bytes = b"\nendstream\nendobj\n",
    kind: bytes = b"/Type /EmbeddedFile",
) -> bytes:
    """An object with an embedded file's stream."""
    length = b"/Length %d" % len(raw) if members is None else members
    return b"7 0 obj\n<<%s %s>>\nstream%s%s%s" % (kind, length, eol, raw, end)


def pdf(*objects: bytes) -> bytes:
    """As much of a PDF as the rule looks at."""
    return HEAD + b"".join(objects) + TAIL


def printed(credential: bytes = CREDENTIAL) -> bytes:
    """A PDF as `vanbang export --pdf` writes it."""
    return TypstPrinter().diploma(credential, URL)


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _by_others()
    yield from _by_hand()
    yield from _strange()


def _saved(source: bytes, attached: dict[str, bytes] | None = None, **how: object) -> bytes:
    """A PDF opened and saved by another program, with files attached."""
    out = BytesIO()
    with pikepdf.open(BytesIO(source)) as opened:
        for name, data in (attached or {}).items():
            opened.attachments[name] = pikepdf.AttachedFileSpec(opened, data)
        opened.save(out, deterministic_id="encryption" not in how, **how)
    return out.getvalue()


def _by_others() -> Iterator[Case]:
    ours = printed()
    blank = BytesIO()
    pikepdf.new().save(blank, deterministic_id=True)
    foreign = blank.getvalue()
    streams, locked = pikepdf.ObjectStreamMode.generate, pikepdf.Encryption(user="", owner="x")
    yield Case("printed", ours)
    yield Case("saved-again", _saved(ours))
    yield Case("saved-with-object-streams", _saved(ours, object_stream_mode=streams))
    yield Case("saved-linear", _saved(ours, linearize=True))
    yield Case("saved-without-compression", _saved(ours, stream_decode_level=pikepdf.StreamDecodeLevel.all))
    yield Case("saved-in-qdf", _saved(ours, qdf=True))
    yield Case("saved-encrypted", _saved(ours, encryption=locked), ENCRYPTED)
    yield Case("foreign", foreign, NONE)
    yield Case("foreign-with-invoice", _saved(foreign, {"factur-x.xml": b"<?xml version='1.0'?>" * 99}), NONE)
    yield Case("foreign-with-credential", _saved(foreign, {"a.json": CREDENTIAL}))
    yield Case("second-attachment-forged", _saved(ours, {"b.json": OTHER}), SEVERAL)
    yield Case("second-attachment-the-same", _saved(ours, {"b.json": CREDENTIAL}))
    yield Case("second-attachment-something-else", _saved(ours, {"b.txt": b"transcript"}))
    yield Case("later-revision-forged", ours + embedded(zlib.compress(OTHER)) + TAIL, SEVERAL)
    yield Case("cut-in-half", ours[: len(ours) // 2], FOUND if b"EmbeddedFile/" in ours[: len(ours) // 4] else NONE)
    yield Case("cut-before-the-end", ours[:-200])


def _by_hand() -> Iterator[Case]:
    deflated = zlib.compress(CREDENTIAL)
    yield Case("plain", pdf(embedded(CREDENTIAL)))
    yield Case("deflated", pdf(embedded(deflated)))
    yield Case("after-crlf", pdf(embedded(deflated, eol=b"\r\n", end=b"\r\nendstream\r\nendobj\r\n")))
    yield Case("length-elsewhere", pdf(embedded(deflated, b"/Length 8 0 R")))
    yield Case("plain-length-elsewhere", pdf(embedded(CREDENTIAL, b"/Length 8 0 R", end=b"\r\nendstream endobj")))
    yield Case("no-length-no-line-end", pdf(embedded(deflated, b"", end=b"endstream endobj")))
    yield Case("length-with-the-line-end", pdf(embedded(deflated, b"/Length %d" % (len(deflated) + 1))))
    yield Case("length-too-short", pdf(embedded(deflated, b"/Length 20")), NONE)
    yield Case("length-too-long", pdf(embedded(deflated, b"/Length 999999999")), NONE)
    yield Case("params-before", pdf(embedded(deflated, b"/Params<</Size 9/CheckSum<00>>>/Length %d" % len(deflated))))
    yield Case("no-end", HEAD + embedded(deflated, b"", end=b""), NONE)
    yield Case("deflated-and-cut", pdf(embedded(deflated[:-3])), NONE)
    yield Case("deflated-and-damaged", pdf(embedded(deflated[:99] + bytes(3) + deflated[102:])), NONE)
    yield Case("deflated-without-header", pdf(embedded(deflated[2:-4])), NONE)
    yield Case("deflated-twice", pdf(embedded(zlib.compress(deflated))), NONE)
    yield Case("another-kind-of-stream", pdf(embedded(deflated, kind=b"/Type /XObject")), NONE)
    yield Case("a-name-that-begins-so", pdf(embedded(deflated, kind=b"/EmbeddedFiles")), NONE)
    yield Case("a-dictionary-without-stream", pdf(b"<</EmbeddedFile 1>> endobj ", embedded(deflated)))
    yield Case("white-space-in-front", pdf(embedded(b" " + CREDENTIAL)), NONE)
    yield Case("byte-order-mark", pdf(embedded(b"\xef\xbb\xbf" + CREDENTIAL)), NONE)
    yield Case("with-a-line-end", pdf(embedded(zlib.compress(CREDENTIAL + b"\n"))), content=CREDENTIAL + b"\n")
    yield Case("plain-and-deflated", pdf(embedded(CREDENTIAL), embedded(deflated)))
    yield Case("two", pdf(embedded(CREDENTIAL), embedded(zlib.compress(OTHER))), SEVERAL)
    yield Case("one-of-two-damaged", pdf(embedded(zlib.compress(OTHER)[:-9]), embedded(deflated)))
    yield Case("encrypted-word", pdf(b"/Encrypt 9 0 R ", embedded(deflated)), ENCRYPTED)
    yield Case("a-word-that-begins-so", pdf(b"/EncryptMetadata true ", embedded(deflated)))


def _strange() -> Iterator[Case]:
    deflated, noise = zlib.compress(CREDENTIAL), random.Random(1)
    long = CREDENTIAL[:11] + bytes(2**21)
    yield Case("bomb", pdf(embedded(zlib.compress(bytes(2**27), 9))), NONE)
    yield Case("bomb-beside", pdf(embedded(zlib.compress(bytes(2**25), 9)), embedded(deflated)))
    yield Case("bomb-that-begins-right", pdf(embedded(zlib.compress(long, 9))), content=long[: 2**20 + 1])
    yield Case("plain-and-too-long", pdf(embedded(long)), content=long[: 2**20 + 1])
    yield Case("many-files", pdf(*(embedded(b"x%d" % i) for i in range(256)), embedded(deflated)), LARGE)
    yield Case("almost-as-many", pdf(*(embedded(b"x%d" % i) for i in range(255)), embedded(deflated)))
    yield Case("a-hundred-thousand-words", pdf(b"/EmbeddedFile " * 100_000), NONE)
    yield Case("a-hundred-thousand-objects", pdf(b"1 0 obj <<>> stream\nx\nendstream endobj\n" * 100_000), NONE)
    yield Case("noise", HEAD + noise.randbytes(300_000), NONE)
    yield Case("noise-around", HEAD + noise.randbytes(9_999) + embedded(deflated) + noise.randbytes(9_999))
    yield Case("words-and-noise", HEAD + b"/EmbeddedFile ".join(noise.randbytes(40) for _ in range(999)), NONE)
    yield Case("nothing", HEAD, NONE)

"""What a file is, is told by its bytes; what is no list is refused with what to do about it."""

import io

import pytest

from vanbang.adapters.files import open_list
from vanbang.adapters.files.faults import FAULTS
from vanbang.catalog import type_by_name
from vanbang.notary.lists import ListUnreadable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)

FILES = {
    "an old Excel file": (OLE + "Workbook".encode("utf-16-le"), "format_xls"),
    "a locked Excel file": (OLE + bytes(3_000_000) + "EncryptedPackage".encode("utf-16-le"), "format_encrypted"),
    "an old Word file": (OLE + "WordDocument".encode("utf-16-le"), "format_document"),
    "a very old Excel file": (b"\x09\x08\x10\x00\x00\x06", "format_xls"),
    "a web page": (b"<!doctype html>\n<title>x</title>\n", "format_html"),
    "a table saved as .xls": (b"\xef\xbb\xbf \r\n<TABLE border=1><tr><td>x", "format_html"),
    "a web page of Excel": (b'<html xmlns:x="urn:schemas-microsoft-com:office:excel">', "format_html"),
    "a web page in UTF-16": ("\ufeff<html><body>".encode("utf-16-le"), "format_html"),
    "Excel's XML of 2003": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>', "format_xml"),
    "a PDF": (b"%PDF-1.7\n", "format_pdf"),
    "a PNG": (b"\x89PNG\r\n\x1a\n", "format_picture"),
    "a JPEG": (b"\xff\xd8\xff\xe0", "format_picture"),
    "RTF": (b"{\\rtf1", "format_document"),
    "gzip": (b"\x1f\x8b\x08", "format_archive"),
    "RAR": (b"Rar!\x1a\x07", "format_archive"),
    "an empty ZIP": (b"PK\x05\x06" + bytes(18), "format_archive"),
    "UTF-32": ("\ufeffa".encode("utf-32-le"), "format_utf32"),
    "a JSON array": (b'\xef\xbb\xbf [ {"a": "b"} ]', "json_array"),
}


@pytest.mark.parametrize("case", FILES)
def test_other_files_are_refused_by_what_they_are(case):
    """One finding for the whole file says in both languages what it is and what to do."""
    data, rule = FILES[case]
    with pytest.raises(ListUnreadable) as caught, open_list(io.BytesIO(data), (type_by_name("vn-diploma"),)):
        pass
    (finding,) = caught.value.findings
    assert (finding.row, finding.rule, finding.severity) == (0, rule, "error")
    assert finding.message_vi
    assert finding.message_en


def test_every_fault_says_what_to_do_in_both_languages():
    """Both sentences of a fault name the same facts and end as sentences do."""
    for rule, fault in FAULTS.items():
        assert fault.vi != fault.en, rule
        assert len(fault.vi) > 20, rule
        assert len(fault.en) > 20, rule

"""The holder's page under node: tokens, shares, QR codes, sentences."""

import json
import subprocess
from pathlib import Path

import segno

from tools import program

JS = Path(__file__).parents[2] / "js"
ROOM = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666)
"""Bytes that fill the QR codes of versions 1 to 20 at level M, so that no encoder's padding is in them."""


def test_the_modules_keep_to_the_format() -> None:
    """Tokens are those of the worked example, shares open with their keys only, every sentence is in both languages."""
    done = subprocess.run(
        [program("node"), "--test", str(JS / "holder.test.mjs")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_qr_codes_are_those_of_another_encoder() -> None:
    """For every version that is drawn, module for module, and for a proof URL the size that phones read well."""
    texts = ["".join(chr(35 + (place * 7 + size) % 57) for place in range(size)) for size in ROOM]
    url = "https://vanbang.example/v/SmhHmzQGosbrmiNtsexLYg#uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0o5A"
    asked = json.dumps([*texts, url]).encode()
    done = subprocess.run(
        [program("node"), str(JS / "qr.mjs")], input=asked, capture_output=True, timeout=60, check=True
    )
    *drawn, small = json.loads(done.stdout)
    for version, (text, rows) in enumerate(zip(texts, drawn, strict=True), 1):
        known = segno.make_qr(text, error="m", mask=2, mode="byte", boost_error=False)
        assert known.version == version
        assert rows == ["".join(map(str, row)) for row in known.matrix]
    assert len(small) == 41

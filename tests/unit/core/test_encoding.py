"""Text forms of bytes, times and names."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.core.encoding import (
    account,
    b64url,
    b64url_bytes_each,
    b64url_each,
    digest_of,
    from_b64url,
    from_b64url_each,
    from_hex,
    from_hex_each,
    from_time_text,
    registry_name,
    time_text,
)
from vanbang.core.errors import FormatError

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.binary(max_size=80))
def test_base64url_is_the_standard_one_without_padding(data: bytes) -> None:
    """Bytes come back from their text, and the text is what the standard library writes."""
    text = b64url(data)
    assert text == urlsafe_b64encode(data).decode().rstrip("=")
    assert from_b64url(text, "") == data


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_many_are_encoded_as_each_alone(items: list[bytes]) -> None:
    """Encoding many at once gives the texts that encoding one by one gives."""
    assert b64url_each(items) == [b64url(item) for item in items]
    assert b64url_bytes_each(items) == [b64url(item).encode() for item in items]


CHARACTERS = st.sampled_from("AaQ4_-=+/ \nư\0")


@given(st.lists(st.text(CHARACTERS, max_size=8) | st.binary(max_size=9).map(b64url), max_size=5))
def test_many_are_decoded_as_each_alone(texts: list[str]) -> None:
    """Decoding many at once gives the bytes that decoding one by one gives, and refuses the first that is not good."""

    def one_by_one() -> list[bytes]:
        return [from_b64url(text, f"w[{index}]") for index, text in enumerate(texts)]

    assert _told(lambda: from_b64url_each(texts, "w")) == _told(one_by_one)


def _told(read: Callable[[], list[bytes]]) -> list[bytes] | str:
    try:
        return read()
    except FormatError as error:
        return str(error)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=4))
def test_digests_are_read_as_each_alone(digests: list[bytes]) -> None:
    """Lower-case hex of many digests; what is too short for what is too long is found, and named."""
    texts = [digest.hex() for digest in digests]
    assert from_hex_each(texts, "w") == tuple(digests)
    for wrong in (["0" * 63, "0" * 65], ["A" * 64], ["\n" * 64], ["0" * 62 + "\n0"], ["ư" * 64]):
        with pytest.raises(FormatError, match=rf"w\[{len(texts)}\]: not 64 lower-case hex digits"):
            from_hex_each([*texts, *wrong], "w")


@given(st.text(LETTERS, max_size=12))
def test_only_one_text_stands_for_the_same_bytes(text: str) -> None:
    """A text is taken exactly if writing its bytes again gives the same characters."""
    try:
        assert b64url(from_b64url(text, "")) == text
    except FormatError:
        padded = urlsafe_b64encode(_lenient(text)).decode().rstrip("=")
        assert len(text) % 4 == 1 or padded != text


def _lenient(text: str) -> bytes:
    bits = "".join(f"{LETTERS.index(letter):06b}" for letter in text)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits) // 8 * 8, 8))


@pytest.mark.parametrize("text", ["A", "AAAAA", "AB", "AAB", "AA==", "A+", "A/", "A A", "AA\n", "Ä", "A\u0660"])
def test_other_base64_is_refused(text: str) -> None:
    """Padding, other alphabets, white space, loose trailing bits and impossible lengths are refused."""
    with pytest.raises(FormatError, match="base64url"):
        from_b64url(text, "here")


def test_a_demanded_size_is_checked() -> None:
    """The error says where, and both sizes."""
    with pytest.raises(FormatError, match="here: 1 bytes instead of 32"):
        from_b64url("AA", "here", 32)


@pytest.mark.parametrize(
    "text", ["", "0" * 63, "0" * 65, "0" * 63 + "g", "A" * 64, "0x" + "0" * 62, "0" * 63 + "\n", "٠" * 64]
)
def test_hex_is_lower_case_and_of_exact_length(text: str) -> None:
    """Anything but 64 lower-case ASCII hex digits is refused."""
    with pytest.raises(FormatError, match="64 lower-case hex digits"):
        from_hex(text, "")


def test_hex_gives_its_bytes() -> None:
    """Any size may be demanded."""
    assert from_hex("00ff", "", 2) == b"\x00\xff"


@pytest.mark.parametrize(
    "text", ["", "0x", "0x" + "0" * 39, "0x" + "A" * 40, "0X" + "0" * 40, "0" * 40, "0x" + "0" * 40 + "\n"]
)
def test_an_account_has_one_form(text: str) -> None:
    """Checksum case, missing prefix and other lengths are refused."""
    with pytest.raises(FormatError, match="not an account"):
        account(text, "")


def test_an_account_gives_20_bytes() -> None:
    """The prefix is dropped."""
    assert account("0x" + "ab" * 20, "") == b"\xab" * 20


@pytest.mark.parametrize("chain", [1, 88, 31337, 2**53 - 1])
def test_a_registry_name_gives_chain_and_contract(chain: int) -> None:
    """Chain ids from 1 to 2^53-1."""
    assert registry_name(f"eip155:{chain}:0x{'a1' * 20}", "") == (chain, b"\xa1" * 20)


@pytest.mark.parametrize("chain", ["0", "01", "-1", "+1", "", str(2**53), "9" * 40, "1.0", "١"])
def test_a_chain_id_out_of_range_is_refused(chain: str) -> None:
    """No leading zero, no sign, not over 2^53-1, ASCII digits only."""
    with pytest.raises(FormatError, match="registry name"):
        registry_name(f"eip155:{chain}:0x{'a1' * 20}", "")


@given(st.integers(0, 253_402_300_799))
def test_times_come_back_from_their_text(unix: int) -> None:
    """Every second of the years 1970 to 9999 has one text."""
    text = time_text(unix)
    assert text == datetime.fromtimestamp(unix, UTC).isoformat().replace("+00:00", "Z")
    assert from_time_text(text, "") == unix


def test_a_time_after_the_year_9999_is_shown_as_its_end() -> None:
    """A key without end is written with the last second there is."""
    assert time_text(2**40 - 1) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-10T08:00:00", "2026-06-10t08:00:00z", "2026-06-10 08:00:00Z", "2026-06-10T08:00:00+00:00",
        "2026-06-10T08:00:00.0Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-06-10T24:00:00Z",
        "2016-12-31T23:59:60Z", "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "12026-06-10T08:00:00Z",
        "2026-06-10T08:00:00Z\n", "２026-06-10T08:00:00Z", "",
    ],
)  # fmt: skip
def test_other_times_are_refused(text: str) -> None:
    """Offsets, fractions, leap seconds, other digits and days that do not exist are refused."""
    with pytest.raises(FormatError, match="not a time"):
        from_time_text(text, "")


def test_the_digest_is_sha_256() -> None:
    """FIPS 180-4's own example."""
    assert digest_of(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

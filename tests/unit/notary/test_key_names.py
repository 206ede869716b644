"""What keys are called."""

import pytest

from small_house import INSTITUTION
from vanbang.core.errors import FormatError
from vanbang.notary.key_names import key_name, own_name


@pytest.mark.parametrize(
    ("role", "code", "name", "full"),
    [
        ("owner", None, None, "owner"),
        ("relayer", None, "relayer", "relayer"),
        ("admin", "ĐSH", None, "sh/admin"),
        ("relayer", None, "relayer-2", "relayer-2"),
        ("admin", "SHB", "admin-3", "shb/admin-3"),
        ("anchor", " SHB ", None, "shb/anchor"),
        ("status", "SHB", "status-2", "shb/status-2"),
        ("officer", "SHB", "officer-hsm", "shb/officer-hsm"),
    ],
)
def test_a_name_tells_the_role(role: str, code: str | None, name: str | None, full: str) -> None:
    """The name is the role or begins with it, under the institution's slug unless the key is of the house."""
    assert key_name(role, code, name) == full


@pytest.mark.parametrize(
    ("role", "code", "name", "place"),
    [
        ("king", None, None, "--role"),
        ("credential", "SHB", None, "--role"),
        ("owner", None, "owner-hsm", "--name"),
        ("admin", "SHB", "admin-1", "--name"),
        ("admin", "SHB", "admin-hsm-2", "--name"),
        ("anchor", "SHB", "status", "--name"),
        ("anchor", "SHB", "anchor2", "--name"),
        ("anchor", None, None, "--code"),
        ("relayer", "SHB", None, "--code"),
        ("anchor", "Đ", None, "code"),
    ],
)
def test_other_names_are_refused(role: str, code: str | None, name: str | None, place: str) -> None:
    """A key of one role cannot have the name of another, nor lack its institution."""
    with pytest.raises(FormatError) as caught:
        key_name(role, code, name)
    assert str(caught.value).startswith(place)


def test_a_name_as_lists_show_it() -> None:
    """An institution's key may be named in full, as lists show it, or by its short name."""
    assert own_name(INSTITUTION, "shb/anchor-2") == own_name(INSTITUTION, "anchor-2") == "shb/anchor-2"

"""Dictionaries of stored records: never another file under the same name, for every record written with it needs it."""

from hashlib import sha256
from importlib.resources import files

import pytest

from vanbang.catalog import LIST_TYPES, dictionaries, type_by_name
from vanbang.catalog.dictionaries import FROZEN, dictionary, file_name, newest
from vanbang.catalog.sampling import institutions
from vanbang.catalog.training import samples

FIRST = {
    ("vn-diploma", 1): "9ce998ced6aa55f30d39997ac4dfd0c6cc054b97baacd0530566dc3cfc6e8611",
    ("vn-thpt", 1): "7f68b104ab5bd87b9ea2ad12688b8c211acc6fb784927a2f4c6615b29dd4f026",
    ("vn-transcript", 1): "2ea216df5b27e35ed6a0a894e592e7a6df0d4bdb259365cc790a9bfec30af42a",
}


def test_no_dictionary_ever_changes() -> None:
    """The first dictionaries are in the package as they were made, and every one there is has its hash."""
    assert FROZEN.items() >= FIRST.items()
    for (name, version), digest in FROZEN.items():
        data = files("vanbang.catalog").joinpath("data", file_name(name, version)).read_bytes()
        assert sha256(data).hexdigest() == digest
        assert 1 <= version < 32


def test_every_type_of_a_list_has_one() -> None:
    """What comes in by the million is stored small; a type unknown here has none."""
    assert all(newest(kind.name) for kind in LIST_TYPES)
    assert newest("of-no-list") is None


def test_a_changed_file_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged installation is named; it neither writes nor reads records with another dictionary."""
    monkeypatch.setattr(dictionaries, "FROZEN", {("vn-thpt", 1): "00" * 32})
    dictionary.cache_clear()
    with pytest.raises(ValueError, match="is not the file it was"):
        dictionary("vn-thpt", 1)


def test_samples_are_of_no_school_we_know() -> None:
    """What dictionaries are made of names none of the invented schools, so that these show what a strange one costs."""
    texts = b"".join(samples(type_by_name("vn-diploma"), 90)).decode()
    assert texts.count("ten_truong") == 90
    assert not any(entry.name in texts for entry in institutions())

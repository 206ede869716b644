"""What only the bucket does: conditions, headers, retries, and errors that say what to mend."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.request import urlopen

import pytest

from bucket_server import failing, new_bucket, storage, surroundings
from vanbang.adapters.objects.bucket import BucketStore, BucketTree
from vanbang.adapters.objects.paths import BucketPlace
from vanbang.ports import StoreBusy, StoreError

BRIEF: Any = {
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=5),
    "backoff": {"init_backoff": timedelta(milliseconds=1), "max_backoff": timedelta(milliseconds=5), "base": 2},
}
TYPE = f"types/{'0a' * 32}"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with storage() as running:
        yield running


def test_what_never_changes_is_kept_for_ever(endpoint: str) -> None:
    """A public file has its media type and may be kept for a year; the site's own files are asked for again."""
    bucket = new_bucket(endpoint)
    tree = BucketTree(BucketPlace(bucket, "site"))
    tree.public.put(TYPE, b"{}")
    tree.public.put("tiles/ff/0/0", b"leaves")
    tree.public.put("tiles/ff/0/1", b"wrong")
    tree.mend("tiles/ff/0/1", b"right")
    tree.replace("index.html", b"<!doctype html>", "text/html; charset=utf-8")
    for path, media_type, cache in (
        (f"public/{TYPE}", "application/json", "public, max-age=31536000, immutable"),
        ("public/tiles/ff/0/0", "application/octet-stream", "public, max-age=31536000, immutable"),
        ("public/tiles/ff/0/1", "application/octet-stream", "public, max-age=31536000, immutable"),
        ("index.html", "text/html; charset=utf-8", "no-cache"),
    ):
        with urlopen(f"{endpoint}/{bucket}/site/{path}", timeout=10) as answer:
            assert (answer.headers["content-type"], answer.headers["cache-control"]) == (media_type, cache)


def test_storage_without_conditions_is_asked_first(endpoint: str) -> None:
    """Where storage knows no condition, other bytes are refused all the same, and the same ones taken."""
    with patch.dict(os.environ, {"AWS_CONDITIONAL_PUT": "disabled"}):
        store = BucketStore(BucketPlace(new_bucket(endpoint)))
    for _ in range(2):
        store.put(TYPE, b"type")
    with pytest.raises(StoreError, match="other bytes"):
        store.put(TYPE, b"other")
    assert store.get(TYPE) == b"type"


@pytest.mark.slow
def test_a_full_page_of_a_listing_is_not_the_last(endpoint: str) -> None:
    """More files than storage lists at once are all listed."""
    store = BucketStore(BucketPlace(new_bucket(endpoint)))
    store.put_many((f"tiles/ff/0/{number}", b"") for number in range(1_001))
    assert len(dict(store.files("tiles/ff"))) == 1_001


def test_a_bucket_that_is_not_there_is_named(endpoint: str) -> None:
    """Without the bucket every request fails, and its name is told: nothing counts as absent."""
    store = BucketStore(BucketPlace("nobody-made-it"))
    for ask in (
        lambda: store.get(TYPE),
        lambda: store.put(TYPE, b""),
        lambda: list(store.files("types")),
        store.check,
    ):
        with pytest.raises(StoreError, match="no bucket nobody-made-it"):
            ask()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((503, "SlowDown"), StoreBusy, "503 SlowDown"),
        ((500, "InternalError"), StoreBusy, "500 InternalError"),
        ((403, "AccessDenied"), StoreError, "s3:PutObject"),
        ((403, "SignatureDoesNotMatch"), StoreError, "403 SignatureDoesNotMatch"),
        ((401, ""), StoreError, "credentials"),
        ((400, "AuthorizationHeaderMalformed"), StoreError, "region"),
    ],
)
def test_refusals_say_what_to_mend(answer: tuple[int, str], error: type[StoreError], words: str) -> None:
    """Storage that refuses is an error by its cause, busy storage one that may be repeated; no secret is in either."""
    with failing([answer]):
        store = BucketStore(BucketPlace("diplomas"), BRIEF)
        for ask in (lambda: store.get(TYPE), lambda: store.put(TYPE, b""), store.check):
            with pytest.raises(error, match=words) as told:
                ask()
            assert type(told.value) is error
            assert "never-shown" not in str(told.value)


def test_busy_storage_is_asked_again() -> None:
    """A put that is answered by SlowDown twice is sent a third time, on the same condition, and succeeds."""
    with failing([(503, "SlowDown"), (503, "SlowDown"), (200, "")]) as seen:
        BucketStore(BucketPlace("diplomas"), BRIEF).put(TYPE, b"type")
    assert seen == [f"PUT /diplomas/{TYPE} *"] * 3


def test_a_file_that_somebody_writes_now_is_busy() -> None:
    """Storage that says a file is in the way and does not have it yet is busy, not at odds."""
    with failing([(409, "ConditionalRequestConflict"), (404, "NoSuchKey")]), pytest.raises(StoreBusy, match="somebody"):
        BucketStore(BucketPlace("diplomas"), BRIEF).put(TYPE, b"type")


def test_an_answer_that_was_lost_is_no_conflict(endpoint: str) -> None:
    """A file whose put was persisted and not answered is put again without an error."""
    store = BucketStore(BucketPlace(new_bucket(endpoint)))
    store.put(TYPE, b"type")
    store.put_many([(TYPE, b"type"), ("status/1", b"list")])
    assert store.get("status/1") == b"list"


def test_storage_that_is_away_is_busy() -> None:
    """An endpoint where nobody listens is an error that may pass."""
    with patch.dict(os.environ, surroundings("http://127.0.0.1:9")):
        store = BucketStore(BucketPlace("diplomas"), BRIEF)
    with pytest.raises(StoreBusy, match="no connection"):
        store.get(TYPE)


def test_credentials_that_nobody_gave_are_asked_for() -> None:
    """Without credentials in the environment, on a machine without a role, the error says which variables to set."""
    with failing([(404, "")]):
        found = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        nobody = {"AWS_METADATA_ENDPOINT": os.environ["AWS_ENDPOINT_URL"], "AWS_REGION": "us-east-1"}
        with patch.dict(os.environ, {**found, **nobody}, clear=True):
            store = BucketStore(BucketPlace("diplomas"), BRIEF)
        with pytest.raises(StoreError, match="AWS_SECRET_ACCESS_KEY"):
            store.get(TYPE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("s3://diplomas", "s3://diplomas"), ("s3://diplomas/", "s3://diplomas"), ("s3://a.b/c/d/", "s3://a.b/c/d")],
)
def test_a_place_is_read_as_written(text: str, shown: str) -> None:
    """A bucket with or without a prefix; slashes at the end mean nothing."""
    assert str(BucketPlace.of(text)) == shown


@pytest.mark.parametrize(
    "text", ["s3://", "s3://A", "s3://ab/../c", "s3://ab//c", "https://ab/c", "s3://ab/c d", "public"]
)
def test_other_places_are_refused(text: str) -> None:
    """What is no bucket, or leads out of its prefix, is a ValueError that shows it."""
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        BucketPlace.of(text)

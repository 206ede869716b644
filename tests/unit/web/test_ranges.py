"""Public files as caches and impatient readers ask for them, out of a folder and out of a bucket."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest
from fastapi.testclient import TestClient

from bucket_server import new_bucket, storage
from unit.web.test_app import Shares, desk
from vanbang.adapters.objects import FolderStore, MemoryStore
from vanbang.adapters.objects.bucket import BucketStore
from vanbang.adapters.objects.paths import BucketPlace
from vanbang.ports import ObjectStore
from vanbang.web.answers import Answer, tag_of
from vanbang.web.app import create_app
from vanbang.web.office import THREADS
from vanbang.web.ranges import ranged

LEAVES = bytes(range(256)) * 32
TILE = f"tiles/{'0a' * 32}/0/0"
MANIFEST = f"manifests/{'0b' * 32}"
TAG = tag_of(LEAVES)
WHOLE = Answer(200, LEAVES, headers={"ETag": TAG})


@pytest.fixture(scope="module", params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    if request.param == "folder":
        yield FolderStore(tmp_path_factory.mktemp("public"))
        return
    with storage() as endpoint:
        yield BucketStore(BucketPlace(new_bucket(endpoint)))


@pytest.fixture(scope="module")
def site(objects: ObjectStore) -> TestClient:
    objects.put_many([(TILE, LEAVES), (MANIFEST, b'{"a":"%s"}' % (b"b" * 600))])
    return TestClient(create_app(desk(Shares(), objects)), raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-31", 0, 31),
        ("bytes=32-", 32, 8_191),
        ("bytes=-32", 8_160, 8_191),
        ("bytes=8000-99999", 8_000, 8_191),
        ("bytes=-99999", 0, 8_191),
        ("Bytes=0-0", 0, 0),
    ],
)
def test_a_part_is_told_by_its_place(site: TestClient, asked: str, first: int, last: int) -> None:
    """One range of bytes is answered by these bytes, with their place, the file's size and the file's tag."""
    answer = site.get(f"/public/{TILE}", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, LEAVES[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/8192"
    assert answer.headers["etag"] == TAG
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("asked", ["bytes=8192-", "bytes=9000-9001", "bytes=-0"])
def test_a_part_behind_the_end_is_refused(site: TestClient, asked: str) -> None:
    """A range that begins behind the end is 416, and the size is told; no cache may keep that for the others."""
    answer = site.get(f"/public/{TILE}", headers={"Range": asked})
    assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (416, b"", "no-store")
    assert answer.headers["content-range"] == "bytes */8192"


@pytest.mark.parametrize("asked", ["bytes=5-4", "bytes=-", "bytes=0-1,4-5", "leaves=0-1", "bytes=a-b", "", "bytes=0-²"])
def test_what_is_no_range_gives_the_whole(asked: str) -> None:
    """Lists of ranges, other units and ranges that are none are answered by the whole file."""
    assert ranged(WHOLE, {"range": asked}) is WHOLE


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-range": TAG}, 206),
        ({"if-range": '"another"'}, 200),
        ({"if-range": f"W/{TAG}"}, 200),
        ({"if-range": "Sun, 22 Nov 2026 11:00:00 GMT"}, 200),
        ({"if-none-match": '"another"'}, 206),
        ({"if-none-match": TAG}, 200),
    ],
)
def test_conditions_come_before_parts(headers: Mapping[str, str], status: int) -> None:
    """If-Range gives a part of that very file only; a file that is known already is no part (the caller says 304)."""
    assert ranged(WHOLE, {"range": "bytes=0-1", **headers}).status == status


@pytest.mark.parametrize("path", [TILE, MANIFEST])
def test_what_is_known_is_not_sent_again(site: TestClient, path: str) -> None:
    """A file asked for with its tag is 304 without a body, compressed or not; each form has a tag of its own."""
    tags = set()
    for coding in ("gzip", "identity"):
        first = site.get(f"/public/{path}", headers={"Accept-Encoding": coding})
        tags.add(first.headers["etag"])
        again = site.get(
            f"/public/{path}", headers={"Accept-Encoding": coding, "If-None-Match": f'"x", W/{first.headers["etag"]}'}
        )
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert len(tags) == (2 if path == MANIFEST else 1)


def test_a_part_is_of_the_file_as_it_is_stored(site: TestClient) -> None:
    """Who takes compressed answers and asks for a part gets a part of the file, not of its compressed form."""
    answer = site.get(f"/public/{MANIFEST}", headers={"Accept-Encoding": "gzip", "Range": "bytes=0-4"})
    assert (answer.status_code, answer.content) == (206, b'{"a":')
    assert "content-encoding" not in answer.headers


def test_a_head_tells_size_and_tag(site: TestClient) -> None:
    """HEAD is answered as GET is, without the bytes."""
    answer = site.head(f"/public/{TILE}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer.headers["content-length"], answer.headers["accept-ranges"]) == ("8192", "bytes")
    assert answer.headers["etag"] == TAG


class Hanging(MemoryStore):
    """Storage that answers nobody until `answers` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answers = Semaphore(0), Event()

    def get(self, path: str) -> bytes | None:
        self.asked.release()
        self.answers.wait(120)
        return None


def test_storage_that_hangs_keeps_nobody_from_the_database() -> None:
    """While as many files are waited for as there are readers of the database, what needs no file is answered."""
    storage = Hanging()
    with (
        ThreadPoolExecutor(THREADS + 1) as clients,
        TestClient(create_app(desk(Shares(), storage)), raise_server_exceptions=False) as site,
    ):
        waiting = [clients.submit(site.get, f"/public/{TILE}") for _ in range(THREADS)]
        try:
            assert all(storage.asked.acquire(timeout=60) for _ in waiting)
            assert clients.submit(site.get, "/v1/types/vn-diploma/schema").result(60).status_code == 200
        finally:
            storage.answers.set()
            assert {answer.result().status_code for answer in waiting} == {404}


@pytest.mark.parametrize("path", ["", "tiles", "tiles/", f"tiles/{'0a' * 32}", f"tiles/{'0a' * 32}/0/", "manifests/"])
def test_folders_are_not_listed(site: TestClient, path: str) -> None:
    """The path of a folder is not found, with or without a slash at its end."""
    assert site.get(f"/public/{path}", follow_redirects=False).status_code == 404

"""Every mirror's copy of a published file."""

from pathlib import Path

from endpoint_servers import Reply, serving
from vanbang.adapters.http.published import LIMITS, MirrorFiles
from vanbang.core.quorum import Failure

PATH = "tiles/" + "ab" * 32 + "/0/3"


def copies(*mirrors: str) -> list[tuple[str, bytes | Failure | None]]:
    return [(copy.mirror, copy.data) for copy in MirrorFiles(mirrors, 2).copies(PATH)]


def test_folders(tmp_path: Path) -> None:
    """A folder's file is its bytes, cut behind the limit; none if only the folder is there; else a failure."""
    file = tmp_path / PATH
    assert copies(str(tmp_path)) == [(str(tmp_path), None)]
    assert copies(f"{tmp_path}/nowhere/") == [(f"{tmp_path}/nowhere", Failure("unreachable"))]
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x" * 10_000)
    assert copies(tmp_path.as_uri() + "/") == [(str(tmp_path), b"x" * (LIMITS["tiles"] + 1))]
    assert copies(str(file)) == [(str(file), Failure("unreachable"))]
    file.unlink()
    file.mkdir()
    assert copies(str(tmp_path)) == [(str(tmp_path), Failure("unreachable"))]


def test_addresses() -> None:
    """An address gives its bytes, nothing for 404 and 410, and a failure otherwise; it is named without its path."""
    replies = iter([Reply(b"tile"), Reply(b"", 404), Reply(b"", 410), Reply(b"", 503), Reply(b"x" * 10_000)])
    with serving(lambda *_: next(replies)) as server:
        mirror = server.url + "secret/"
        shown = server.url.removesuffix("/")
        assert [copies(mirror) for _ in range(5)] == [
            [(shown, b"tile")],
            [(shown, None)],
            [(shown, None)],
            [(shown, Failure("http_503"))],
            [(shown, Failure("malformed"))],
        ]
        assert server.requests[0] == ("GET", f"/secret/{PATH}")


def test_mirrors_are_asked_when_needed(tmp_path: Path) -> None:
    """The second mirror is asked only when somebody wants its copy."""
    with serving(lambda *_: Reply(b"tile")) as server:
        found = MirrorFiles((str(tmp_path), server.url), 2).copies(PATH)
        next(found)
        assert server.requests == []
        assert next(found).data == b"tile"

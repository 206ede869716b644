"""Step 3: whether the payload is a leaf of the anchored tree; and step 10, its dates."""
# ruff: noqa: E501 -- tables: one line a case

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

from vanbang.core.batch import anchor_key
from vanbang.core.registry import dossier_call
from vector_cases.case import (
    INVALID,
    NOT_REACHED,
    VALID,
    Bytes,
    Case,
    claim_of,
    edited,
    in_manifest,
    in_payload,
    unb64,
    with_disclosures,
    without_anchor,
)
from world import ABSENT, BLOCK, HOME, NOW, World


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _plain()
    yield from _manifest_of_others()
    yield from _trees()
    yield from _paths()
    yield from _sizes()
    yield from _dates()


def _not_notarised(file: Any) -> None:
    file["header"] = {"disclosures": file["header"]["disclosures"]}


def _unsigned(file: Any) -> None:
    file.update(protected="", signature="")


def _plain() -> Iterator[Case]:
    plain = {
        **dict.fromkeys((2, 4, 5, 6, 7, 8, 9), NOT_REACHED),
        3: "fail not_notarised",
    }
    yield Case("not-notarised", "a plain SD-JWT: signed, but in no batch", INVALID, plain, file=edited(_not_notarised))
    yield Case("not-notarised-unsigned", "neither signed nor in a batch", INVALID,
               {**plain, 8: "not_applicable no_signature"},
               file=lambda data: edited(_unsigned)(edited(_not_notarised)(data)))  # fmt: skip
    without_array = with_disclosures(lambda texts: [text for text in texts if claim_of(text) != "mon_hoc"])
    yield Case("not-notarised-element-without-its-array", "a plain SD-JWT with a stray disclosure", INVALID,
               {**plain, 2: "fail disclosure_unreferenced"},
               file=lambda data: without_array(edited(_not_notarised)(data)))  # fmt: skip


def _manifest_of_others() -> Iterator[Case]:
    yield Case("manifest-of-another-issuer", "the batch is another school's, and not anchored by the payload's", INVALID,
               {3: "fail issuer_mismatch", **without_anchor("fail not_anchored")},
               World(manifest_issuer="https://truong-khac.edu.vn", chain=ABSENT))  # fmt: skip
    yield Case("manifest-of-another-type", "the batch is of another type", INVALID, {3: "fail vct_mismatch"},
               World(manifest_vct="urn:vanbang:type:other:1"))  # fmt: skip


def _trees() -> Iterator[Case]:
    yield Case("batch-of-one", "a tree of a single leaf: an empty path", VALID, world=World(others=0))
    yield Case(
        "lone-last-leaf", "the lone last leaf of seven: two digests instead of three", VALID, world=World(last=True)
    )
    yield Case("batch-of-eight", "a full tree of eight leaves", VALID, world=World(others=7))
    yield Case("batch-of-300", "a tree over two tiles", VALID, world=World(others=299))


def _header(change: Any) -> Bytes:
    return edited(lambda file: change(file["header"]))


def _path(change: Any) -> Bytes:
    return _header(lambda header: header.update(path=change(header["path"])))


def _flipped_digest(path: list[str]) -> list[str]:
    return [("1" if path[0][0] == "0" else "0") + path[0][1:], *path[1:]]


def _duplicated(file: Any) -> None:
    """A path for a tree that would duplicate its lone last leaf."""
    leaf = sha256(b"\0" + sha256(unb64(file["payload"])).digest()).hexdigest()
    file["header"]["path"].insert(0, leaf)


def _failed(name: str, desc: str, code: str, file: Bytes, **others: Any) -> Case:
    return Case(name, desc, INVALID, {3: f"fail {code}"}, file=file, **others)


def _paths() -> Iterator[Case]:
    """The base's leaf has index 3 in a tree of seven: its path has three digests."""
    yield _failed("index-is-the-tree-size", "an index one behind the last leaf", "index_out_of_range",
                  _header(lambda header: header.update(leaf_index=7)))  # fmt: skip
    yield _failed("index-2-53-less-1", "the largest index there can be", "index_out_of_range",
                  _header(lambda header: header.update(leaf_index=2**53 - 1)))  # fmt: skip
    yield _failed("path-one-digest-too-long", "a digest more", "path_length", _path(lambda path: [*path, path[0]]))
    yield _failed("path-one-digest-too-short", "a digest less", "path_length", _path(lambda path: path[:-1]))
    yield _failed("path-empty", "no path at all", "path_length", _path(lambda path: []))
    yield _failed(
        "path-of-53-digests", "the longest path that a file may have", "path_length", _path(lambda path: path[:1] * 53)
    )
    yield _failed(
        "index-one-less", "the neighbour's index", "root_mismatch", _header(lambda header: header.update(leaf_index=2))
    )
    yield _failed("index-of-the-lone-last-leaf", "an index whose path is shorter", "path_length",
                  _header(lambda header: header.update(leaf_index=6)))  # fmt: skip
    yield _failed("path-digest-changed", "a digit of the path", "root_mismatch", _path(_flipped_digest))
    yield _failed("path-reversed", "the path from root to leaf", "root_mismatch", _path(lambda path: path[::-1]))
    yield _failed("last-leaf-duplicated", "a lone last leaf paired with itself", "path_length", edited(_duplicated),
                  world=World(last=True))  # fmt: skip
    altered = in_payload(edited(lambda payload: payload.update(exp=1_900_000_000)))
    yield Case("payload-altered", "a date of expiry was added to the payload", INVALID,
               {3: "fail root_mismatch", 8: "fail signature_mismatch", 10: "pass within_dates"}, file=altered)  # fmt: skip


def _resized(size: int) -> Bytes:
    return in_manifest(edited(lambda manifest: manifest.update(tree_size=size)))


def _absent(file: Bytes) -> Any:
    """The registry's answers on the batch that an altered manifest names: it is not there."""

    def edit(world: World) -> dict[str, Any]:
        header = json.loads(file(world.file().to_bytes()))["header"]
        call = dossier_call(anchor_key(unb64(header["batch"])))
        nothing = replace(world, chain=ABSENT).evidence()
        result = next(answer for question, answer in nothing.items() if question.startswith(f"call {HOME} latest "))
        return {f"call {HOME} {at} {call}": result for at in (BLOCK, "latest")}

    return edit


def _sizes() -> Iterator[Case]:
    for name, desc, size, step3 in (
        (
            "tree-size-8",
            "a manifest that says 8 leaves: the fold is the same, but nobody anchored it",
            8,
            "pass included",
        ),
        ("tree-size-9", "a manifest that says 9 leaves: the path would be longer", 9, "fail path_length"),
        ("tree-size-4", "a manifest that says 4 leaves: the path would be shorter", 4, "fail path_length"),
        ("tree-size-3", "a manifest that says 3 leaves: the index is out of range", 3, "fail index_out_of_range"),
        ("tree-size-2-53-less-1", "a manifest that says as many leaves as there can be", 2**53 - 1, "fail path_length"),
    ):
        # A world without anchor keeps the questions at the newest block; all its answers are replaced.
        yield Case(name, desc, INVALID, {3: step3, **without_anchor("fail not_anchored")}, World(chain=ABSENT),
                   _resized(size), _absent(_resized(size)))  # fmt: skip


def _dates() -> Iterator[Case]:
    within, early, late = "pass within_dates", "fail not_yet_valid", "fail expired"
    for name, desc, verdict, step10, world in (
        ("within-dates", "between nbf and exp", VALID, within, World(not_before=NOW - 1, expires=NOW + 1)),
        ("nbf-alone", "after nbf, and there is no exp", VALID, within, World(not_before=1)),
        ("exp-alone", "before exp, and there is no nbf", VALID, within, World(expires=2**53 - 1)),
        ("now-is-nbf", "at the very second of nbf", VALID, within, World(not_before=NOW)),
        ("now-is-before-nbf", "a second before nbf", INVALID, early, World(not_before=NOW + 1)),
        ("now-is-before-exp", "the last second before exp", VALID, within, World(expires=NOW + 1)),
        ("now-is-exp", "at the very second of exp", INVALID, late, World(expires=NOW)),
        (
            "now-is-nbf-and-exp",
            "nbf and exp are the same second, now",
            INVALID,
            late,
            World(not_before=NOW, expires=NOW),
        ),
        ("exp-zero", "an exp of 0 is a date like another", INVALID, late, World(expires=0)),
        (
            "nbf-behind-exp",
            "neither yet valid nor still: nbf decides",
            INVALID,
            early,
            World(not_before=NOW + 1, expires=NOW),
        ),
    ):
        yield Case(name, desc, verdict, {10: step10}, world)

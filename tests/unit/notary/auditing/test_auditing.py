"""An audit of a registry and its published files: clean when all agrees, else naming the place."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.abi import event_abi_to_log_topic

from chronicles import EVENTS, ModelChronicle, account, hash_of, word
from published_batches import ASKED, ISS, House, Unwatched, codes, places, town
from vanbang.adapters.notebook import SqliteNotebook
from vanbang.core.chronicle.logs import Log
from vanbang.core.chronicle.views import IssuerView, Revocation
from vanbang.core.registry import Anchor, Key
from vanbang.core.status import CredentialStatus
from vanbang.notary.auditing.auditing import Audit
from vanbang.notary.auditing.findings import WORDS, Finding, Weight
from vanbang.notary.auditing.report import MOST_FINDINGS, Findings, Holding
from vanbang.ports import Conflict, LedgerUnsure
from world import address

TOWN = town()
PATHS = sorted(TOWN.files.files)


def test_all_holds() -> None:
    """Everything agrees: the verdict says so, and the counts are what is there."""
    report = town().audit()
    assert (report.holding, codes(report)) == (Holding.HOLDS, {})
    counts = report.counts
    assert (counts.issuers, counts.keys, counts.anchors, counts.standing, counts.status_roots) == (1, 3, 2, 2, 3)
    assert (counts.diplomas, counts.leaves, counts.events) == (605, 605, 6)
    assert report.issuers[0].iss == ISS
    assert {day.kind for day in report.issuers[0].days} == {"administration", "anchor", "key", "status"}
    assert report.to_json()["verdict"] == "holds"


@pytest.mark.parametrize("at", range(len(PATHS)))
@pytest.mark.parametrize("where", [0.0, 0.4, 0.99])
def test_a_flipped_bit(at: int, where: float) -> None:
    """A bit flipped anywhere in any published file is WRONG, and the file is named."""
    house, path = town(), PATHS[at]
    data = bytearray(house.files.files[path])
    data[int(len(data) * where)] ^= 4
    house.files.files[path] = bytes(data)
    report = house.audit()
    assert report.holding == Holding.WRONG
    assert path in places(report)


@pytest.mark.parametrize("at", range(len(PATHS)))
def test_a_file_that_is_not_there(at: int) -> None:
    """A file that is not published is named as missing, or as a note if only an older status root needs it."""
    house, path = town(), PATHS[at]
    del house.files.files[path]
    report = house.audit()
    assert path in places(report)
    assert report.holding in (Holding.UNCHECKED, Holding.HOLDS)
    is_old = report.findings[0].code == "status_older_missing"
    assert (report.holding == Holding.HOLDS) == is_old
    assert report.findings[0].weight in (Weight.MISSING, Weight.NOTE)


def test_other_mirrors() -> None:
    """A second mirror has what the first lacks; a false copy is told though the other is right; none: unchecked."""
    house = town()
    whole = dict(house.files.files)
    house.files.second = whole
    house.files.files = {}
    assert house.audit().holding == Holding.HOLDS
    path = next(path for path in PATHS if path.startswith("manifests/"))
    house.files.files = {path: b"{}"}
    report = house.audit()
    assert (codes(report), places(report)) == ({"file_altered": 1}, [path])
    house.files.second, house.files.down = None, True
    report = house.audit()
    assert report.holding == Holding.UNCHECKED
    assert set(codes(report)) == {"file_unreachable"}


def test_a_batch_that_was_published_otherwise() -> None:
    """Manifests that differ from what was anchored, and endorsements that do not hold, are told one by one."""
    house = House()
    house.publish_batch("a", issuer="https://other.edu.vn")
    house.publish_batch("b", tree_size=9)
    house.publish_batch("c", registry="eip155:88:0x" + "12" * 20)
    house.publish_batch("d", signs="status key")
    house.publish_batch("e", officer="status key", signs="status key")
    house.publish_batch("f", officer="nobody", signs="nobody")
    found = codes(house.audit())
    assert found == {
        "manifest_differs": 2,
        "manifest_registry": 1,
        "endorser_signature": 3,
        "endorser_unknown": 2,
    }


def test_officers_at_the_time() -> None:
    """An officer's key that had ended before the anchor is wrong; one declared compromised since then is a note."""
    house = House()
    house.publish_batch("a")
    house.model.end_key(house.issuer, address("officer"))
    house.model.mine()
    assert house.audit().holding == Holding.HOLDS
    house.publish_batch("b")
    assert codes(house.audit()) == {"endorser_window": 1}
    house.model.compromise(house.issuer, address("officer"), 1)
    assert codes(house.audit()) == {"endorser_window": 1, "endorser_compromised": 1}


def test_leaves_out_of_order() -> None:
    """Leaves that are not sorted could tell who is who: told, though they fold to the root."""
    house = House()
    root = house.publish_tree("x", 300, in_order=False)
    key = house.publish_batch("y", 300)
    house.model.anchor(house.issuer, root, 300, key.manifest_hash, address("anchor key"))
    report = house.audit()
    assert codes(report) == {"leaf_order": 2, "manifest_differs": 1}


@pytest.mark.slow
def test_tiles_of_three_rows() -> None:
    """In a tree of over 65,536 leaves the altered tile is named, whichever row it is in, and no other."""
    house = House()
    house.publish_batch("big", 66_000)
    assert house.audit().holding == Holding.HOLDS
    for path in [path for path in house.files.files if path.endswith(("/0/257", "/8/1", "/16/0", "/0/3"))]:
        data = house.files.files[path]
        house.files.files[path] = data[:-1] + bytes([data[-1] ^ 1])
        report = house.audit()
        assert {finding.path for finding in report.findings} == {path}
        house.files.files[path] = data


def test_what_may_not_change_between_status_roots() -> None:
    """What was revoked stays revoked, no list goes away, and a list's key is one of the batches'."""
    house = town()
    house.publish_status({1: CredentialStatus.VALID, 7: CredentialStatus.SUPERSEDED})
    report = house.audit()
    assert codes(report) == {"status_taken_back": 1}
    assert "1, at 1" in report.findings[0].detail
    house.publish_status({3: CredentialStatus.REVOKED}, "other")
    del house.lists["other"]
    house.publish_lists()
    assert codes(house.audit()) == {"status_taken_back": 1, "status_list_dropped": 1}
    house.publish_lists(signer="another key")
    assert codes(house.audit())["status_list_signer"] == 1


def test_a_thief_of_the_status_key() -> None:
    """A root by a key that is compromised by then counts for nothing: taking back what it revoked is right."""
    house = town()
    house.model.add_key(house.issuer, address("thief"), 2)
    house.model.mine()
    honest = dict(house.lists)
    house.lists["list"] = house.lists["list"].with_changes(dict.fromkeys(range(50), CredentialStatus.REVOKED))
    house.publish_lists(setter="thief")
    house.model.compromise(house.issuer, address("thief"), 1)
    house.model.mine()
    house.lists = honest
    house.publish_lists()
    assert codes(house.audit()) == {"status_setter_void": 1}


def lying_state(**answers: Any) -> type[ModelChronicle]:
    """A chronicle whose views answer so."""
    return type(
        "Lying", (ModelChronicle,), {name: lambda self, asked, a=a: [a for _ in asked] for name, a in answers.items()}
    )


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"keys": Key(1, 2, 3, 4)}, "key_differs"),
        ({"names": ()}, "names_differ"),
        ({"anchors": Anchor(bytes(20), 0, 0, 0)}, "anchor_differs"),
        ({"revocations": Revocation()}, "revocation_differs"),
    ],
)
def test_state_that_differs_from_events(answers: Any, code: str) -> None:
    """Keys, names, anchors and revocations that are not what the events make are told."""
    house = town()
    house.model.revoke(house.issuer, word("x"), address("status key"))
    chronicle = lying_state(**answers)(house.model)
    report = Audit(chronicle, house.files, SqliteNotebook(), Unwatched(), ASKED).run()
    assert set(codes(report)) == {code}
    assert all(finding.iss == ISS for finding in report.findings)


def test_a_record_that_differs_from_events() -> None:
    """Each field of an issuer's record that its events do not make is told by its name."""
    house = town()
    house.issuer.view = replace(house.issuer.view, admin=account("thief"), standing=2)
    report = house.audit()
    assert codes(report) == {"issuer_differs": 2}
    assert {finding.detail.split(":")[0] for finding in report.findings} == {"admin", "standing"}


def test_a_hidden_event_is_told_with_its_issuer() -> None:
    """What endpoints hide is told with issuer, number and block, and does not keep the files from being checked."""
    anchored = event_abi_to_log_topic(EVENTS["Anchored"])
    report = town().audit(lie=lambda logs: [log for log in logs if log.topics[0] != anchored])
    assert codes(report)["event_missing"] == 2
    told = {(finding.iss, finding.seq) for finding in report.findings if finding.weight is Weight.WRONG}
    assert told == {(ISS, 5), (ISS, 6)}


def test_hidden_keys_accuse_nobody() -> None:
    """Where the events that add keys are hidden, those are told, and not that their holders were not allowed to act."""
    added = event_abi_to_log_topic(EVENTS["KeyAdded"])
    found = codes(town().audit(lie=lambda logs: [log for log in logs if log.topics[0] != added]))
    assert found["event_missing"] == 3
    assert "actor_not_allowed" not in found


def test_a_hidden_issuer() -> None:
    """An issuer left out of the list is noticed by its count, by those who name it, and by the notes of before."""
    house = town()
    parent = house.model.register("parent.example")
    house.model.register("child.example", parent=parent.id)
    house.model.mine()
    assert house.audit().holding == Holding.HOLDS
    assert codes(house.audit(hidden=1)) == {"issuer_hidden": 1, "issuer_unlisted": 1}
    assert codes(house.audit(hidden=1, counted_less=True)) == {"issuer_unlisted": 1}
    notes = SqliteNotebook()
    house.audit(notes)
    assert "issuer_hidden" in codes(house.audit(notes, counted_less=True))
    assert "issuer_hidden" in codes(house.audit(notes, hidden=0))


def test_an_issuer_in_the_place_of_another() -> None:
    """A list that is as long as before but lacks an issuer that was known is told at once."""
    house, notes = town(), SqliteNotebook()
    hidden = house.model.register("hidden.example")
    house.model.mine()
    house.audit(notes)
    del house.model.issuers[hidden.id]
    house.model.register("other.example")
    assert codes(house.audit(notes)) == {"issuer_hidden": 1}


def test_a_list_that_repeats_an_issuer() -> None:
    """An issuer listed twice, in the place of another, is told."""
    house = town()
    house.model.register("other.example")

    class Repeating(ModelChronicle):
        def issuers(self, start: int, limit: int) -> Sequence[bytes]:
            return [house.issuer.id] * 2

    report = Audit(Repeating(house.model), house.files, SqliteNotebook(), Unwatched(), ASKED).run()
    assert codes(report) == {"issuer_hidden": 1}


def test_going_on_from_notes(tmp_path: Path) -> None:
    """A second audit asks only for what is new, finds what is wrong with it, and again each time until it is mended."""
    house, notes = town(), SqliteNotebook(tmp_path / "notes")
    assert house.audit(notes).holding == Holding.HOLDS
    chronicle = ModelChronicle(house.model)
    report = Audit(chronicle, house.files, notes, Unwatched(), ASKED).run()
    assert (report.holding, chronicle.asked, report.counts.leaves, report.counts.anchors) == (Holding.HOLDS, 0, 0, 2)
    notes.close()
    key = house.publish_batch("new")
    path = f"manifests/{key.manifest_hash.hex()}"
    data = house.files.files.pop(path)
    notes = SqliteNotebook(tmp_path / "notes")
    for _ in range(2):
        report = house.audit(notes)
        assert (report.holding, places(report), report.counts.new_anchors) == (Holding.UNCHECKED, [path], 1 - _)
    house.files.files[path] = data
    assert house.audit(notes).holding == Holding.HOLDS
    house.publish_status({1: CredentialStatus.VALID})
    assert codes(house.audit(notes)) == {"status_taken_back": 1}


def test_a_chain_that_was_reorganised() -> None:
    """When the noted block is gone, notes are dropped, all is checked anew, and a note says so."""
    house, notes = town(), SqliteNotebook()
    house.audit(notes)
    report = house.audit(notes, fork="other")
    assert (codes(report), report.holding, report.counts.leaves) == ({"notes_dropped": 1}, Holding.HOLDS, 605)
    last = notes.last_block()
    assert last is not None
    assert last.hash == hash_of(house.model.block, "other")


def test_endpoints_that_lag_behind_the_notes() -> None:
    """A block before the noted one shows nothing of it: nothing is checked, and the notes stay as they are."""
    house, notes = town(), SqliteNotebook()
    before = ModelChronicle(replace(house.model))
    house.publish_batch("new")
    house.audit(notes)
    report = Audit(before, house.files, notes, Unwatched(), ASKED).run()
    assert (report.holding, codes(report)) == (Holding.UNCHECKED, {"chain_unsure": 1})
    assert "--state" in report.findings[0].detail
    assert (notes.last_block(), notes.issuer_count()) == (ModelChronicle(house.model).block(), 1)


def test_notes_about_another_registry() -> None:
    """Notes about a registry on another chain are refused, not dropped."""
    house, notes = town(), SqliteNotebook()
    house.audit(notes)
    with pytest.raises(Conflict, match="another --state"):
        house.audit(notes, registry="eip155:88:0x" + "12" * 20, fork="other")
    assert notes.issuer_count() == 1


def audited_news(house: House, notes: SqliteNotebook, **chronicle: Any) -> list[tuple[str, str]]:
    audit = Audit(ModelChronicle(house.model, **chronicle), house.files, notes, Unwatched(), ASKED)
    audit.run()
    return [(finding.code, finding.detail) for finding in audit.news]


def test_news_since_the_notes() -> None:
    """New issuers, keys and acts of administration are news once; at the first audit nothing is; batches never are."""
    house, notes = town(), SqliteNotebook()
    assert audited_news(house, notes) == []
    house.publish_batch("new")
    key = house.model.add_key(house.issuer, "thief", 1)
    house.model.transfer(house.issuer, account("thief"))
    house.model.register("other.example")
    house.model.mine()
    told = [("key_new", "0x" + key.hex()), ("administration_new", "AdminTransferStarted"), ("issuer_new", "")]
    assert audited_news(house, notes) == told
    assert audited_news(house, notes) == []


def test_news_of_an_issuer_with_faults() -> None:
    """An issuer that is followed from its first event each time, for something is wrong with it, still has news."""
    house, notes = town(), SqliteNotebook()
    house.model.anchor(house.issuer, word("root"), 1, word("manifest"), account("nobody"))
    house.model.mine()
    for _ in range(2):
        assert audited_news(house, notes) == []
    key = house.model.add_key(house.issuer, "thief", 1)
    house.model.mine()
    assert audited_news(house, notes) == [("key_new", "0x" + key.hex())]


def test_a_registry_that_went_back() -> None:
    """Fewer events than at the audit before are told: history does not get shorter on the same chain."""
    house, notes = town(), SqliteNotebook()
    before = town()
    house.model.rename(house.issuer, "Tên khác")
    house.audit(notes)
    before.model.block = house.model.block
    assert "issuer_went_back" in codes(before.audit(notes))


def test_a_chain_that_cannot_be_asked() -> None:
    """Doubt is no finding against the registry: the verdict is that not all could be checked."""

    class Down(ModelChronicle):
        def logs(self, places: Any) -> Sequence[Sequence[Log]]:
            raise LedgerUnsure("eth_getLogs", 2, 3, {"timeout": 2})

    house = town()
    report = Audit(Down(house.model), house.files, SqliteNotebook(), Unwatched(), ASKED).run()
    assert (report.holding, codes(report)) == (Holding.UNCHECKED, {"chain_unsure": 1})
    assert "2 of 3" in report.findings[0].detail
    assert codes(house.audit(there=False)) == {"chain_changed": 1}


def test_many_findings() -> None:
    """Not more than can be read are kept, what is wrong before what is a note, and all are counted."""
    found = Findings()
    for _ in range(MOST_FINDINGS):
        found.tell(Finding("key_new"))
    found.tell(Finding("tile_altered", path="x"))
    found.tell(Finding("key_new"))
    assert len(found.kept) == MOST_FINDINGS
    assert found.kept[0].path == "x"
    assert found.by_code == {"key_new": MOST_FINDINGS + 1, "tile_altered": 1}


def test_what_is_wrong_is_not_hidden_by_what_is_missing() -> None:
    """A thousand files that are not published leave room for what is wrong, and that stands first."""
    found = Findings()
    for code in ("chain_unsure", "file_missing"):
        for _ in range(MOST_FINDINGS):
            found.tell(Finding(code))
    found.tell(Finding("key_known", path="x"))
    found.tell(Finding("key_unknown", path="y"))
    assert [finding.path for finding in found.kept[:3]] == ["x", "y", ""]
    assert {finding.code for finding in found.kept[2:]} == {"file_missing"}
    assert len(found.kept) == MOST_FINDINGS


def test_every_code_has_words() -> None:
    """Each code says in both languages what it means."""
    assert all(vietnamese and english for _, vietnamese, english in WORDS.values())
    assert IssuerView() == IssuerView(seq=0)

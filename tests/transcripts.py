"""Credential files of the catalog's own types, transcripts above all, as a holder has them."""

from dataclasses import replace

from vanbang.catalog import CredentialType, Record, type_by_name
from vanbang.catalog.sampling import sample_rows
from vanbang.core.credential import CredentialFile
from world import World

TRANSCRIPT = type_by_name("vn-transcript")


def transcript() -> Record:
    """The first invented transcript."""
    (row,) = sample_rows(1, "transcript", kind="vn-transcript")
    return parsed(TRANSCRIPT, row)


def parsed(kind: CredentialType, row: dict[str, str]) -> Record:
    """The record of a row that has no fault."""
    record, found = kind.parse(row)
    assert record is not None, found
    return record


def world_of(kind: CredentialType, record: Record) -> World:
    """The usual world, with the credential of this record in it."""
    elements = tuple(claim.name for claim in kind.claims if claim.elements)
    made = replace(World(), claims=kind.claims_of(record), by_element=elements, digests=kind.digests)
    return replace(made, metadata=kind.metadata(), payload_vct=kind.vct, manifest_vct=kind.vct)


def file_of(kind: CredentialType, record: Record) -> CredentialFile:
    """Its credential file, signed."""
    return world_of(kind, record).file()

"""Printing a credential on paper, and where a page carries the credential itself."""

from typing import Protocol


class Printer(Protocol):
    """Turns a credential file into a PDF that a person can read, with the file itself attached inside.

    Keeps nothing and asks nobody. May be called from several threads; calls may wait for each other.
    """

    def diploma(self, credential: bytes, proof_url: str) -> bytes:
        """The PDF of a credential file, with a QR code of `proof_url`; everything the file discloses is on the page.

        Raises FileRejected, DisclosureRejected, UnknownCredentialType (a type outside of the catalog), or another
        VanbangError if no page can be made.
        """
        ...

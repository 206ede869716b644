"""Opens keys that are kept elsewhere: in AWS KMS, or in a hardware module."""

from collections.abc import Callable
from pathlib import Path

from vanbang.adapters.keys.external import KmsKey, Pkcs11Key, Place
from vanbang.adapters.keys.hsm import Pkcs11Signer
from vanbang.adapters.keys.kms import KmsClients, KmsSigner
from vanbang.ports import KeyMissing, Signer


def no_pin() -> str | None:
    """None: no PIN was given for tokens."""
    return None


class Elsewhere:
    """Signers by place; nothing is asked before one is used. `pin` gives the PIN of tokens without a PIN file."""

    def __init__(self, pin: Callable[[], str | None] = no_pin) -> None:
        self._pin = pin
        self._clients = KmsClients()

    def signer(self, name: str, place: Place, address: bytes | None = None) -> Signer:
        """The key of that name at its place; `address` if it is known."""
        if isinstance(place, KmsKey):
            return KmsSigner(name, place, self._clients, address)
        return Pkcs11Signer(name, place, lambda: self._pin_for(name, place), address)

    def _pin_for(self, name: str, place: Pkcs11Key) -> str:
        """Read again at each login, and kept nowhere. Raises KeyMissing."""
        if place.pin_file is None:
            pin = self._pin()
        else:
            try:
                pin = Path(place.pin_file).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, ValueError) as error:
                raise KeyMissing(name, f"the file with its PIN cannot be read ({type(error).__name__})") from None
        if not pin:
            raise KeyMissing(name, "there is no PIN for its token: give VANBANG_PKCS11_PIN_FILE")
        return pin

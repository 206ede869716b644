"""The errors of vanbang. Each class is a kind with a stable `code`; its fields say where and what."""

from typing import Any, ClassVar


class VanbangError(Exception):
    """Root of every error this project raises on purpose. Never raised itself.

    `code` is stable and machine-readable; `str(error)` is one plain sentence. HTTP statuses and exit codes are
    chosen by the delivery layers, not here.
    """

    code: ClassVar[str] = "vanbang"

    def __reduce__(self) -> tuple[Any, ...]:
        """As its arguments and fields, whatever its class is made with: work in other processes raises errors too."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[VanbangError], args: tuple[Any, ...], fields: dict[str, Any]) -> VanbangError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(fields)
    return error


class FormatError(VanbangError):
    """Bytes that do not have the exact form a section of docs/format.md demands.

    `where` is a path inside the document (`payload._sd[3]`), `reason` what is wrong there.
    """

    code: ClassVar[str] = "format"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.where = where
        self.reason = reason


class JsonError(FormatError):
    """Text that is not the strict JSON of docs/format.md section 2."""

    code: ClassVar[str] = "json"


class ProofError(VanbangError):
    """An inclusion proof that does not have the shape its index and tree size demand (docs/format.md section 5)."""

    code: ClassVar[str] = "proof"


class RootMismatch(VanbangError):
    """Two computations that must give one root did not; both are carried."""

    code: ClassVar[str] = "root_mismatch"

    def __init__(self, expected: bytes, actual: bytes) -> None:
        super().__init__(f"expected the root {expected.hex()}, got {actual.hex()}")
        self.expected = expected
        self.actual = actual


class SignatureInvalid(VanbangError):
    """A signature that does not verify, or was not made by the key it should be made by."""

    code: ClassVar[str] = "signature"


class RecordInvalid(VanbangError):
    """A record that cannot be sealed: a claim name that is reserved or repeated, too many claims, a wrong type."""

    code: ClassVar[str] = "record"

"""Asking a chain without a server, and a tiny contract to try it with."""

from collections.abc import Callable
from typing import Any

from vanbang.adapters.ethereum.devchain import DEV_ACCOUNTS, DevChain

ALICE, BOB = (account.address.lower() for account in DEV_ACCOUNTS[:2])

# Without calldata: revert Refused(7), selector 0xdeadbeef. Else: store the first word in slot 0, log it (as topic and
# as data) and return it.
RUNTIME = bytes.fromhex(
    "3660195763deadbeef60e01b600052600760045260246000fd5b600035806000558060005260206000a160206000f3"
)
REFUSED = "0xdeadbeef" + f"{7:064x}"

Ask = Callable[..., Any]


class Refusal(Exception):
    """The chain answered with an error object."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.number: int = error["code"]
        self.data: str | None = error.get("data")


def asker(chain: DevChain) -> Ask:
    def ask(method: str, *params: object) -> Any:
        answer = chain.handle({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        assert isinstance(answer, dict)
        if "error" in answer:
            raise Refusal(answer["error"])
        return answer["result"]

    return ask


def init_code(runtime: bytes = RUNTIME) -> str:
    """Creation code that leaves `runtime`."""
    return "0x" + (bytes.fromhex(f"60{len(runtime):02x}600c60003960{len(runtime):02x}6000f3") + runtime).hex()


def word(number: int) -> str:
    return f"0x{number:064x}"

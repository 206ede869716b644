"""The ten accounts of every development chain. Their keys are public knowledge: anyone can spend from them.

They are the accounts Anvil and Hardhat hand out (BIP-39 phrase below, BIP-44 path m/44'/60'/0'/0/i), so commands and
documents written for those nodes work here unchanged. Never send anything of value to them.
"""

from dataclasses import dataclass

from eth_account.hdaccount import seed_from_mnemonic
from eth_account.hdaccount.deterministic import HDPath
from eth_keys.datatypes import PrivateKey

DEV_MNEMONIC = "test test test test test test test test test test test junk"
DEV_PATH = "m/44'/60'/0'/0"
DEV_ACCOUNT_COUNT = 10
DEV_BALANCE = 10_000 * 10**18  # wei


@dataclass(frozen=True)
class DevAccount:
    """An unlocked account: 0x-hex checksummed address and its 32-byte private key."""

    address: str
    private_key: bytes


def _derive() -> tuple[DevAccount, ...]:
    seed = seed_from_mnemonic(DEV_MNEMONIC, "")
    keys = (PrivateKey(HDPath(f"{DEV_PATH}/{index}").derive(seed)) for index in range(DEV_ACCOUNT_COUNT))
    return tuple(DevAccount(key.public_key.to_checksum_address(), key.to_bytes()) for key in keys)


# Derived rather than embedded: it takes 50 ms, once, and shows where the keys come from.
DEV_ACCOUNTS: tuple[DevAccount, ...] = _derive()

"""Key stores: an encrypted folder, and memory for tests. Whoever holds one and its password signs as us."""

from vanbang.adapters.keys.keystore import SCRYPT_N_GENERATED, KeystoreFolder, password_file
from vanbang.adapters.keys.memory import MemoryKeyStore

__all__ = ["SCRYPT_N_GENERATED", "KeystoreFolder", "MemoryKeyStore", "password_file"]

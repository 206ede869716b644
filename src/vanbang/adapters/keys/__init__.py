"""Key stores: a folder of encrypted keys and of bindings to keys elsewhere (AWS KMS, hardware modules by PKCS#11), and
memory for tests. Whoever holds one and its password signs as us.
"""

from vanbang.adapters.keys.elsewhere import Elsewhere
from vanbang.adapters.keys.external import place_of
from vanbang.adapters.keys.keystore import SCRYPT_N_GENERATED, KeystoreFolder, password_file
from vanbang.adapters.keys.memory import MemoryKeyStore

__all__ = ["SCRYPT_N_GENERATED", "Elsewhere", "KeystoreFolder", "MemoryKeyStore", "password_file", "place_of"]

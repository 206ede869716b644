"""Settings of one installation: one table, read from the environment, else the home folder's file, else the default.

| variable | meaning |
|---|---|
| VANBANG_HOME | the home folder, default `var/vanbang` |
| VANBANG_<NAME> | overrides that setting; the names are in `table.py` |
| VANBANG_<NAME>_FILE | names a file that holds the secret of that name |
"""

from vanbang.settings.errors import AlreadySetUp, NotSetUp
from vanbang.settings.reading import (
    DEFAULT_HOME,
    Effective,
    api_key_from_environment,
    backup_password_from_environment,
    chain_profile,
    database_at,
    effective,
    executor,
    home_folder,
    load,
    password_from_environment,
    pkcs11_pin_from_environment,
)
from vanbang.settings.table import BACKUP_PASSWORD, FILE, PASSWORD, PASSWORDS, TABLE, Setting, Settings

__all__ = [
    "BACKUP_PASSWORD",
    "DEFAULT_HOME",
    "FILE",
    "PASSWORD",
    "PASSWORDS",
    "TABLE",
    "AlreadySetUp",
    "Effective",
    "NotSetUp",
    "Setting",
    "Settings",
    "api_key_from_environment",
    "backup_password_from_environment",
    "chain_profile",
    "database_at",
    "effective",
    "executor",
    "home_folder",
    "load",
    "password_from_environment",
    "pkcs11_pin_from_environment",
]

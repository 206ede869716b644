"""Backups as one file: a tar with the hash of everything in it, sealed under a password. Trusted with everything."""

from vanbang.adapters.archive.bundle import Bundle, Source, is_sealed, read_bundle, write_bundle
from vanbang.adapters.archive.container import BackupDamaged

__all__ = ["BackupDamaged", "Bundle", "Source", "is_sealed", "read_bundle", "write_bundle"]

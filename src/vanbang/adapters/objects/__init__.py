"""Stores of files: public ones in a folder, uploads in a private one, and both in memory for tests."""

from vanbang.adapters.objects.folder import FolderStore
from vanbang.adapters.objects.memory import MemoryStore
from vanbang.adapters.objects.spool import FolderSpool, MemorySpool

__all__ = ["FolderSpool", "FolderStore", "MemorySpool", "MemoryStore"]

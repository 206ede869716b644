"""Stores of files: public ones in a folder, uploads in a private one, and both in memory for tests. Public files in a
bucket are in `bucket`, which needs a library that not every installation has."""

from vanbang.adapters.objects.folder import FolderStore, FolderTree
from vanbang.adapters.objects.memory import MemoryStore
from vanbang.adapters.objects.spool import FolderSpool, MemorySpool

__all__ = ["FolderSpool", "FolderStore", "FolderTree", "MemorySpool", "MemoryStore"]

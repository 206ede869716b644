"""Stores of public, immutable files: a local folder, and memory for tests. Not trusted: readers check hashes."""

from vanbang.adapters.objects.folder import FolderStore
from vanbang.adapters.objects.memory import MemoryStore

__all__ = ["FolderStore", "MemoryStore"]

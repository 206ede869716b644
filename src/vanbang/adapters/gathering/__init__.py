"""Many diplomas from one place: a folder, a ZIP, or lines. One after the other, in little memory, nothing written.

Whoever sends them is a stranger: names are shown and never opened by, and what is inside an archive is believed only
after it was unpacked. What cannot be read is an item too, so that no file is lost without a word.
"""

from vanbang.adapters.gathering.found import REASONS, Found, Item, Unreadable
from vanbang.adapters.gathering.opening import Gathering, gather

__all__ = ["REASONS", "Found", "Gathering", "Item", "Unreadable", "gather"]

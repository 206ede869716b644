"""The hash chain over an issuer's events."""

from chronicles import CHAIN_ID, CONTRACT, every_event
from vanbang.core.chronicle.events import StatusRootSet, read_event
from vanbang.core.chronicle.logs import first_head, fold, fold_all


def test_the_head() -> None:
    """Folding all links from the first head gives the registry's head; leaving one out or swapping two does not."""
    _, issuer = every_event()
    links = [log for log in issuer.logs if not isinstance(read_event(log, issuer.id), StatusRootSet)]
    start = first_head(CHAIN_ID, CONTRACT, issuer.id)
    assert fold_all(start, links) == issuer.view.head
    assert fold_all(start, links[:-1]) != issuer.view.head
    assert fold(fold(start, links[1]), links[0]) != fold_all(start, links[:2])
    assert first_head(CHAIN_ID + 1, CONTRACT, issuer.id) != start

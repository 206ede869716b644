"""Server-sent events."""

from hypothesis import given
from hypothesis import strategies as st

from vanbang.client.events import Events


def test_events_as_servers_send_them() -> None:
    """Data of several lines, comments, ids and the wait that a server wants are understood; a new stream is new."""
    events = Events()
    lines = ["retry: 1500", "", ": still here", "", "event: state", "id: a1", "data: {", "data: }", "", "data: half"]
    assert [told for line in lines if (told := events.take(line)) is not None] == ["{\n}"]
    assert events.pause == 1.5
    assert events.headers["last-event-id"] == "a1"
    assert events.take("") is None


@given(st.lists(st.text(st.characters(exclude_characters="\n\r"), max_size=30)))
def test_any_lines(lines: list[str]) -> None:
    """No line of a server stops the client, makes it wait long, or goes back into a header as it should not."""
    events = Events()
    for line in lines:
        events.take(line)
    assert 0 <= events.pause < 100
    assert all(value.isascii() and value.isprintable() for value in events.headers.values())

"""Server-sent events (WHATWG HTML section 9.2), as far as this API uses them."""

from collections.abc import Mapping


class Events:
    """Takes a stream line by line, and remembers what to come back with when it breaks off."""

    def __init__(self) -> None:
        self.pause = 2.0
        """Seconds before coming back, as the server wants it."""
        self._last_id = ""
        self._data: list[str] = []

    @property
    def headers(self) -> Mapping[str, str]:
        """What a request for the stream says. A new stream begins a new event."""
        self._data = []
        wanted = {"accept": "text/event-stream"}
        return {**wanted, "last-event-id": self._last_id} if self._last_id else wanted

    def take(self, line: str) -> str | None:
        """The data of the event that this line ends, else None. Comments keep a connection alive and say nothing."""
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            data, self._data = "\n".join(self._data), []
            return data or None
        if name == "data":
            self._data.append(value)
        elif name == "id" and value.isascii() and value.isprintable():
            self._last_id = value
        elif name == "retry" and value.isascii() and value.isdecimal() and len(value) < 6:
            self.pause = int(value) / 1_000
        return None

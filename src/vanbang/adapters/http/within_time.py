"""HTTP answers within a time as a whole, status line and headers included.

A socket's timeout is for each read: who sends a header a byte at a time would otherwise hold up a reader for hours.
"""

import time
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class WithinTime(HTTPAdapter):
    """An adapter whose `timeout` is for the whole answer, from its first byte awaited to its last read."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Until(RawIOBase):
    """A socket's bytes until a moment of the monotonic clock; then TimeoutError."""

    def __init__(self, raw: RawIOBase, sock: socket, moment: float) -> None:
        self._raw = raw
        self._sock = sock
        self._moment = moment

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._moment - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes longer than it may")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        seconds = sock.gettimeout()
        if seconds is not None:
            self.fp = BufferedReader(_Until(self.fp.detach(), sock, time.monotonic() + seconds))


class _Plain(HTTPConnection):
    response_class = _Answer


class _Tls(HTTPSConnection):
    response_class = _Answer


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


_POOLS: Final = {"http": _PlainPool, "https": _TlsPool}

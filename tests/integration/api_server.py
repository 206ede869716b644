"""An ASGI application on a real port, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from socket import create_server
from typing import Any

import uvicorn


@contextmanager
def on_a_port(app: Any) -> Iterator[str]:
    """The address at which the application is served."""
    with closing(create_server(("127.0.0.1", 0))) as door:
        config = uvicorn.Config(app, http="httptools", log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([door],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            server.force_exit = True
            thread.join(20)

"""The API on a real port, in a thread of the test, and the engine's work done by hand."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from socket import create_server
from typing import Any

import uvicorn
from api_site import Site

from small_house import INDEX_KEY
from vanbang.adapters import files
from vanbang.notary.intake import Intake
from vanbang.notary.uploading import Uploads


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


def check_lists(api: Site) -> None:
    """Checks the lists that are waiting."""
    uploads = Uploads(api.store, api.desk.spool)
    for upload in api.store.uploads(states=("RECEIVED",)):
        Intake(api.store, uploads, files, INDEX_KEY, api.clock, api.desk.objects).process(upload)

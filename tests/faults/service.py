"""F01 and F02 at the door: the service is killed while it takes a list, and the client asks again."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from secrets import token_hex
from time import time
from urllib.request import urlopen

import requests
from api_calling import Caller

from faults.fault import Inject
from faults.ground import SCHOOLS
from faults.town import Town
from faults.worker import FREE, Orders, forked
from ports import free_port
from vanbang.cli.serving import serve
from vanbang.notary.access import make_key, new_id, new_secret, text_of


def _serve(home: Path, port: int) -> None:
    serve(home=home, host="127.0.0.1", port=port, log_format="text")


@contextmanager
def service(here: Town, orders: Orders = FREE) -> Iterator[tuple[str, BaseProcess]]:
    """The site with API and engine, as `vanbang serve` runs them; killed at the end."""
    port = free_port()
    process = forked(_serve, here.log, orders, here.home, port)
    here.workers.append(process)

    def answers() -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return True
        except OSError:
            return False

    here.until(answers, "the service up")
    yield f"http://127.0.0.1:{port}", process
    here.end_workers()


def killed_at_the_door(*, after: bool) -> Inject:
    """The service dies when a list is whole; asked again with the same keys it gives one answer, ever again."""

    def inject(here: Town) -> None:
        key, name, secret = f"door-{token_hex(4)}", new_id(), new_secret()
        make_key(here.store(), name, secret, SCHOOLS[0].iss, "registrar", "test", int(time()), 1)
        serials, data = here.a_list(SCHOOLS[0], 3)
        with service(here, Orders("received", after=after)) as (base, process):
            caller = Caller(base, text_of(name, secret))
            try:
                caller.send("door.csv", data, key)
            except requests.RequestException:
                here.dies(process)
            else:
                raise AssertionError("the service was not killed")
        with service(here) as (base, _):
            caller = Caller(base, text_of(name, secret))
            upload = caller.send("door.csv", data, key)["id"]
            here.promised[upload] = serials
            for _ in range(2):
                answered = caller.post(
                    f"/v1/uploads/{upload}/complete", {"sha256": hashlib.sha256(data).hexdigest()}, f"{key}-c"
                )
                here.answers.setdefault(f"{key}-c", []).append(answered.content)
            other = caller.post(f"/v1/uploads/{upload}/complete", {"sha256": "00" * 32}, f"{key}-c")
            assert other.status_code == 422, other.text
            here.until(here.all_final, "everything final")

    return inject

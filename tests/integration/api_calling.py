"""The API as an institution's own system calls it."""

import time
import uuid
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import requests

from vanbang.adapters.sql import SqlStore, open_database
from vanbang.notary.access import make_key, new_id, new_secret, text_of
from vanbang.ports import Role

PART = 64 * 1024


def api_key(home: Path, iss: str | None, role: Role) -> str:
    """A new API key of an installation."""
    key_id, secret = new_id(), new_secret()
    store = SqlStore(open_database(home / "vanbang.sqlite")).acting_as("test")
    make_key(store, key_id, secret, iss, role, "test", int(time.time()), 1)
    return text_of(key_id, secret)


@dataclass(frozen=True)
class Caller:
    """An API key at an address. Errors of the connection are the caller's to repeat."""

    base: str
    key: str

    def get(self, path: str) -> requests.Response:
        return requests.get(self.base + path, headers=self._headers(), timeout=20)

    def post(self, path: str, body: Any, repeat_key: str | None = None) -> requests.Response:
        headers = self._headers() | {"Idempotency-Key": repeat_key or str(uuid.uuid4())}
        return requests.post(self.base + path, json=body, headers=headers, timeout=60)

    def put_part(self, upload: str, number: int, data: bytes) -> requests.Response:
        headers = self._headers() | {"Content-Type": "application/octet-stream"}
        return requests.put(f"{self.base}/v1/uploads/{upload}/parts/{number}", data=data, headers=headers, timeout=60)

    def send(self, name: str, data: bytes, repeat_key: str, **options: Any) -> dict[str, Any]:
        """Sends a list whole; the same arguments again go on where it stopped. Gives the upload after its 202."""
        begun = self.post("/v1/uploads", {"name": name, **options}, repeat_key)
        assert begun.status_code == 201, begun.text
        upload = begun.json()["id"]
        looked = self.get(f"/v1/uploads/{upload}")
        assert looked.status_code == 200, looked.text
        now = looked.json()
        there = {part["number"]: part["sha256"] for part in now["parts"]}
        if now["state"] == "OPEN":
            for number, start in enumerate(range(0, len(data), PART), 1):
                part = data[start : start + PART]
                if there.get(number) != sha256(part).hexdigest():
                    put = self.put_part(upload, number, part)
                    assert put.status_code == 200, put.text
        done = self.post(f"/v1/uploads/{upload}/complete", {"sha256": sha256(data).hexdigest()}, f"{repeat_key}-c")
        assert done.status_code == 202, done.text
        answer: dict[str, Any] = done.json()
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

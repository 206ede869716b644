"""Pages in plain words: for recruiters, for graduates, and what VALID means; in Vietnamese and English."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import FileResponse

GUIDES: Final = {
    "/huong-dan/nha-tuyen-dung": "vi/recruiter",
    "/huong-dan/nguoi-hoc": "vi/graduate",
    "/huong-dan/hop-le": "vi/valid",
    "/guide/recruiter": "en/recruiter",
    "/guide/graduate": "en/graduate",
    "/guide/valid": "en/valid",
}
"""Each page's address, and its file in `static/guide/`."""


def add_guides(app: FastAPI, static: Path) -> None:
    """Serves the guides out of the folder of static files."""
    for address, name in GUIDES.items():
        app.add_api_route(address, _page(static / "guide" / f"{name}.html"), include_in_schema=False)


def _page(file: Path) -> Callable[[], Awaitable[FileResponse]]:
    async def guide() -> FileResponse:
        return FileResponse(file, media_type="text/html")

    return guide

"""Where pictures and players go: into the page as long as it stays small, or into a folder beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote

from vivavoce.data_url import data_url
from vivavoce.files import whole_file

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "video/webm": ".webm", "audio/webm": ".webm"}
PAGE_BYTES, STILLS_BYTES = 1_200_000, 500_000
"""Of all media in a page, base64 not counted, so that a page of 70 files stays under 3 MB; and how much of it is kept
for what stands still."""


class PageMedia:
    """Puts media into the page itself, the gravest first, until `PAGE_BYTES` are spent."""

    def __init__(self) -> None:
        self._left = PAGE_BYTES

    def place(self, content: bytes, kind: str) -> str | None:
        """An address for media of a type such as `image/jpeg`; None where there is no room any more."""
        reserved = 0 if kind.startswith("image/") else STILLS_BYTES
        if len(content) > self._left - reserved:
            return None
        self._left -= len(content)
        return data_url(content, kind)


class FolderMedia:
    """Puts every picture and player into a folder beside the page, under the name of its content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, content: bytes, kind: str) -> str | None:
        """The address of the new file as the page beside the folder has it. Raises `InputError` where it cannot be
        written."""
        self._folder.mkdir(exist_ok=True)
        path = self._folder / (hashlib.sha256(content).hexdigest()[:24] + SUFFIXES[kind])
        if not path.exists():
            with whole_file(path) as temporary:
                temporary.write_bytes(content)
        return f"{quote(self._folder.name)}/{path.name}"


Media = PageMedia | FolderMedia

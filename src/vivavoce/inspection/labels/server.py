"""The page on which people label, served to this machine alone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Self

from vivavoce.errors import InputError
from vivavoce.inspection.labels.candidates import Candidate
from vivavoce.inspection.labels.labels import Label, append_label

MAX_REQUEST = 4096
LOCAL = "127.0.0.1"


class LabelServer:
    """Serves candidates and writes the answers to `labels`; `url` holds a key without which nothing is given.

    A context manager: the port is free again behind it.
    """

    def __init__(self, candidates: Sequence[Candidate], answers: Sequence[str], labels: Path, port: int = 0) -> None:
        """Raises `InputError` when the port is taken."""
        self.candidates, self.answers, self.labels = candidates, tuple(answers), labels
        self.key, self._lock = secrets.token_urlsafe(16), Lock()
        try:
            self._server = ThreadingHTTPServer((LOCAL, port), partial(_Handler, self))
        except OSError as error:
            raise InputError(f"port {port}: {error.strerror}, choose another with --port") from error

    @property
    def url(self) -> str:
        return f"http://{LOCAL}:{self._server.server_address[1]}/{self.key}/"

    def serve(self) -> None:
        """Answer requests until `stop` is called from another thread, or Ctrl-C."""
        self._server.serve_forever(poll_interval=0.2)

    def stop(self) -> None:
        self._server.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._server.server_close()

    def listing(self) -> bytes:
        """What the page needs to know of all candidates."""
        items = [
            {
                "file": Path(c.file).name, "start_s": c.start_s, "thoughts": dict(c.thoughts), "type": c.media_type,
                "informativeness": round(c.informativeness, 3),
            }
            for c in self.candidates
        ]  # fmt: skip
        return json.dumps({"answers": self.answers, "candidates": items}).encode()

    def label(self, number: int, answer: str) -> None:
        """Keep the answer to the moment of index `number`. Raises `InputError` for an unknown answer."""
        if not 0 <= number < len(self.candidates) or answer not in self.answers:
            raise InputError("no such candidate or answer")
        chosen = self.candidates[number]
        with self._lock:
            label = Label(chosen.kind, chosen.file, chosen.start_s, answer, round(chosen.informativeness, 4))
            append_label(self.labels, label)


class _Handler(BaseHTTPRequestHandler):
    """One request to a `LabelServer`."""

    def __init__(self, server: LabelServer, *arguments: object) -> None:
        self._labels = server
        super().__init__(*arguments)  # pyright: ignore[reportArgumentType]

    def do_GET(self) -> None:
        place = self._place()
        if place == "":
            page = files("vivavoce.inspection.labels").joinpath("page.html").read_bytes()
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page)
        elif place == "candidates":
            self._answer(HTTPStatus.OK, "application/json", self._labels.listing())
        elif place is not None and place.isdecimal() and int(place) < len(self._labels.candidates):
            candidate = self._labels.candidates[int(place)]
            self._answer(HTTPStatus.OK, candidate.media_type, candidate.content)
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"not here")

    def do_POST(self) -> None:
        try:
            length = int(self.headers.get("Content-Length", "0"))
            if self._place() != "label" or not 0 < length <= MAX_REQUEST:
                raise InputError("not here")
            said = json.loads(self.rfile.read(length))
            self._labels.label(int(said["number"]), str(said["answer"]))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            self._answer(HTTPStatus.BAD_REQUEST, "text/plain", str(error).encode())
            return
        self._answer(HTTPStatus.OK, "application/json", b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal belongs to the command."""

    def _place(self) -> str | None:
        """The path behind the key, or None without it."""
        _, key, *rest = self.path.split("?")[0].split("/", 2)
        return (rest[0] if rest else "") if secrets.compare_digest(key, self._labels.key) else None

    def _answer(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", "default-src 'self' 'unsafe-inline'; img-src 'self' data:")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

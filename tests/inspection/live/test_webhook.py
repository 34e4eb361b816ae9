"""Alerts reach an address, not too often, and wait for one that is away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from vivavoce.errors import InputError
from vivavoce.inspection import Event, Severity
from vivavoce.inspection.live import Channel, Webhook
from vivavoce.inspection.live import webhook as module

NEWS = Channel("news", "udp://239.0.0.1:5000")
FREEZE, DIM = Event("freeze", 1.0, 4.0, 0.9, {"map": [[0.5]]}), Event("freeze", 1.0, 4.0, 0.3)


class Inbox(HTTPServer):
    """Answers with the codes of `answers` in turn, then with 204, and keeps what it took."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[int] = []
        self.kept: list[dict[str, Any]] = []


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Inbox)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        code = self.server.answers.pop(0) if self.server.answers else 204
        if code == 204:
            self.server.kept.append(json.loads(body))
        self.send_response(code)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def posted_to(inbox: Inbox) -> str:
    return f"http://127.0.0.1:{inbox.server_address[1]}/alerts"


def test_an_alert_cools_down_by_channel_and_defect(inbox: Inbox) -> None:
    now_s = [0.0]
    webhook = Webhook(posted_to(inbox), Severity.MAJOR, 60.0, lambda: now_s[0])
    for at_s, event in ((0, FREEZE), (10, FREEZE), (20, Event("black", 2.0, 3.0, 0.9)), (30, DIM), (61, FREEZE)):
        now_s[0] = at_s
        webhook.on_event(NEWS, event)
    webhook.on_down(NEWS, "nothing came any more")
    webhook.close()
    assert [(kept["type"], kept.get("defect"), kept["suppressed"]) for kept in inbox.kept] == [
        ("event", "freeze", 0), ("event", "black", 0), ("event", "freeze", 1), ("down", None, 0),
    ]  # fmt: skip
    assert inbox.kept[0]["channel"] == "news"
    assert inbox.kept[0]["severity"] == "critical"
    assert "map" not in inbox.kept[0]["evidence"]


def test_an_address_in_trouble_is_tried_again(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    inbox.answers = [503, 500]
    webhook = Webhook(posted_to(inbox), Severity.MINOR, 0.0)
    webhook.on_event(NEWS, FREEZE)
    webhook.close()
    assert (len(inbox.kept), webhook.lost) == (1, 0)


def test_alerts_nobody_takes_are_counted_and_hold_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    webhook = Webhook("http://127.0.0.1:9/", Severity.MINOR, 0.0)
    webhook.on_event(NEWS, FREEZE)
    webhook.close()
    assert webhook.lost == 1


def test_an_address_is_needed() -> None:
    with pytest.raises(InputError, match="http"):
        Webhook("file:///etc/passwd", Severity.MINOR, 0.0)

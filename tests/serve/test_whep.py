"""A session through WebRTC: the protocol, a player that knows nothing of redundancy, and ours through loss."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from tests.serve.running import Running
from vivavoce.serve.protocols import whep

aioice = pytest.importorskip("aioice")

from vivavoce.serve.whep_player import listen  # noqa: E402

TEXT = "Hello there, this is a sentence that goes through a bad network, and it is heard all the same."
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves loopback out, which may be all that a machine of tests has."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


def offer() -> str:
    from aiortc import RTCPeerConnection

    async def make() -> str:
        peer = RTCPeerConnection()
        peer.addTransceiver("audio", direction="recvonly")
        await peer.setLocalDescription(await peer.createOffer())
        sdp = peer.localDescription.sdp
        await peer.close()
        return sdp

    return asyncio.run(make())


def post(server: Running, path: str, body: str, **headers: str) -> Any:
    return server.request("POST", path, body.encode(), {"Content-Type": "application/sdp", **headers})


def test_the_protocol(server: Running) -> None:
    answer = post(server, "/whep?text=Hi.", offer(), Origin="http://localhost:3000")
    assert (answer.status, answer.headers["content-type"]) == (201, "application/sdp")
    assert "opus/48000/2" in answer.body.decode()
    assert "Location" in answer.headers["access-control-expose-headers"]
    path, tag = answer.headers["location"].removeprefix(server.url), answer.headers["etag"]
    assert path.startswith("/whep/")
    kind = {"Content-Type": "application/trickle-ice-sdpfrag"}
    candidate = b"a=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host\r\n"
    assert server.request("PATCH", path, candidate, {**kind, "If-Match": tag}).status == 204
    assert server.request("PATCH", path, candidate, {**kind, "If-Match": '"x"'}).status == 412
    assert server.request("PATCH", path, b"a=candidate:x\r\n", kind).status == 400
    assert server.request("PATCH", path, b"").status == 415
    assert server.request("POST", path, {"text": "More."}).status == 202
    assert server.request("DELETE", path).status == 200
    assert server.request("DELETE", path).status == 404


def test_what_is_refused(server: Running) -> None:
    assert server.request("POST", "/whep", b"v=0").status == 415
    assert post(server, "/whep", "v=0").status == 400
    assert post(server, "/whep", "\x00nonsense").status == 400
    without_fingerprint = "\r\n".join(line for line in offer().splitlines() if not line.startswith("a=fingerprint"))
    assert post(server, "/whep", without_fingerprint).status == 400
    assert post(server, "/whep?voice=../x", offer()).status == 400
    for amount in ("9", "1.5", "nan", "x"):
        assert post(server, f"/whep?redundancy={amount}", offer()).status == 400
    assert post(server, f"/whep?text={'a' * 70_000}", offer()).status in (400, 431)
    assert server.request("GET", "/whep").status == 405


def test_an_offer_of_more_than_a_listener_needs(server: Running) -> None:
    head, _, media = offer().partition("m=audio")
    media = f"m=audio{media}"
    many = head + "".join(media.replace("a=mid:0", f"a=mid:{number}") for number in range(20))
    assert post(server, "/whep", many).status == 400
    candidate = "a=candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host\r\n"
    assert post(server, "/whep", offer() + candidate * 100).status == 400
    path = post(server, "/whep", offer()).headers["location"].removeprefix(server.url)
    kind = {"Content-Type": "application/trickle-ice-sdpfrag"}
    answer = server.request("PATCH", path, b"a=mid:0\r\n" + candidate.encode() * 100, kind)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "invalid_candidate")
    assert server.request("DELETE", path).status == 200


def test_a_listener_who_never_connects_is_forgotten(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whep, "CONNECT_S", 0.3)
    paths = [post(server, f"/whep?text={quote(TEXT)}", offer()).headers["location"] for _ in range(3)]
    begun_s = time.monotonic()
    for path in paths:
        while server.request("PATCH", path.removeprefix(server.url), b"").status != 404:
            assert time.monotonic() - begun_s < 10
            time.sleep(0.05)
    while server.request("GET", "/ready").json()["streams"]:
        assert time.monotonic() - begun_s < 10
        time.sleep(0.05)


def test_our_player_hears_through_loss(server: Running) -> None:
    url = f"{server.url}/whep?voice=af_heart&text={quote(TEXT)}"
    heard = asyncio.run(listen(url, 4.0, is_lost=lambda number: number % 12 in (5, 6, 7, 8)))
    assert heard.dropped > 0.25 * (heard.came + heard.dropped)
    # A burst of 80 ms is shorter than the player's delay: nothing needs to be guessed.
    assert heard.sources["redundancy"] > 5 * heard.sources["prediction"]
    samples = heard.audio.samples
    assert len(samples) == 4 * 16_000
    loud = np.sqrt(np.mean(samples.reshape(-1, 320) ** 2, axis=1)) > 0.01
    assert loud.sum() * 0.02 > 1.0

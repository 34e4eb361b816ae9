"""`aiortc` as a listener to WHEP: an offer, sound, candidates after it, more text, the end."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from calls import TOKEN, URL, call, run


def ask(method: str, url: str, body: str = "", kind: str = "application/sdp") -> tuple[int, dict[str, str], str]:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
    try:
        with urlopen(Request(url, body.encode() or None, headers, method=method), timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


async def listener() -> tuple[RTCPeerConnection, Any, asyncio.Future[Any]]:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    track: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    peer.on("track", track.set_result)
    peer.addTransceiver("audio", direction="recvonly")
    await peer.setLocalDescription(await peer.createOffer())
    return peer, peer.localDescription, track


async def heard(track: Any, seconds: float) -> np.ndarray:
    parts: list[np.ndarray] = []
    length = 0.0
    while length < seconds:
        frame = await track.recv()
        parts.append(frame.to_ndarray().ravel())
        length += frame.samples / frame.sample_rate
    return np.concatenate(parts)


@call
async def hear_a_session() -> None:
    peer, offer, track = await listener()
    url = f"{URL}/whep?voice=af_heart&text=Hello%20there.%20How%20are%20you%20today%3F"
    status, headers, answer = await asyncio.to_thread(ask, "POST", url, offer.sdp)
    assert status == 201, answer
    assert headers["etag"]
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    sound = await heard(await track, 3.0)
    assert np.abs(sound.astype(np.float32)).max() > 1000, "silence"
    place = headers["location"]
    fragment = "a=mid:0\r\na=end-of-candidates\r\n"
    kind = "application/trickle-ice-sdpfrag"
    status, _, told = await asyncio.to_thread(ask, "PATCH", place, fragment, kind)
    assert status == 204, told
    status, _, told = await asyncio.to_thread(ask, "POST", place, '{"text": "And more."}', "application/json")
    assert status == 202, told
    sound = await heard(track.result(), 2.0)
    assert np.abs(sound.astype(np.float32)).max() > 1000, "silence after more text"
    assert (await asyncio.to_thread(ask, "DELETE", place))[0] == 200
    assert (await asyncio.to_thread(ask, "DELETE", place))[0] == 404
    await peer.close()


@call
async def refusals() -> None:
    peer, offer, _ = await listener()
    for method, url, kind, wanted in (
        ("POST", f"{URL}/whep", "text/plain", 415), ("GET", f"{URL}/whep", "application/sdp", 405),
        ("POST", f"{URL}/whep?voice=nobody", "application/sdp", 400),
        ("PATCH", f"{URL}/whep/none", "application/sdp", 404),
    ):  # fmt: skip
        status, _, told = await asyncio.to_thread(ask, method, url, offer.sdp if method == "POST" else "", kind)
        assert status == wanted, (method, url, status, told)
    assert (await asyncio.to_thread(ask, "POST", f"{URL}/whep", "v=0\r\nnothing"))[0] == 400
    await peer.close()


run()

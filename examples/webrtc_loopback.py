"""Speech between two WebRTC peers in one process, a fifth of its packets lost: `python examples/webrtc_loopback.py`.

Needs `pip install vivavoce[webrtc]`. Writes `webrtc.wav` and says what each 20 ms were made from.
"""

from __future__ import annotations

import asyncio

import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription

import vivavoce
from vivavoce.audio import Audio, write_audio
from vivavoce.transport.webrtc import ProtectedTrack, ReceivedSpeech

TEXT = "The line is bad, and yet you hear me."
LOSS, SEED = 0.2, 1


async def main() -> None:
    """Connect, speak, and listen."""
    chunks = [chunk async for chunk in vivavoce.speak_async(TEXT)]
    samples = np.concatenate([chunk.samples for chunk in chunks])
    track = ProtectedTrack(rate_hz=24_000)
    sender, listener = RTCPeerConnection(), RTCPeerConnection()
    sender.addTrack(track)
    await sender.setLocalDescription(await sender.createOffer())
    await listener.setRemoteDescription(sender.localDescription)
    speech = ReceivedSpeech(listener.getTransceivers()[0].receiver)
    lose(speech)
    await listener.setLocalDescription(await listener.createAnswer())
    await sender.setRemoteDescription(RTCSessionDescription(listener.localDescription.sdp, "answer"))
    talking = asyncio.create_task(say(track, samples))
    heard = [await speech.pull() for _ in range(round(len(samples) / 24_000 / 0.02) + 100)]
    await talking
    write_audio("webrtc.wav", Audio(np.concatenate(heard), 16_000))
    print(", ".join(f"{count} by {source}" for source, count in speech.receiver.played_in_call.items()))
    await asyncio.gather(sender.close(), listener.close())


async def say(track: ProtectedTrack, samples: np.ndarray) -> None:
    """Push all speech."""
    await track.push(samples)
    await track.flush()


def lose(speech: ReceivedSpeech) -> None:
    """A network that drops packets."""
    arrive, chance = speech.receiver.arrive, np.random.default_rng(SEED)
    speech.receiver.arrive = lambda datagram, at_s: None if chance.random() < LOSS else arrive(datagram, at_s)


if __name__ == "__main__":
    asyncio.run(main())

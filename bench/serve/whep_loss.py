"""A session through WebRTC and a network that loses a fifth of the packets in bursts: how well it is understood, by our
receiver, with a second of the past in each packet and without.

    python -m bench.serve.whep_loss [--texts 20] [--loss 0.2] [--delay 0.3]

Both hear a text at the same time through the same loss, which is one of packets by their numbers and takes just that
share of each text. STOI is against the sound that was sent, second by second, each at the place where it is found. The
first texts are heard once more by a receiver in a hurry, which plays what comes after 40 ms. Listeners hear in real
time, so a run is worth something only on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing import get_context
from urllib.parse import quote

import numpy as np
from pystoi import stoi

from bench.serve.server import running
from bench.shared.results import Table, write_result
from vivavoce.audio import Audio, Samples
from vivavoce.client import Client
from vivavoce.serve.whep_player import DELAY_S, Heard, listen
from vivavoce.transport.channel import GilbertElliott, draw_losses
from vivavoce.transport.opus_codec import FRAME, RATE_HZ

BURST_PACKETS = 4.0
HURRY_S, HURRY_TEXTS = 0.04, 8
PIECE, SLACK = RATE_HZ, RATE_HZ // 5
"""Samples of a piece, and how far from where it is expected it is looked for."""
SPEAKERS = ("af_heart", "am_michael", "bf_emma", "bm_george")
TEXTS = (
    "The quick brown fox jumps over the lazy dog while the old farmer watches from his small wooden porch.",
    "On the third of May a train left the station an hour late, and nobody could say where it was going.",
    "She put the letter into the drawer, locked it twice, and gave the key to her brother before dinner.",
    "Rain is expected in the north tonight, with strong winds along the coast until tomorrow afternoon.",
    "If you would like to speak to somebody, please stay on the line and we will answer as soon as we can.",
    "The museum opens at nine, the garden at ten, and both are closed on the first Monday of every month.",
    "Their youngest daughter plays the cello in a small orchestra that meets above the bakery on Fridays.",
    "Turn left at the church, follow the river for half a mile, and you will see the mill on your right.",
    "We have received your order, and the parcel will be with you by the end of next week at the latest.",
    "He had promised to call before the meeting, but the battery of his telephone was empty once again.",
    "Most of the houses in this street were built by sailors who had come home with money and bad knees.",
    "Before you open the lid, switch the machine off and wait until the red lamp has stopped blinking.",
    "The doctor asked her to breathe slowly, count to twenty, and tell him when the pain had gone away.",
    "Last winter the lake was frozen for eleven weeks, and children skated to school every single morning.",
    "Please keep your belongings with you at all times, and report anything unusual to a member of staff.",
    "Nobody in the village remembered who had planted the oak, but everybody knew whom it belonged to.",
    "The second half of the film is quieter than the first, and it is by far the better of the two.",
    "Add the flour a little at a time, stir until it is smooth, and let it rest under a damp cloth.",
    "They sold the boat in autumn, bought two bicycles with the money, and never looked back again.",
    "Your appointment has been moved to Thursday at half past four; press one if that is not possible.",
)
SOURCES = ("bench/serve/whep_loss.py", "src/vivavoce/serve/protected.py", "src/vivavoce/serve/whep_player.py",
           "src/vivavoce/serve/protocols/whep.py")  # fmt: skip


@dataclass(frozen=True)
class Arm:
    """All texts heard with one amount of redundancy and one delay."""

    stoi: list[float]
    lost: list[float]
    """Share of each text's packets."""
    refilled: float
    """Share of the sound that was made of redundancy."""
    guessed: float
    """Share that was made of nothing: predicted, or stretched while nothing came."""


def losses(loss: float, packets: int, seed: int) -> list[bool]:
    """Which of a text's packets are lost: in bursts of four on average, `loss` of them but for one packet."""
    model = GilbertElliott.of(loss, BURST_PACKETS)
    for drawn in count(1000 * seed):
        trace = list(islice(draw_losses(model, drawn), packets))
        if abs(sum(trace) - loss * packets) <= 1:
            return trace
    raise AssertionError


def hear(url: str, seconds: float, delay_s: float, trace: Sequence[bool]) -> Heard:
    """Listen to one session in a process of its own."""
    is_lost = [*trace, *[False] * 1000].__getitem__
    return asyncio.run(listen(url, seconds + delay_s + 1.0, delay_s=delay_s, is_lost=is_lost))


def aligned_stoi(sent: Samples, heard: Samples) -> float:
    """STOI piece by piece, each at its own place: a jitter buffer shortens and lengthens pauses."""
    kept, found, shift = list[Samples](), list[Samples](), place_of(sent, heard)
    heard = np.pad(heard, (SLACK, SLACK + len(sent)))
    for start in range(0, len(sent) - PIECE // 2, PIECE):
        piece = sent[start : start + PIECE]
        first = max(0, shift + start)  # in the padded sound this is SLACK too early
        near = heard[first : first + len(piece) + 2 * SLACK]
        place = place_of(piece, near)
        shift += place - SLACK
        kept.append(piece)
        found.append(near[place : place + len(piece)])
    return float(stoi(np.concatenate(kept), np.concatenate(found), RATE_HZ))


def place_of(piece: Samples, heard: Samples) -> int:
    """Where in `heard` that is which is most like `piece`, in samples."""
    size = 1 << (len(piece) + len(heard)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(piece, size)), size)
    return int(np.argmax(likeness[: max(1, len(heard) - len(piece) + 1)]))


def listen_to_all(port: int, texts: Sequence[str], loss: float, delay_s: float) -> tuple[Arm, Arm]:
    """Every text without redundancy and, at the same time and through the same loss, with a second of it."""
    client, sent, heard = Client(f"http://127.0.0.1:{port}"), list[Samples](), list[tuple[Heard, ...]]()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for number, text in enumerate(texts):
            speaker = SPEAKERS[number % len(SPEAKERS)]
            said = client.synthesize(text, speaker=speaker)
            sent.append(Audio(said.samples, said.rate_hz).resampled(RATE_HZ).samples)
            trace = losses(loss, len(sent[-1]) // FRAME, seed=number + 1)
            url = f"http://127.0.0.1:{port}/whep?voice={speaker}&text={quote(text)}&redundancy="
            seconds = len(sent[-1]) / RATE_HZ
            asked = [pool.submit(hear, f"{url}{amount}", seconds, delay_s, trace) for amount in (0, 1)]
            heard.append(tuple(future.result() for future in asked))
            shown = ", ".join(f"{one.dropped} lost, {dict(one.sources)}" for one in heard[-1])
            print(f"{number} after {delay_s} s: {shown}", file=sys.stderr)
    return _arm(sent, [pair[0] for pair in heard]), _arm(sent, [pair[1] for pair in heard])


def _arm(sent: Sequence[Samples], heard: Sequence[Heard]) -> Arm:
    scores = [aligned_stoi(there, here.audio.samples) for there, here in zip(sent, heard, strict=True)]
    lost = [here.dropped / (len(there) // FRAME) for there, here in zip(sent, heard, strict=True)]
    units = sum(len(there) // FRAME for there in sent)
    made = {name: sum(here.sources[name] for here in heard) / units for name in ("redundancy", "prediction", "expand")}
    return Arm(scores, lost, made["redundancy"], made["prediction"] + made["expand"])


def _column(without: Arm, with_it: Arm) -> list[str]:
    """What is told of one delay."""
    gains = np.subtract(with_it.stoi, without.stoi)
    error = 1.96 * float(np.std(gains, ddof=1)) / len(gains) ** 0.5
    before, after = float(np.mean(without.stoi)), float(np.mean(with_it.stoi))
    return [
        f"{len(gains)}",
        f"{np.mean(without.lost):.1%}, {np.mean(with_it.lost):.1%}",
        f"{without.guessed:.1%}, {with_it.guessed:.1%}",
        f"{without.refilled:.1%}, {with_it.refilled:.1%}",
        f"{before:.3f}, {after:.3f}",
        f"{after - before:+.3f} ± {error:.3f}",
        f"{gains.min():+.3f}",
    ]


_ROWS = (
    "texts", "packets lost, without redundancy and with a second of it", "sound made of nothing", "of redundancy",
    "STOI", "gained by redundancy", "gained by the text that gained least",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=len(TEXTS))
    parser.add_argument("--loss", type=float, default=0.2)
    parser.add_argument("--delay", type=float, default=DELAY_S)
    arguments = parser.parse_args()
    texts, hurry = TEXTS[: arguments.texts], TEXTS[: min(arguments.texts, HURRY_TEXTS)]
    with running() as (port, _):
        usual = listen_to_all(port, texts, arguments.loss, arguments.delay)
        hurried = listen_to_all(port, hurry, arguments.loss, HURRY_S)
    rows = list(zip(_ROWS, _column(*usual), _column(*hurried), strict=True))
    columns = ("what", f"played {arguments.delay:g} s behind", f"{HURRY_S:g} s behind")
    figures = {"without": usual[0].stoi, "with": usual[1].stoi, "lost": usual[1].lost}
    write_result("serve-whep", {"main": Table(columns, rows)}, SOURCES, figures)
    print("\n".join(" | ".join(row) for row in rows), file=sys.stderr)


if __name__ == "__main__":
    main()

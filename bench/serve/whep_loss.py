"""A session through WebRTC and a network that loses a fifth of the packets in bursts: how well it is understood, by our
receiver, with a second of the past in each packet and without.

    python -m bench.serve.whep_loss [--texts 6] [--loss 0.2]

Both hear the same texts through the same loss. STOI is against the sound that was sent, second by
second, each at the place where it is found. A run takes twice the length of the texts, because the listener is one in
real time, and is worth something only on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from urllib.parse import quote

import numpy as np
from pystoi import stoi

from bench.serve.server import running
from bench.shared.results import Table, write_result
from vivavoce.audio import Audio, Samples
from vivavoce.client import Client
from vivavoce.serve.whep_player import listen
from vivavoce.transport.channel import GilbertElliott
from vivavoce.transport.opus_codec import RATE_HZ

BURST_PACKETS = 4.0
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
)
SOURCES = ("bench/serve/whep_loss.py", "src/vivavoce/serve/protected.py", "src/vivavoce/serve/whep_player.py",
           "src/vivavoce/serve/protocols/whep.py")  # fmt: skip


def losing(loss: float, seed: int) -> Callable[[], bool]:
    """Whether the next packet is lost, in bursts of four on average."""
    model, chance, state = GilbertElliott.of(loss, BURST_PACKETS), np.random.default_rng(seed), [False]

    def is_lost() -> bool:
        state[0] = bool(chance.random() >= model.to_good if state[0] else chance.random() < model.to_bad)
        return state[0]

    return is_lost


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=len(TEXTS))
    parser.add_argument("--loss", type=float, default=0.2)
    arguments = parser.parse_args()
    results: dict[float, list[float]] = {0.0: [], 1.0: []}
    lost: dict[float, list[float]] = {0.0: [], 1.0: []}
    with running() as (port, _):
        client = Client(f"http://127.0.0.1:{port}")
        for number, text in enumerate(TEXTS[: arguments.texts]):
            speaker = SPEAKERS[number % len(SPEAKERS)]
            said = client.synthesize(text, speaker=speaker)
            sent = Audio(said.samples, said.rate_hz).resampled(RATE_HZ).samples
            for redundancy_s, scores in results.items():
                url = f"http://127.0.0.1:{port}/whep?voice={speaker}&redundancy={redundancy_s}&text={quote(text)}"
                heard = asyncio.run(
                    listen(url, len(sent) / RATE_HZ + 1.5, is_lost=losing(arguments.loss, seed=number + 1))
                )
                scores.append(aligned_stoi(sent, heard.audio.samples))
                lost[redundancy_s].append(heard.dropped / max(1, heard.dropped + heard.came))
                print(f"{number} {redundancy_s}: {scores[-1]:.3f}, {lost[redundancy_s][-1]:.0%} lost", file=sys.stderr)
    without, with_it = (float(np.mean(results[key])) for key in (0.0, 1.0))
    worst = min(after - before for before, after in zip(results[0.0], results[1.0], strict=True))
    rows = [
        ("packets lost", f"{np.mean(lost[0.0]):.0%}, {np.mean(lost[1.0]):.0%}"),
        ("STOI without redundancy", f"{without:.3f}"),
        ("STOI with a second of it", f"{with_it:.3f} ({with_it - without:+.3f})"),
        ("the text that gained least", f"{worst:+.3f}"),
    ]
    write_result("serve-whep", {"main": Table(("what", "measured"), rows)}, SOURCES,
                 {"without": results[0.0], "with": results[1.0], "lost": lost[1.0]})  # fmt: skip


if __name__ == "__main__":
    main()

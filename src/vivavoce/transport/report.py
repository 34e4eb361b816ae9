"""One self-contained page on a loss: what went missing, what filled it, and the same speech four ways to hear."""

from __future__ import annotations

import base64
import html
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

import numpy as np

from vivavoce.audio import Audio, Samples
from vivavoce.data_url import data_url
from vivavoce.transport import opus_file
from vivavoce.transport.loss_simulation import find_gaps
from vivavoce.transport.loss_traces import longest_burst
from vivavoce.transport.opus_codec import FRAME_S, OpusSettings
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.sender import ProtectionSettings, measure_packet, protect, rate_bps

COLUMNS = 1200
_FFT, _BANDS = 512, 128
_PLAYED = ProtectionSettings(OpusSettings(64_000, loss_percent=0), redundancy_s=0.0)
_FLOOR_DB, _RANGE_DB = -75.0, 75.0


@dataclass(frozen=True, slots=True)
class Take:
    """One way to hear the speech, and where each packet's sound came from."""

    title: str
    audio: Audio
    sources: tuple[Source, ...]


def report_page(
    name: str, takes: Sequence[Take], lost: Sequence[bool], packets: Sequence[bytes], pre_skip: int = 0
) -> str:
    """The page as HTML; the last take is the one that it is about. `packets` are those that were sent or came.

    `pre_skip` counts at 48 kHz.
    """
    template = files("vivavoce.transport").joinpath("report.html").read_text(encoding="utf-8")
    spent = [measure_packet(packet) for packet in packets]
    data = {
        "duration_s": takes[0].audio.duration_s,
        "packet_s": FRAME_S,
        "first_s": -pre_skip / 48_000,
        "lost": [int(missing) for missing in lost],
        "speech": [packet.speech for packet in spent],
        "padding": [packet.padding for packet in spent],
        "takes": [_drawing(take) for take in takes],
        "gaps": [[gap.first, [str(source) for source in gap.sources]] for gap in find_gaps(takes[-1].sources, lost)],
    }
    page = template.replace("{{heading}}", html.escape(f"{name} through a loss"))
    page = page.replace("{{count}}", str(len(takes)))
    page = page.replace("{{facts}}", _facts(takes[-1], lost, packets))
    page = page.replace("{{takes}}", "\n".join(_section(number, take) for number, take in enumerate(takes)))
    return page.replace("{{data}}", json.dumps(data).replace("</", "<\\/"))


def _facts(take: Take, lost: Sequence[bool], packets: Sequence[bytes]) -> str:
    """The numbers at the head of the page."""
    spent = [measure_packet(packet) for packet in packets if packet]
    past_bps = rate_bps([packet.padding for packet in spent])
    filled = Counter(source for source, missing in zip(take.sources, lost, strict=True) if missing)
    facts = {
        "packets lost": f"{sum(lost)} of {len(lost)} ({sum(lost) / len(lost):.0%})",
        "longest burst": f"{longest_burst(lost) * FRAME_S * 1000:.0f} ms",
        "speech": f"{rate_bps([packet.speech for packet in spent]) / 1000:.1f} kb/s",
        "redundancy": f"{past_bps / 1000:.1f} kb/s, {past_bps * FRAME_S:.0f} bits a packet",
    }
    facts |= {f"filled by {source}": str(filled[source]) for source in Source if filled[source]}
    return "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())


def _section(number: int, take: Take) -> str:
    sound = b"".join(opus_file.dump(protect(take.audio, None, _PLAYED)))
    source = data_url(sound, "audio/ogg")
    title = html.escape(take.title)
    return (
        f'<section class="take"><h2><kbd>{number + 1}</kbd> {title}</h2>'
        f'<audio controls preload="auto" aria-label="{title}" src="{source}"></audio>'
        f'<canvas data-take="{number}" role="img" aria-label="Waveform and spectrogram: {title}"></canvas></section>'
    )


def _drawing(take: Take) -> dict[str, object]:
    """What the script paints: the waveform's envelope and the bytes of the spectrogram."""
    samples = take.audio.samples
    edges = np.linspace(0, len(samples), min(COLUMNS, max(1, len(samples))) + 1).astype(int)
    picture = _spectrogram(samples)
    return {
        "envelope": [round(float(np.abs(samples[a:b]).max(initial=0.0)), 3) for a, b in pairwise(edges)],
        "columns": len(picture),
        "bands": _BANDS,
        "picture": base64.b64encode(picture.tobytes()).decode(),
        "sources": [str(source) for source in take.sources],
    }


def _spectrogram(samples: Samples) -> np.ndarray:
    """Levels from -75 to 0 dB as bytes, (columns, 128), 0 to 8 kHz."""
    columns = min(COLUMNS, max(1, len(samples) // 80))
    padded = np.pad(samples, _FFT // 2)
    starts = np.linspace(0, max(len(samples) - 1, 0), columns).astype(int)
    windows = padded[starts[:, None] + np.arange(_FFT)] * np.hanning(_FFT)
    power = np.abs(np.fft.rfft(windows, axis=1))[:, 1:].reshape(columns, _BANDS, -1).mean(axis=2) ** 2
    level_db = 10.0 * np.log10(power / 256.0 + 1e-12)
    return (np.clip((level_db - _FLOOR_DB) / _RANGE_DB, 0.0, 1.0) * 255).astype(np.uint8)

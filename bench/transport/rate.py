"""What redundancy costs and keeps: bits a packet against seconds carried, and the error of features at each level.

python -m bench.transport.rate DATA [--addon NAME] [--clips 6] [--card]
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

import numpy as np

from bench.shared.machine import this_machine
from vivavoce.audio import read_audio
from vivavoce.blocks import find_addon
from vivavoce.blocks.model_card import FIGURES, put_measurements
from vivavoce.redundancy.codec.vivavoce.decoder import DecodedRedundancy, Decoder, load_decoder
from vivavoce.redundancy.codec.vivavoce.encoder import PACKET_SAMPLES, Encoder, EncoderState, load_encoder
from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS, RateAllocation
from vivavoce.redundancy.features import CORRELATION, PITCH, RATE_HZ, band_energies, features

CORPORA = ("speechocean", "ensemble-dev", "prompts")
"""Speakers that nothing was trained on."""

AMOUNTS_S = (0.04, 0.2, 0.4, 1.0, 2.0)
EVERY = 10
"""Packets from one payload that is measured to the next."""

AUDIBLE_BELS = 4.0
"""Bands further than this below the loudest of a clip do not count."""

VOICED = 0.2
LIBOPUS_BYTES = {0.04: 26.8, 0.2: 41.2, 0.4: 54.6, 1.0: 70.5}
"""libopus 1.6.1, schedule 5, 4, 15: what the same took there."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording as the sender hears it."""

    samples: np.ndarray
    frames: np.ndarray
    """Its features, (frames, 20)."""


@dataclass(frozen=True, slots=True)
class Errors:
    """How far restored features are from the sender's, over audible bands and voiced frames."""

    bands_db: float
    """Root mean square."""
    pitch_cents: float
    """Median."""
    correlation: float
    """Mean distance of the periodicity, whose range is 1."""


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level used for all of a second."""

    level: int
    bits_per_latent: float
    errors: Errors


@dataclass(frozen=True, slots=True)
class AmountRow:
    """One amount of redundancy on the default schedule."""

    seconds: float
    bits: float
    encode_us: float
    """Processor time of `encode`, the rounding and coding of latents."""
    decode_ms: float
    libopus_bits: float | None


def test_clips(data: Path, count: int) -> Iterator[Clip]:
    """`count` recordings of each corpus, of at least 2.5 s, speakers taken in turn."""
    for corpus in CORPORA:
        with open(data / "speech" / corpus / "metadata.tsv", encoding="utf-8", newline="") as file:
            rows = [r for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if r["split"] == "test"]
        rows = [row for row in rows if float(row["seconds"]) >= 2.5]
        for row in rows[:: max(1, len(rows) // count)][:count]:
            samples = read_audio(data / "speech" / corpus / "audio" / f"{row['id']}.opus", RATE_HZ).samples
            samples = samples[: len(samples) // PACKET_SAMPLES * PACKET_SAMPLES]
            yield Clip(samples, features(samples))


def states(encoder: Encoder, clip: Clip, every: int = EVERY) -> Iterator[tuple[int, EncoderState]]:
    """The number and state of every so many packets, when a second has been heard and something was said."""
    state = encoder.initial_state()
    for number in range(len(clip.samples) // PACKET_SAMPLES):
        state = encoder.step(state, clip.samples[number * PACKET_SAMPLES : (number + 1) * PACKET_SAMPLES])
        if number > 55 and number % every == 0 and not state.moments[1].silent:
            yield number, state


def level_rows(encoder: Encoder, decoder: Decoder, clips: Sequence[Clip]) -> list[LevelRow]:
    """Each level by itself, payloads of one second."""
    rows = []
    for level in range(LEVELS):
        bits, pairs = [], []
        for clip in clips:
            for number, state in states(encoder, clip):
                data = encoder.encode(state, 1.0, RateAllocation(level, 0, level))
                shorter = encoder.encode(state, 0.04, RateAllocation(level, 0, level))
                past = decoder.decode(data)
                bits.append(8 * (len(data) - len(shorter)) / max(1, len(past.frames) // 4 - 1))
                pairs.append((past.frames, original(clip, number, past)))
        rows.append(LevelRow(level, float(np.mean(bits)), errors(pairs)))
    return rows


def amount_rows(encoder: Encoder, decoder: Decoder, clips: Sequence[Clip]) -> list[AmountRow]:
    """Each amount by itself, from a sender that makes a payload for every packet."""
    rows = []
    for seconds in AMOUNTS_S:
        bits: list[int] = []
        encode_s: list[float] = []
        decode_s: list[float] = []
        for clip in clips:
            for number, state in states(encoder, clip, every=1):
                begin = process_time()
                data = encoder.encode(state, seconds)
                encode_s.append(process_time() - begin)
                bits.append(8 * len(data))
                if number % EVERY == 0:
                    begin = process_time()
                    decoder.decode(data)
                    decode_s.append(process_time() - begin)
        known = LIBOPUS_BYTES.get(seconds)
        times = float(np.mean(encode_s)) * 1e6, float(np.mean(decode_s)) * 1e3
        rows.append(AmountRow(seconds, float(np.mean(bits)), *times, 8 * known if known else None))
    return rows


def schedule_errors(encoder: Encoder, decoder: Decoder, clips: Sequence[Clip]) -> dict[str, Errors]:
    """Errors of the default schedule by age."""
    ages: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"0-0.2 s": [], "0.2-0.5 s": [], "0.5-1 s": []}
    for clip in clips:
        for number, state in states(encoder, clip):
            past = decoder.decode(encoder.encode(state, 1.0))
            truth = original(clip, number, past)
            for name, rows in zip(ages, (slice(0, 20), slice(20, 50), slice(50, 100)), strict=True):
                ages[name].append((past.frames[rows], truth[rows]))
    return {name: errors(pairs) for name, pairs in ages.items()}


def original(clip: Clip, number: int, past: DecodedRedundancy) -> np.ndarray:
    """The sender's own features of the frames that packet `number` describes, newest first."""
    newest = 2 * (number - past.offset) + 1
    return clip.frames[newest - len(past.frames) + 1 : newest + 1][::-1]


def errors(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> Errors:
    restored, truth = (np.concatenate(side) for side in zip(*pairs, strict=True))
    bands = band_energies(truth)
    audible = bands > bands.max() - AUDIBLE_BELS
    wrong_db = 10.0 * (band_energies(restored) - bands)[audible]
    voiced = truth[:, CORRELATION] > VOICED
    cents = 1200.0 * np.abs(restored[voiced, PITCH] - truth[voiced, PITCH])
    periodicity = np.abs(restored[:, CORRELATION] - truth[:, CORRELATION])
    return Errors(float(np.sqrt(np.mean(wrong_db**2))), float(np.median(cents)), float(periodicity.mean()))


def table(levels: Sequence[LevelRow], amounts: Sequence[AmountRow], ages: dict[str, Errors]) -> str:
    """All rows as Markdown."""
    lines = ["| carried, s | bits a packet | libopus 1.6.1 | encode, µs | decode, ms |", "|---|---|---|---|---|"]
    for row in amounts:
        beside = f"{row.libopus_bits:.0f}" if row.libopus_bits else ""
        lines.append(f"| {row.seconds:g} | {row.bits:.0f} | {beside} | {row.encode_us:.0f} | {row.decode_ms:.2f} |")
    lines += ["", "| level | bits a latent | bands, dB | pitch, cents | periodicity |", "|---|---|---|---|---|"]
    lines += [f"| {row.level} | {row.bits_per_latent:.1f} | {_cells(row.errors)} |" for row in levels]
    lines += ["", "| age | bands, dB | pitch, cents | periodicity |", "|---|---|---|---|"]
    lines += [f"| {age} | {_cells(found)} |" for age, found in ages.items()]
    return "\n".join(lines)


def _cells(found: Errors) -> str:
    return f"{found.bands_db:.2f} | {found.pitch_cents:.0f} | {found.correlation:.3f}"


def card_rows(amounts: Sequence[AmountRow], ages: dict[str, Errors]) -> list[list[str]]:
    """What the model card tells."""
    rows = [[f"bits a packet for {row.seconds:g} s", f"{row.bits:.0f}"] for row in amounts]
    return rows + [[f"error of bands at an age of {age}, dB", f"{found.bands_db:.2f}"] for age, found in ages.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with speech/")
    parser.add_argument("--addon", default="redundancy")
    parser.add_argument("--clips", type=int, default=6, help="of each corpus")
    parser.add_argument("--json", type=Path, help="write the rows there")
    parser.add_argument("--card", action="store_true", help="write figures.json and the model card of the addon")
    arguments = parser.parse_args()
    encoder, decoder = load_encoder(arguments.addon), load_decoder(arguments.addon)
    clips = list(test_clips(arguments.data, arguments.clips))
    amounts = amount_rows(encoder, decoder, clips)
    levels = level_rows(encoder, decoder, clips)
    ages = schedule_errors(encoder, decoder, clips)
    machine = this_machine()
    print(f"{machine}; {len(clips)} clips of {', '.join(CORPORA)}\n\n{table(levels, amounts, ages)}")
    if arguments.json:
        made = {"machine": str(machine), "levels": [asdict(row) for row in levels]}
        made |= {"amounts": [asdict(row) for row in amounts], "ages": {age: asdict(e) for age, e in ages.items()}}
        arguments.json.write_text(json.dumps(made, indent=2))
    if arguments.card:
        folder = find_addon(arguments.addon)
        measured = f"{len(clips)} clips by unheard speakers ({', '.join(CORPORA)}), {machine.date}"
        (folder / FIGURES).write_text(json.dumps({"measured": measured, "rows": card_rows(amounts, ages)}, indent=2))
        put_measurements(folder)


if __name__ == "__main__":
    main()

"""`python -m bench.transport.vectors REFERENCE.so OPUS_DEMO`: what libopus's own code makes of a recording, for tests.

`reference/build` makes REFERENCE.so; OPUS_DEMO is that of libopus 1.6.1 with DRED.
"""

from __future__ import annotations

import argparse
import ctypes
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from vivavoce.audio import read_audio
from vivavoce.redundancy.codec.payload_codec import load_codec
from vivavoce.transport.opus_demo import read_bitstream
from vivavoce.transport.opus_extension import ExtensionId, extract
from vivavoce.transport.opus_packet import parse
from vivavoce.transport.sender import ProtectionSettings, Protector, chunks

TEST_DATA = Path(__file__).parents[2] / "tests" / "data"
PLACES = (60, 100, 140)
"""Frames where a gap begins."""
SPOKEN = 20
LATEST = 110
"""Packets; the payload of every tenth before it is kept."""


class Reference:
    """libopus's networks and payload."""

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))

    def features(self, samples: np.ndarray) -> np.ndarray:
        """int16 (frames * 160,) -> (frames, 20)."""
        rows = np.zeros((len(samples) // 160, 20), np.float32)
        self._library.reference_features(_pointer(samples), len(rows), _pointer(rows))
        return rows

    def fargan(self, before: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """320 samples and 5 rows and more -> 160 samples for each row after the fifth."""
        samples = np.zeros(160 * (len(rows) - 5), np.float32)
        self._library.reference_fargan(_pointer(before), _pointer(rows), len(rows) - 5, _pointer(samples))
        return samples

    def predictor(self, inputs: np.ndarray) -> np.ndarray:
        """(frames, 57) -> (frames, 20)."""
        rows = np.zeros((len(inputs), 20), np.float32)
        self._library.reference_predictor(_pointer(inputs), len(inputs), _pointer(rows))
        return rows

    def encode(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(2 * packets, 20) -> latents (packets, 25), start vectors (packets, 50)."""
        packets = len(rows) // 2
        latents, starts = np.zeros((packets, 25), np.float32), np.zeros((packets, 50), np.float32)
        self._library.reference_encode(_pointer(rows), packets, _pointer(latents), _pointer(starts))
        return latents, starts

    def decode(self, payload: bytes) -> tuple[int, np.ndarray]:
        """-> offset, features (frames, 20), newest first."""
        rows, offset = np.zeros((104, 20), np.float32), ctypes.c_int()
        data = np.frombuffer(payload, np.uint8).copy()
        count = self._library.reference_decode(_pointer(data), len(data), _pointer(rows), ctypes.byref(offset))
        return offset.value, rows[: 4 * count]


def main() -> None:
    """Write `tests/data/libopus.npz`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reference", type=Path)
    parser.add_argument("opus_demo", type=Path)
    arguments = parser.parse_args()
    reference = Reference(arguments.reference)
    speech = read_audio(TEST_DATA / "kathleen.opus", 16_000).samples
    samples = np.round(speech[: len(speech) // 320 * 320] * 32768).clip(-32768, 32767).astype(np.int16)
    rows = reference.features(samples)
    sound = (samples / 32768).astype(np.float32)
    latents, starts = reference.encode(rows)
    inputs = np.zeros((60, 57), np.float32)
    inputs[:40, 36:56], inputs[:40, 56] = rows[60:100], 1.0
    inputs[:40, :18] = rows[60:100, :18]
    ours = _our_payloads(sound)
    theirs = _libopus_payloads(arguments.opus_demo, samples)
    vectors = {
        "samples": samples,
        "features": rows,
        "latents": latents[::10],
        "starts": starts[::10],
        "predictor_inputs": inputs,
        "predicted": reference.predictor(inputs),
        "places": np.array(PLACES),
        "spoken": np.stack(
            [
                reference.fargan(sound[160 * t - 320 : 160 * t].copy(), rows[t - 3 : t + 2 + SPOKEN].copy())
                for t in PLACES
            ]
        ),
        **_decoded("ours", ours, reference),
        **_decoded("theirs", theirs, reference),
    }
    np.savez_compressed(TEST_DATA / "libopus.npz", **vectors)
    print(TEST_DATA / "libopus.npz", (TEST_DATA / "libopus.npz").stat().st_size, "bytes")


def _decoded(name: str, payloads: list[bytes], reference: Reference) -> dict[str, np.ndarray]:
    kept = payloads[20:LATEST:20]
    found = {f"{name}_{number}": np.frombuffer(payload, np.uint8) for number, payload in enumerate(kept)}
    for number, payload in enumerate(kept):
        offset, rows = reference.decode(payload)
        found[f"{name}_{number}_features"], found[f"{name}_{number}_offset"] = rows, np.array(offset)
    return found


def _our_payloads(sound: np.ndarray) -> list[bytes]:
    codec = load_codec("dred")
    protector = Protector(codec, ProtectionSettings())
    packets = [protector.step(piece).data for piece in chunks([sound])]
    return [extract(parse(packet), ExtensionId.of(codec)) or b"" for packet in packets]


def _libopus_payloads(opus_demo: Path, samples: np.ndarray) -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        sound, stream = Path(folder) / "sound.raw", Path(folder) / "stream"
        sound.write_bytes(samples.tobytes())
        options = ["-e", "voip", "16000", "1", "52000", "-loss", "20", "-dred", "100"]
        subprocess.run([opus_demo, *options, sound, stream], check=True, capture_output=True)
        packets = read_bitstream(stream)
    extension = ExtensionId.of(load_codec("dred"))
    return [extract(parse(packet), extension) or b"" for packet in packets]


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    assert array.flags.c_contiguous
    return array.ctypes.data_as(ctypes.c_void_p)


if __name__ == "__main__":
    main()

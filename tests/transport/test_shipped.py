"""The models that are shipped, on a voice reading a sentence of the test split."""

from __future__ import annotations

import time

import numpy as np
import pytest

from vivavoce.audio import Audio, Samples
from vivavoce.redundancy.codec.payload_codec import default_codecs, load_codec
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.redundancy.features import band_energies, features
from vivavoce.transport.loss_simulation import simulate_loss, simulate_loss_classic
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.sender import ProtectionSettings, measure_packet, protect, rate_bps


@pytest.fixture(scope="module")
def packets(speech: Audio) -> tuple[bytes, ...]:
    return protect(speech, load_codec(), ProtectionSettings()).packets


def distance_bels(heard: Samples, said: Samples) -> float:
    """How far the envelopes are apart, where something is said."""
    ours, theirs = band_energies(features(heard)), band_energies(features(said))
    loud = theirs.mean(axis=1) > theirs.mean(axis=1).max() - 3.0
    return float(np.abs(ours - theirs)[loud].mean())


def test_a_second_costs_what_it_may(packets: tuple[bytes, ...]) -> None:
    assert rate_bps([measure_packet(packet).padding for packet in packets[60:]]) * 0.02 < 640 + 16 * 8


@pytest.mark.parametrize("burst", [4, 15, 40])
def test_a_long_hole_is_spoken_and_not_hummed(burst: int, packets: tuple[bytes, ...]) -> None:
    lost = [number % (burst + 20) >= 20 for number in range(len(packets) - 1)] + [False]
    whole = simulate_loss_classic(packets, [False] * len(packets)).samples
    ours = simulate_loss(packets, lost, Concealer.load(), default_codecs())
    classic = simulate_loss_classic(packets, lost)
    assert Source.PREDICTION not in ours.sources
    assert distance_bels(ours.samples, whole) < 0.5 * distance_bels(classic.samples, whole)


def test_all_is_faster_than_speech(packets: tuple[bytes, ...], speech: Audio) -> None:
    lost = [number % 5 == 3 for number in range(len(packets))]
    concealer, codecs = Concealer.load(), default_codecs()
    start_s = time.process_time()
    simulate_loss(packets, lost, concealer, codecs)
    assert time.process_time() - start_s < speech.duration_s

from __future__ import annotations

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport.opus_codec import FRAME, OpusDecoder
from vivavoce.transport.priming import prime


def after_a_hole(plain: list[bytes], heard: Samples, first: int, count: int, *, primed: bool) -> float:
    """Error of the packet after a hole, in dB below the sound, when the hole was filled with the true sound."""
    decoder = OpusDecoder()
    for packet in plain[:first]:
        decoder.decode(packet)
    end = (first + count) * FRAME
    if primed:
        before = heard[(first - 1) * FRAME : first * FRAME]
        prime(decoder, before, heard[first * FRAME : end], heard[end : end + FRAME])
    else:
        for _ in range(count):
            decoder.conceal()
    true = heard[end : end + FRAME]
    error = decoder.decode(plain[first + count]) - true
    return 10 * float(np.log10(np.square(error).sum() / (np.square(true).sum() + 1e-6)))


def test_after_priming_a_packet_sounds_more_as_it_should(plain: list[bytes]) -> None:
    decoder = OpusDecoder()
    heard = np.concatenate([decoder.decode(packet) for packet in plain])
    places = [number for number in range(30, 130) if np.abs(heard[number * FRAME :][:FRAME]).max() > 0.03]
    for count in (1, 5):
        gains = [
            after_a_hole(plain, heard, first, count, primed=False)
            - after_a_hole(plain, heard, first, count, primed=True)
            for first in places[::3]
        ]
        assert np.mean(gains) > 3.0


def test_a_decoder_with_a_saved_state_goes_its_own_way(plain: list[bytes]) -> None:
    one, never_saved = OpusDecoder(), OpusDecoder()
    for packet in plain[:50]:
        one.decode(packet)
        never_saved.decode(packet)
    twin = OpusDecoder()
    twin.load(one.save())
    expected = never_saved.decode(plain[50])
    for _ in range(5):
        twin.conceal()
    assert np.array_equal(one.decode(plain[50]), expected)

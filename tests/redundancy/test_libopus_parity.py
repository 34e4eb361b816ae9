"""Every network and payload beside libopus's own, on stored vectors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.redundancy.libopus_vectors import rms, snr_db, vectors
from vivavoce.blocks import find_addon, load_addon
from vivavoce.redundancy.codec.dred.decoder import DredDecoder
from vivavoce.redundancy.codec.dred.encoder import DredEncoder
from vivavoce.redundancy.codec.dred.payload import RateAllocation
from vivavoce.redundancy.codec.dred.pitch_features import load_pitch_features
from vivavoce.redundancy.codec.dred.statistics import read_statistics
from vivavoce.redundancy.codec.payload_codec import PayloadCodec, load_codec
from vivavoce.redundancy.concealment.fargan import Fargan
from vivavoce.redundancy.concealment.plc_predictor import PlcPredictor
from vivavoce.redundancy.features import features

WITHIN = 0.02
"""Root mean square, in units of features."""


@pytest.fixture(scope="module")
def codec() -> PayloadCodec:
    return load_codec("dred")


@pytest.fixture(scope="module")
def fargan() -> Fargan:
    return Fargan.load()


def encoder_of(rates: RateAllocation) -> DredEncoder:
    addon = load_addon(find_addon("dred"))
    return DredEncoder(load_pitch_features(), addon.network("encoder"), read_statistics(addon), rates)


def sound() -> np.ndarray:
    return (vectors()["samples"] / 32768).astype(np.float32)


def test_features_and_pitch() -> None:
    finder = load_pitch_features()
    _, found = finder.step(finder.initial_state(), sound())
    assert rms(found - vectors()["features"]) < 0.01


def test_features_in_pieces_are_the_same() -> None:
    finder = load_pitch_features()
    state, pieces = finder.initial_state(), []
    for packet in sound()[: 60 * 320].reshape(-1, 320):
        state, rows = finder.step(state, packet)
        pieces.append(rows)
    assert np.abs(np.concatenate(pieces) - finder.step(finder.initial_state(), sound()[: 60 * 320])[1]).max() < 1e-5


def test_our_own_pitch_is_nearly_libopuss() -> None:
    theirs = vectors()["features"]
    ours = features(sound())[: len(theirs)]
    voiced = (theirs[:, 19] > 0.2) & (theirs[:, 0] > -2)
    assert rms((ours - theirs)[:, :18]) < 0.02
    assert np.mean(np.abs((ours - theirs)[voiced, 18]) < 0.05) > 0.9


def test_latents() -> None:
    network = load_addon(find_addon("dred")).network("encoder")
    rows = vectors()["features"].reshape(1, -1, 40)
    _, made = network.step(network.initial_state({}), {"features": rows}, rows.shape[1])
    assert rms(made["latents"][0, ::10] - vectors()["latents"]) < 0.02
    assert rms(made["starts"][0, ::10] - vectors()["starts"]) < 0.1


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_payloads_mean_the_same_to_both(whose: str) -> None:
    """What libopus reads out of its payloads and of ours, and what we read."""
    addon, stored = load_addon(find_addon("dred")), vectors()
    as_libopus = DredDecoder(addon.network("decoder"), read_statistics(addon), hold=False)
    for number in range(5):
        decoded = as_libopus.decode(stored[f"{whose}_{number}"].tobytes())
        expected = stored[f"{whose}_{number}_features"]
        assert decoded.wire_offset == int(stored[f"{whose}_{number}_offset"])
        assert decoded.frames.shape == expected.shape
        assert rms(decoded.frames - expected) < WITHIN


def test_the_pitch_of_the_further_past_holds() -> None:
    """libopus's decoder reads zero for what coarse levels leave out, and sings beyond 0.2 s; ours goes on."""
    addon, finder = load_addon(find_addon("dred")), encoder_of(RateAllocation(6, 5))
    truth, wrong = vectors()["features"], {}
    for hold in (False, True):
        decoder, found = DredDecoder(addon.network("decoder"), read_statistics(addon), hold=hold), []
        state = finder.initial_state()
        for number, packet in enumerate(sound()[: len(truth) * 160].reshape(-1, 320)):
            state = finder.step(state, packet)
            if number >= 40 and (payload := finder.encode(state)):
                decoded = decoder.decode(payload)
                rows = [(decoded.packet(back), truth[2 * (number - back)]) for back in range(12, 24)]
                found += [abs(row[0, 18] - real[18]) for row, real in rows if row is not None and real[19] > 0.2]
        wrong[hold] = 12 * float(np.median(found))
    assert wrong[False] > 1.5  # semitones
    assert wrong[True] < 0.65 * wrong[False]


def test_our_payloads_are_as_they_were_when_libopus_read_them(codec: PayloadCodec) -> None:
    from vivavoce.transport.sender import Protector, chunks

    protector, stored = Protector(replace(codec, encoder=encoder_of(RateAllocation(6, 5)))), vectors()
    packets = [protector.step(piece).data for piece in chunks([sound()])][:61]
    for number, place in ((0, 20), (1, 40), (2, 60)):
        payload = stored[f"ours_{number}"].tobytes()
        assert packets[place].endswith(payload)


def test_the_vocoder(fargan: Fargan) -> None:
    """Chaos grows in an autoregressive network: exact at first, and near for 200 ms, as libopus's builds among them."""
    rows = vectors()["features"]
    after_200_ms = []
    for place, spoken in zip(vectors()["places"].tolist(), vectors()["spoken"], strict=True):
        state = fargan.start(sound()[160 * place - 320 : 160 * place], rows[place - 3 : place + 2])
        _, samples = fargan.speak(state, rows[place + 2 : place + 22])
        assert snr_db(spoken[:160], samples[:160]) > 60.0
        after_200_ms.append(snr_db(spoken, samples))
    assert min(after_200_ms) > 15.0


def test_the_vocoder_in_pieces_is_the_same(fargan: Fargan) -> None:
    rows = vectors()["features"]
    state = fargan.start(sound()[15_680:16_000], rows[97:102])
    _, whole = fargan.speak(state, rows[102:112])
    pieces = []
    for row in rows[102:112]:
        state, samples = fargan.speak(state, row[None])
        pieces.append(samples)
    assert snr_db(whole, np.concatenate(pieces)) > 60.0


def test_the_predictor() -> None:
    addon = load_addon(find_addon("plc-predictor"))
    network = addon.network("predictor")
    inputs = vectors()["predictor_inputs"]
    _, made = network.step(network.initial_state({}), {"frame": inputs[None]}, len(inputs))
    assert rms(made["prediction"][0] - vectors()["predicted"]) < 0.01


def test_guesses_only_fade() -> None:
    predictor, rows = PlcPredictor.load(), vectors()["features"]
    state = predictor.hear(predictor.initial_state(), rows[60:84], sound()[60 * 160 : 84 * 160])
    _, guesses = predictor.guess(state, 40)
    assert guesses[30:, 0].max() < -10.0
    assert np.isfinite(guesses).all()

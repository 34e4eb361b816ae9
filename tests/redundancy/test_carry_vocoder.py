"""The 16 kHz vocoder: the stream is the whole, pitch and level survive, torch and numpy do the same arithmetic."""

from pathlib import Path

import numpy as np
import pytest

from tests.redundancy.carry_networks import carry_addons
from tests.redundancy.sounds import hiss, vowel
from vivavoce.errors import InputError
from vivavoce.redundancy.concealment.plc_vocoder import CarryVocoder
from vivavoce.redundancy.concealment.source_filter import excitation, filtered, filters
from vivavoce.redundancy.features import HOP, RATE_HZ, Array, features, periods


@pytest.fixture(scope="module")
def vocoder(tmp_path_factory: pytest.TempPathFactory) -> CarryVocoder:
    folder: Path = tmp_path_factory.mktemp("addons")
    carry_addons(folder)
    return CarryVocoder.load(folder / "carry-vocoder")


def spoken(vocoder: CarryVocoder, rows: Array, sizes: list[int]) -> Array:
    state, pieces, start = vocoder.initial_state(), [], 0
    for size in sizes:
        state, piece = vocoder.step(state, rows[start : start + size])
        pieces.append(piece)
        start += size
    return np.concatenate(pieces)


@pytest.mark.parametrize("sizes", [[1] * 100, [1, 99], [0, 40, 0, 60], [33, 33, 34]])
def test_a_stream_in_pieces_is_the_whole(vocoder: CarryVocoder, sizes: list[int]) -> None:
    rows = features(vowel())
    whole = spoken(vocoder, rows, [100])
    assert len(whole) == 99 * HOP
    assert np.abs(spoken(vocoder, rows, sizes) - whole).max() < 1e-5


def test_each_row_but_the_first_makes_a_frame_at_once(vocoder: CarryVocoder) -> None:
    state = vocoder.initial_state()
    for number, row in enumerate(features(vowel(0.1))):
        state, made = vocoder.step(state, row[None])
        assert len(made) == (HOP if number else 0)


def test_sound_needs_nothing_later(vocoder: CarryVocoder) -> None:
    rows = features(vowel())
    other = rows.copy()
    other[50:] = features(hiss())[50:]
    early = 49 * HOP
    assert np.array_equal(vocoder.whole(rows)[:early], vocoder.whole(other)[:early])


def test_the_same_features_are_the_same_sound(vocoder: CarryVocoder) -> None:
    rows = features(vowel())
    assert np.array_equal(vocoder.whole(rows), vocoder.whole(rows))


@pytest.mark.parametrize("f0_hz", [90.0, 130.0, 220.0])
def test_pitch_survives(vocoder: CarryVocoder, f0_hz: float) -> None:
    rows = features(vowel(f0_hz=f0_hz))
    again = features(vocoder.whole(rows))
    ratio = np.median(periods(again)[10:-5] / periods(rows)[10:-5])
    assert ratio == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("loudness", [0.001, 0.05, 0.3])
def test_level_survives(vocoder: CarryVocoder, loudness: float) -> None:
    sound = vowel(loudness=loudness)
    made = vocoder.whole(features(sound))
    assert 20 * np.log10(np.std(made) / np.std(sound)) == pytest.approx(0.0, abs=3.0)


def test_silence_is_silent(vocoder: CarryVocoder) -> None:
    assert np.abs(vocoder.whole(features(np.zeros(RATE_HZ, np.float32)))).max() < 1e-3


def test_what_is_no_feature_is_refused(vocoder: CarryVocoder) -> None:
    rows = features(vowel(0.1))
    rows[3, 7] = np.nan
    with pytest.raises(InputError, match="frame 3"):
        vocoder.whole(rows)
    with pytest.raises(InputError, match="20"):
        vocoder.whole(np.zeros((4, 18), np.float32))


def test_features_out_of_this_world_stay_finite(vocoder: CarryVocoder) -> None:
    wild = np.random.default_rng(2).choice([-1e30, 1e30, 0.0], (40, 20)).astype(np.float32)
    assert np.isfinite(vocoder.whole(wild)).all()


def test_torch_and_numpy_do_the_same_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    from vivavoce.training.networks import carry_vocoder as trained

    random = np.random.default_rng(3)
    maps = [random.normal(-4.0, 1.0, (13, 161)).astype(np.float32) for _ in range(4)]
    log_f0 = np.linspace(4.8, 5.2, 13, dtype=np.float32)
    sources, _ = excitation(log_f0, 0.0, 0)
    ours, _ = filtered(sources, filters(*maps), np.zeros(352, np.float32))
    monkeypatch.setattr(trained, "excitation", lambda _: torch.from_numpy(sources)[None])
    theirs = trained.synthesise([torch.from_numpy(x)[None] for x in maps], torch.from_numpy(log_f0)[None])
    assert np.abs(theirs[0].numpy() - ours).max() < 1e-5

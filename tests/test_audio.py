from pathlib import Path

import numpy as np
import pytest
import soundfile

from vivavoce.audio import Audio, AudioError, read_audio, write_audio

TONE = Audio((0.5 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)).astype(np.float32), 24_000)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".opus"])
def test_written_sound_is_read_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tone{suffix}"
    write_audio(path, TONE)
    again = read_audio(path, 24_000)
    assert again.duration_s == pytest.approx(1.0, abs=0.03)
    assert np.sqrt(np.mean(again.samples**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.1)


def test_stereo_is_mixed_down_and_resampled(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([TONE.samples, np.zeros(24_000)], axis=1), 24_000)
    again = read_audio(path, 16_000)
    assert again.rate_hz == 16_000
    assert len(again.samples) == 16_000
    assert np.abs(again.samples).max() == pytest.approx(0.25, abs=0.02)


def test_text_named_wav_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "lie.wav"
    path.write_text("not sound")
    with pytest.raises(AudioError, match=r"lie\.wav: cannot be read"):
        read_audio(path)


def test_nan_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    soundfile.write(path, np.full(10, np.nan, np.float32), 24_000, subtype="FLOAT")
    with pytest.raises(AudioError, match="not numbers"):
        read_audio(path)


@pytest.mark.parametrize(("rate_hz", "samples"), [(1, 1000), (2_000_000, 1000), (24_000, 0), (24_000, 24_000 * 61)])
def test_what_is_no_recording_is_refused_before_it_is_resampled(tmp_path: Path, rate_hz: int, samples: int) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, np.zeros(samples), rate_hz)
    with pytest.raises(AudioError, match=r"odd\.wav: (is sampled at|holds no samples|lasts more than 60 s)"):
        read_audio(path, 16_000, most_s=60)


def test_louder_than_full_scale_is_clipped(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    soundfile.write(path, np.full((10, 2), 3e38, np.float32), 24_000, subtype="FLOAT")
    assert (read_audio(path).samples == 1.0).all()


def test_what_is_not_there_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"none\.wav: .*No such file"):
        read_audio(tmp_path / "none.wav")
    with pytest.raises(AudioError, match="Is a directory"):
        read_audio(tmp_path)


def test_unknown_suffix_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="unknown audio suffix"):
        write_audio(tmp_path / "tone.xyz", TONE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("samples", "rate_hz"), [(np.zeros((9, 2)), 24_000), (np.float32(0), 24_000), (np.zeros(9), 0)]
)
def test_what_is_no_mono_sound_is_refused(samples: np.ndarray, rate_hz: int) -> None:
    with pytest.raises(AudioError, match="give one channel|give a rate over 0"):
        Audio(samples, rate_hz)


@pytest.mark.parametrize(("suffix", "subtype"), [("wav", "PCM_16"), ("aiff", "PCM_16"), ("au", "FLOAT")])
def test_a_recording_that_is_cut_short_is_refused(tmp_path: Path, suffix: str, subtype: str) -> None:
    path = tmp_path / f"cut.{suffix}"
    soundfile.write(path, TONE.samples, 24_000, subtype=subtype)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AudioError, match=rf"cut\.{suffix}: is cut short, 0\.\d+ of 1\.00 s are there: get it again"):
        read_audio(path)


@pytest.mark.parametrize("said", [0xFFFF_FFFF, 0x7FFF_F000, 48_000 + 36])
def test_sizes_that_pipes_and_careless_writers_leave_in_a_header_are_no_cut(tmp_path: Path, said: int) -> None:
    path = tmp_path / "piped.wav"
    soundfile.write(path, TONE.samples, 24_000, subtype="PCM_16")
    data = path.read_bytes()
    place = data.index(b"data") + 4
    path.write_bytes(data[:place] + said.to_bytes(4, "little") + data[place + 4 :])
    assert len(read_audio(path).samples) == 24_000


def test_damage_that_libsndfile_has_no_words_for_is_still_said(tmp_path: Path) -> None:
    path = tmp_path / "cut.flac"
    rng = np.random.default_rng(0)
    soundfile.write(path, 0.1 * rng.standard_normal(32_000), 16_000)
    path.write_bytes(path.read_bytes()[:28_000])
    with pytest.raises(AudioError, match=r"cannot be read as audio \(.+\)"):
        read_audio(path)

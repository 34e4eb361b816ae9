"""What people are asked, what they answer, and what is kept of it."""

import json
import threading
import wave
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.errors import InputError
from vivavoce.inspection.defect import Defect
from vivavoce.inspection.defects.audio_artifacts.detect import AudioArtifacts
from vivavoce.inspection.labels import Candidate, Label, LabelServer, append_label, candidates, rank, read_labels
from vivavoce.inspection.labels.examples import Examples, Moment
from vivavoce.inspection.labels.shown import png_of, wav_of
from vivavoce.inspection.simulation import Clip, write_clip


def test_the_last_label_of_a_moment_counts(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    assert read_labels(path) == []
    for answer in ("hum", "none"):
        append_label(path, Label("sound", "ä.wav", 2.0, answer, 1.5))
    append_label(path, Label("sound", "ä.wav", 3.0, "hiss"))
    assert [(label.start_s, label.answer) for label in read_labels(path)] == [(2.0, "none"), (3.0, "hiss")]


@pytest.mark.parametrize(
    "line", ["{", "[]", '"x"', '{"kind": 1, "file": "x", "start_s": 0, "answer": "y"}', '{"kind": "sound"}']
)
def test_what_is_no_label_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labels.jsonl"
    append_label(path, Label("sound", "x", 0.0, "none"))
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(InputError, match="labels.jsonl:2: not a label"):
        read_labels(path)


@given(st.text(max_size=40))
def test_any_other_file_is_refused_or_empty(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    path.write_text(text, encoding="utf-8")
    try:
        assert read_labels(path) == []
    except InputError as error:
        assert "\n" not in str(error)


def test_pictures_and_sounds_are_shown_as_they_are() -> None:
    luma = np.arange(64 * 48, dtype=np.uint16).reshape(48, 64).astype(np.uint8)
    with av.open(BytesIO(png_of(luma)), "r") as container:
        shown = next(container.decode(video=0)).to_ndarray(format="gray")
    np.testing.assert_array_equal(shown, luma)
    with av.open(BytesIO(png_of(np.zeros((100, 3000), np.uint8))), "r") as container:
        assert container.streams.video[0].width == 960
    with wave.open(BytesIO(wav_of(np.array([0.0, 0.5, -2.0], np.float32)))) as file:
        assert np.frombuffer(file.readframes(3), "<i2").tolist() == [0, 16383, -32767]


@pytest.fixture
def media(tmp_path: Path) -> list[Path]:
    """Two short sounds and a file that is none."""
    paths = [tmp_path / name for name in ("one.mkv", "two.mkv", "three.mkv")]
    for path in paths[:2]:
        write_clip(path, Clip(sound=np.random.default_rng(0).uniform(-0.1, 0.1, (1, 9600)).astype(np.float32)))
    paths[2].write_text("no media")
    return paths


def _ranked(
    monkeypatch: pytest.MonkeyPatch, media: list[Path], likely: dict[float, float], wanted: int, **options: object
) -> list[Candidate]:
    def moments(opened: object) -> Iterator[Moment]:
        for start_s, hum in likely.items():
            yield Moment(start_s, {"none": 1 - hum, "hum": hum}, "audio/wav", lambda: b"sound")

    defect = Defect("hum", AudioArtifacts, examples=Examples("sound", moments, ("none", "hum")))
    monkeypatch.setattr(candidates, "all_defects", lambda: (defect,))
    return rank(media, "sound", wanted, **options)  # pyright: ignore[reportArgumentType]


def test_the_least_sure_come_first_not_two_from_one_place(monkeypatch: pytest.MonkeyPatch, media: list[Path]) -> None:
    likely = {0.0: 0.99, 10.0: 0.5, 11.0: 0.49, 20.0: 0.3}
    got = _ranked(monkeypatch, media[:1], likely, 8)
    assert [candidate.start_s for candidate in got] == [10.0, 20.0, 0.0]
    assert got[0].informativeness == pytest.approx(1.0)


def test_one_file_does_not_fill_the_list(monkeypatch: pytest.MonkeyPatch, media: list[Path]) -> None:
    got = _ranked(monkeypatch, media[:2], {10.0 * n: 0.5 - 0.01 * n for n in range(8)}, 4)
    assert [Path(candidate.file).name for candidate in got[:2]] == ["one.mkv", "two.mkv"]
    assert len(got) == 4


def test_what_is_known_is_not_asked_and_what_is_broken_is_told(
    monkeypatch: pytest.MonkeyPatch, media: list[Path]
) -> None:
    told: list[tuple[str, bool]] = []
    known = {(str(media[0]), 0.0)}
    got = _ranked(
        monkeypatch,
        [media[0], media[2]],
        {0.0: 0.5},
        4,
        known=known,
        on_file=lambda path, error: told.append((path.name, bool(error))),
    )
    assert got == []
    assert told == [("one.mkv", False), ("three.mkv", True)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LabelServer]:
    asked = [
        Candidate("sound", f"/films/{n}.wav", float(n), {"none": 0.5, "hum": 0.5}, "audio/wav", b"RIFF", 1.0)
        for n in range(2)
    ]
    with LabelServer(asked, ("none", "hum"), tmp_path / "labels.jsonl") as serving:
        thread = threading.Thread(target=serving.serve)
        thread.start()
        yield serving
        serving.stop()
        thread.join()


def _post(url: str, said: object) -> int:
    with urlopen(Request(url + "label", json.dumps(said).encode())) as answer:
        return answer.status


def test_the_page_shows_candidates_and_keeps_answers(server: LabelServer) -> None:
    with urlopen(server.url) as page:
        assert b"vivavoce label" in page.read()
    with urlopen(server.url + "candidates") as listing:
        shown = json.load(listing)
    assert [one["file"] for one in shown["candidates"]] == ["0.wav", "1.wav"]
    with urlopen(server.url + "1") as sound:
        assert (sound.read(), sound.headers["Content-Type"]) == (b"RIFF", "audio/wav")
    assert _post(server.url, {"number": 1, "answer": "hum"}) == 200
    assert read_labels(server.labels) == [Label("sound", "/films/1.wav", 1.0, "hum", 1.0)]


@pytest.mark.parametrize(
    "said", [{"number": 7, "answer": "hum"}, {"number": 0, "answer": "worms"}, [], {"number": -1, "answer": "hum"}]
)
def test_answers_that_there_are_not_are_refused(server: LabelServer, said: object) -> None:
    with pytest.raises(HTTPError) as error:
        _post(server.url, said)
    error.value.close()
    assert error.value.code == 400
    assert read_labels(server.labels) == []


def test_nothing_without_the_key(server: LabelServer) -> None:
    root = server.url.removesuffix(f"{server.key}/")
    for url in (root, f"{root}wrong/candidates", f"{server.url}9", f"{server.url}../etc"):
        with pytest.raises(HTTPError) as error:
            urlopen(url)
        error.value.close()
        assert error.value.code == 404

"""Sounds like speech, and tests made of them."""

import dataclasses
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import uvicorn

from vivavoce.audio import Audio, write_audio
from vivavoce.listening.build import build
from vivavoce.listening.compose import compose, file_sounds
from vivavoce.listening.definition import Listening, ListeningTest
from vivavoce.listening.hall import Hall
from vivavoce.listening.recipe import recipe_of
from vivavoce.listening.server import application, free_socket

RATE_HZ = 24_000


def speech(seed: int, seconds: float = 1.2, level: float = 0.2) -> np.ndarray:
    """Syllables of harmonics with pauses between them, (samples,) at 24 kHz."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    pitch = 110 + 30 * rng.random() + 20 * np.sin(2 * np.pi * 1.3 * time_s)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    voice = sum(np.sin(k * phase) / k for k in range(1, 40))
    syllables = np.clip(np.sin(2 * np.pi * (3 + rng.random()) * time_s + 6 * rng.random()), 0, 1)
    return (level * voice * syllables / 3 + 1e-4 * rng.standard_normal(len(time_s))).astype(np.float32)


def material(folder: Path, systems: tuple[str, ...] = ("one", "two"), items: int = 3, seconds: float = 1.2) -> Path:
    """A folder of sounds for each system, and `reference`; each system's is the reference with its own noise."""
    for number, system in enumerate(("reference", *systems)):
        (folder / system).mkdir(parents=True)
        for item in range(items):
            rng = np.random.default_rng(100 * number + item)
            clean = speech(item, seconds)
            noise = number * 2e-3 * rng.standard_normal(len(clean))
            write_audio(folder / system / f"item{item}.wav", Audio((clean + noise).astype(np.float32), RATE_HZ))
    return folder


def built(folder: Path, place: Path, **recipe: object) -> ListeningTest:
    """A test of the sounds in `place`, built in `folder`."""
    systems = {path.name: str(path) for path in sorted(place.iterdir()) if path.name != "reference"}
    made = recipe_of({"id": "try", "systems": systems, **recipe}, "recipe", place)
    made = dataclasses.replace(made, listening=Listening.START)
    return build(compose(made, file_sounds(made)), folder, strict=made.strict)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sounds, and the test of them that `mushra` hands out."""
    place = tmp_path_factory.mktemp("listening")
    questions = [{"name": "age", "type": "number"}, {"name": "device", "choices": ["headphones", "loudspeakers"]}]
    sounds = material(place / "sounds")
    built(place / "test", sounds, reference="reference", anchors=True, questionnaire=questions)
    return place


@pytest.fixture
def sounds(tmp_path: Path, made_once: Path) -> Path:
    """A folder of sounds for the reference and two systems, three items."""
    return shutil.copytree(made_once / "sounds", tmp_path / "sounds")


@pytest.fixture
def mushra(tmp_path: Path, made_once: Path) -> Path:
    """A test folder: two systems, three items, hidden reference and anchors, questions at the end."""
    return shutil.copytree(made_once / "test", tmp_path / "test")


class Serving:
    """A server in a thread."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.hall = Hall(folder, **options)  # type: ignore[arg-type]
        listening = free_socket("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        self._server = uvicorn.Server(uvicorn.Config(application(self.hall), log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, args=([listening],))

    def __enter__(self) -> "Serving":
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, *error: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)


@pytest.fixture
def served(mushra: Path) -> Iterator[Serving]:
    with Serving(mushra) as serving:
        yield serving

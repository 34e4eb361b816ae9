"""From an `Utterance` to sound."""

from vivavoce.voice.acoustics import AcousticInputs, AcousticOverrides, ProsodySource
from vivavoce.voice.load import DEFAULT_VOICE, load_voice, shared_voice
from vivavoce.voice.speech_chunk import SpeechChunk, concatenate
from vivavoce.voice.style import Pauses, SpeakingStyle
from vivavoce.voice.synthesizer import Voice
from vivavoce.voice.timing import SpeechMark

__all__ = [
    "DEFAULT_VOICE",
    "AcousticInputs",
    "AcousticOverrides",
    "Pauses",
    "ProsodySource",
    "SpeakingStyle",
    "SpeechChunk",
    "SpeechMark",
    "Voice",
    "concatenate",
    "load_voice",
    "shared_voice",
]

"""From an `Utterance` to sound."""

from vivavoce.voice.synthesizer import SpeechChunk, Voice, load_voice
from vivavoce.voice.timing import SpeechMark

__all__ = ["SpeechChunk", "SpeechMark", "Voice", "load_voice"]

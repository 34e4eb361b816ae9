"""Where spoken sound goes: a file of its own name, a spool beside it that can be resumed, or standard output."""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from vivavoce.audio import format_of
from vivavoce.blocks.addon import load_addon
from vivavoce.blocks.lookup import addons, find_addon
from vivavoce.errors import InputError
from vivavoce.text.lexicon import Lexicon
from vivavoce.voice.spool import SynthesisSpool
from vivavoce.voice.style import SpeakingStyle

DEFAULT_STEM = "speech"
DECIDES_PROSODY = ("prosody", "parser")
"""Kinds of addon that a sentence's prosody depends on."""


def choose_output(arguments: argparse.Namespace) -> Path | None:
    """The file to write; None if sound goes to standard output alone. Settles `arguments.stream`.

    A file that nobody named takes the first free one of `speech.wav`, `speech-2.wav` and so on. Raises `InputError`
    for options that do not go together.
    """
    wanted = arguments.output
    if wanted == "-":
        if arguments.format:
            raise InputError(f"standard output takes raw PCM alone; give -o with a file for {arguments.format}")
        arguments.stream, wanted = True, None
    elif wanted == "":
        raise InputError("-o is empty, name a file or - for standard output")
    elif wanted is None and not arguments.stream and not arguments.protect:
        wanted = _free_name(arguments.format or "wav", arguments.resume)
    if arguments.stream and sys.stdout is None:
        raise InputError("standard output is closed, give -o with a file")
    if wanted is None and arguments.resume:
        raise InputError("--resume needs -o with a file, a stream cannot be taken up again")
    for path in (arguments.marks, arguments.html):
        if path and str(path) in ("-", "."):
            raise InputError("--marks and --html need the name of a file")
    if arguments.resume and arguments.html:
        raise InputError("--html needs the whole sound in memory, leave --resume out")
    output = Path(wanted) if wanted is not None else None
    if output and not arguments.format:
        format_of(output)
    return output


def _free_name(suffix: str, resumes: bool) -> str:
    first = f"{DEFAULT_STEM}.{suffix}"
    if resumes:
        return first
    numbered = (f"{DEFAULT_STEM}-{number}.{suffix}" for number in count(2))
    return first if not Path(first).exists() else next(name for name in numbered if not Path(name).exists())


@contextmanager
def open_spool(
    arguments: argparse.Namespace, output: Path | None, key: Callable[[], str]
) -> Generator[SynthesisSpool, None, None]:
    """Where the sound is put together: a folder beside the output that is removed, unless it is to be resumed, by
    `key`."""
    if output and arguments.resume:
        spool = SynthesisSpool(output.with_name(f"{output.name}.part"), key())
        if spool.done.sentences:
            print(f"{output}: going on after {spool.done.sentences} sentences", file=sys.stderr)
        try:
            yield spool
        except BaseException:
            spool.close()
            raise
        spool.remove()
        return
    with _folder_beside(output) as folder:
        spool = SynthesisSpool(Path(folder), "")
        try:
            yield spool
        finally:
            spool.close()


def _folder_beside(output: Path | None) -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(
            prefix=".vivavoce-", dir=output.parent if output else None, ignore_cleanup_errors=True
        )
    except OSError as error:
        raise InputError(f"{output}: cannot be written, {error.strerror}") from None


def resume_key(source: str, lexicon: Lexicon | None, arguments: argparse.Namespace, style: SpeakingStyle) -> str:
    """Whatever decides how the text sounds: a spool of another key is not gone on with."""
    names = [arguments.voice]
    if arguments.prosody != "none":
        names += [name for name, path in addons().items() if load_addon(path).manifest.kind in DECIDES_PROSODY]
    weights = [load_addon(find_addon(name)).manifest.files for name in names]
    prosody = (arguments.prosody, arguments.temperature, arguments.seed)
    said = (style.speaker, style.rate, style.pitch_semitones, style.pauses)
    decisive = (source, arguments.ssml, lexicon, *said, prosody, weights)
    return hashlib.sha256(repr(decisive).encode("utf-8", "surrogatepass")).hexdigest()

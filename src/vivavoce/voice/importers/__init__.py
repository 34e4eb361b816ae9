"""Voices that people already have, as addons: models of other projects cut into networks that stream."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.voice.importers.graph import Graph
from vivavoce.voice.importers.hibari import import_hibari, is_hibari, package_assets
from vivavoce.voice.importers.install import ImportedVoice, addon_name, free_target, install, read_model
from vivavoce.voice.importers.kokoro import Tell, import_kokoro, is_kokoro, package_model
from vivavoce.voice.importers.piper import import_piper, is_piper

__all__ = ["ImportedVoice", "default_name", "free_target", "import_voice", "install"]

HIBARI, KOKORO = "hibari", "kokoro"


def default_name(source: str) -> str:
    """What the addon of a source is called unless it is given a name."""
    return addon_name(Path(source).stem)


def import_voice(
    source: str,
    name: str | None = None,
    *,
    voices: Path | None = None,
    speakers: Sequence[str] = (),
    tell: Tell | None = None,
) -> ImportedVoice:
    """`hibari` or `kokoro`, which are installed packages, or the path of an `.onnx` file, as an addon named `name`.

    `voices` is Kokoro's file or folder of voices and `speakers` are those of them that are wanted; `tell` hears how
    many of how many are measured. Raises `InputError` for what is no voice that can be read here, naming the file and
    what is wrong with it.
    """
    name = addon_name(name) if name else default_name(source)
    if source == KOKORO:
        data, place = package_model()
    else:
        path = package_assets() / "hibari.onnx" if source == HIBARI else Path(source)
        if path.suffix != ".onnx":
            raise InputError(f"{source}: give {HIBARI}, {KOKORO}, or an .onnx file of hibari, Kokoro or Piper")
        data, place = read_model(path), str(path)
    graph = Graph(data, place)
    if is_kokoro(graph):
        return import_kokoro(graph, data, name, voices, speakers, tell)
    if voices or speakers:
        raise InputError(f"{place}: is no Kokoro model, so --voices and --speakers say nothing to it")
    if is_hibari(graph):
        return import_hibari(graph, data, name)
    if is_piper(graph):
        return import_piper(graph, data, Path(place), name)
    reads = ", ".join(sorted(graph.inputs)[:8])
    raise InputError(f"{place}: is no voice that is known here; it reads {reads}")

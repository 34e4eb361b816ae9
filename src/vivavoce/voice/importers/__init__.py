"""Voices that people already have, as addons: models of other projects cut into networks that stream."""

from __future__ import annotations

from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.voice.importers.graph import Graph
from vivavoce.voice.importers.hibari import import_hibari, is_hibari, package_assets
from vivavoce.voice.importers.install import ImportedVoice, addon_name, install, read_model
from vivavoce.voice.importers.piper import import_piper, is_piper

__all__ = ["ImportedVoice", "import_voice", "install"]

HIBARI = "hibari"
KOKORO_INPUTS = ({"tokens", "style", "speed"}, {"input_ids", "style", "speed"})


def import_voice(source: str, name: str | None = None) -> ImportedVoice:
    """`hibari`, which is the installed package, or the path of an `.onnx` file, as an addon named `name`.

    Raises `InputError` for what is no voice that can be read here, naming the file and what is wrong with it.
    """
    path = package_assets() / "hibari.onnx" if source == HIBARI else Path(source)
    if path.suffix != ".onnx":
        raise InputError(f"{source}: give {HIBARI}, or an .onnx file of hibari or Piper")
    data = read_model(path)
    graph = Graph(data, str(path))
    if is_hibari(graph):
        return import_hibari(graph, data, addon_name(name or path.stem))
    if is_piper(graph):
        return import_piper(graph, data, path, addon_name(name or path.stem))
    if graph.inputs in KOKORO_INPUTS:
        raise InputError(f"{path}: is Kokoro-82M, which cannot be cut into blocks yet; hibari, taught by it, can")
    reads = ", ".join(sorted(graph.inputs)[:8])
    raise InputError(f"{path}: is no voice that is known here; it reads {reads}")

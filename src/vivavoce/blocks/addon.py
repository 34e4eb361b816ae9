"""Addons: models as data. A folder or zip with `addon.json` and the files that it names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from vivavoce.blocks.block import Block, StreamableBlock
from vivavoce.blocks.build import AddonBuilder, build_root
from vivavoce.blocks.files import SHIPPED, AddonFiles, FolderFiles, ZipFiles
from vivavoce.blocks.json_values import MAX_BYTES, parse_json
from vivavoce.blocks.manifest import AddonManifest, read_manifest
from vivavoce.blocks.network import Network
from vivavoce.blocks.onnx_check import check_onnx
from vivavoce.blocks.targets import Target, read_target
from vivavoce.blocks.tensors import connect
from vivavoce.errors import InputError

MANIFEST_FILE = "addon.json"


@dataclass(frozen=True)
class Addon:
    """A model on disk, described and not yet loaded."""

    path: Path
    manifest: AddonManifest
    files: AddonFiles

    def read(self, name: str) -> bytes:
        """One of the files that `addon.json` lists.

        Raises `InputError` when it is not listed, missing, or not of the stated size and sha256.
        """
        entry = self.manifest.files.get(name)
        if entry is None:
            raise InputError(f'{self.path}: "{name}" is not listed in "files"')
        data = self.files.read(name, entry.bytes)
        if len(data) != entry.bytes:
            raise InputError(f"{self.path}: {name} has {len(data)} bytes, addon.json says {entry.bytes}")
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise InputError(f"{self.path}: {name} does not have the sha256 of addon.json, it was changed or damaged")
        return data

    def network(self, name: str, target: Target | None = None) -> Network:
        """Load one network on `target`, or on the one that `addon.json` names.

        Raises `InputError` when the file is not what was described or holds more than numbers and known operators.
        """
        entry = self.manifest.networks[name]
        place = f"{self.path}: networks.{name}"
        chosen = target or read_target(entry.target, f"{place}.target")
        model = self.read(entry.file)
        if self.path.parent != SHIPPED:  # those are checked by tests: a tenth of the time in which they load
            check_onnx(model, f"{place} ({entry.file})")
        return chosen.load(model, place)

    def build(self, target: Target | None = None) -> Block:
        """The addon's stack, loaded, with every wire checked.

        `target` runs all networks there in place of what the addon asks for. Raises `StackError` or `InputError`
        naming the block, the wire, expected and got; `InputError` for an addon without a stack.
        """
        if self.manifest.stack is None:
            raise InputError(f"{self.path}: has no stack to build, its networks are run by themselves")
        block = build_root(AddonBuilder(self, target), self.manifest.stack)
        self._check_inputs(block)
        return block

    def build_streamable(self, target: Target | None = None) -> StreamableBlock[Any]:
        """The same, for an addon whose stack must be streamable."""
        block = self.build(target)
        if not isinstance(block, StreamableBlock):
            raise InputError(f"{self.path}: stack is the sequence block {type(block).__name__}, which does not stream")
        return cast(StreamableBlock[Any], block)

    def check(self, target: Target | None = None) -> None:
        """Read every file and build the stack, or each network where there is none. Raises `InputError` at the first
        fault."""
        for name in self.manifest.files:
            self.read(name)
        if self.manifest.stack is not None:
            self.build(target)
            return
        for name in self.manifest.networks:
            self.network(name, target)

    def _check_inputs(self, block: Block) -> None:
        given, label = self.manifest.input_specs(), f"{self.path}: stack ({type(block).__name__})"
        if isinstance(block, StreamableBlock):
            connect(block.context_inputs, given, label, '"inputs" of addon.json')
            block.wire(self.manifest.upstream_specs(), f"{self.path}: stack", '"upstream" of addon.json')
        else:
            connect(block.inputs, given, label, '"inputs" of addon.json')


def load_addon(path: Path | str) -> Addon:
    """Read the description of an addon in a folder or zip. Networks are read when they are built.

    Raises `InputError` naming the place when anything is missing or not as the format asks.
    """
    path = Path(path)
    if not (path.is_dir() or path.is_file()):
        raise InputError(f"{path}: no addon there, give a folder or a zip")
    files = FolderFiles(path) if path.is_dir() else ZipFiles(path)
    place = f"{path}: {MANIFEST_FILE}"
    text = files.read(MANIFEST_FILE, MAX_BYTES)
    return Addon(path, read_manifest(parse_json(text, place), place), files)

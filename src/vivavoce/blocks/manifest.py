"""What `addon.json` says, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from vivavoce.blocks.files import MAX_FILE_BYTES, check_name
from vivavoce.blocks.json_values import read_dataclass, shown
from vivavoce.blocks.tensors import Dimension, Specs, TensorSpec
from vivavoce.errors import InputError
from vivavoce.json_types import is_list, is_object

FORMAT_VERSION = 1
MAX_FILES = 256
MAX_NETWORKS = 64
MAX_SPEAKER_NAME = 64
MAX_GAIN_DB = 40.0

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DTYPES = {"float16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool"}


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a file must be before it is opened."""

    sha256: str
    bytes: int

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256):
            raise InputError("sha256 is not 64 lower-case hexadecimal digits")
        if not 0 <= self.bytes <= MAX_FILE_BYTES:
            raise InputError(f"bytes is {self.bytes}, use 0 to {MAX_FILE_BYTES}")


@dataclass(frozen=True, slots=True)
class NetworkEntry:
    """One network: its file, where it runs (a name or an object, see `targets`), and what it is to the stack."""

    file: str
    target: Any = "cpu"
    role: str = ""


@dataclass(frozen=True, slots=True)
class InputEntry:
    """One tensor that whoever runs the addon must supply: `{"dtype": "int64", "shape": [1, "phonemes"]}`."""

    dtype: str
    shape: tuple[Any, ...]

    def __post_init__(self) -> None:
        if self.dtype not in _DTYPES:
            raise InputError(f"unknown dtype {shown(self.dtype)}, known are {', '.join(sorted(_DTYPES))}")
        for size in self.shape:
            if not (type(size) is str or (type(size) is int and size >= 0)):
                raise InputError(f"shape holds {shown(size)}, use sizes and names of dimensions")

    def spec(self, name: str) -> TensorSpec:
        shape: tuple[Dimension, ...] = self.shape
        return TensorSpec(name, self.dtype, shape)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the weights come from."""

    data: tuple[str, ...]
    recipe: str
    steps: int
    hardware: str
    figures: dict[str, float] = field(default_factory=dict[str, float])
    """Measured on held-out data, by name with the unit in it."""
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    """The whole of each recipe behind the weights, by name, as it was run."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody whom a voice can be."""

    name: str
    language: str = ""
    """BCP 47: `en-GB`. Empty where the addon's kind does not need it."""
    description: str = ""
    """One line: who it is, and whether a person or synthetic."""
    gender: str = ""
    """`female`, `male` or empty."""
    alphabet: str = ""
    """Whose sounds the speaker reads, where that is not the language: one taught from American phonemes reads
    `en-US`."""
    gain_db: float = 0.0
    """Measured: what brings the speaker to the loudness that all have."""

    def __post_init__(self) -> None:
        if not self.name or len(self.name) > MAX_SPEAKER_NAME:
            raise InputError(f"a speaker's name has 1 to {MAX_SPEAKER_NAME} characters")
        if not abs(self.gain_db) <= MAX_GAIN_DB:
            raise InputError(f"gain_db is {self.gain_db:g}, use -{MAX_GAIN_DB:g} to {MAX_GAIN_DB:g}")

    @property
    def reads(self) -> str:
        """The language in whose sounds texts are put before this speaker."""
        return self.alphabet or self.language


@dataclass(frozen=True, slots=True)
class AddonManifest:
    """The whole of `addon.json`."""

    format_version: int
    name: str
    kind: str
    summary: str
    licence: str
    attribution: str
    provenance: Provenance
    networks: dict[str, NetworkEntry]
    files: dict[str, FileEntry]
    stack: Any = None
    """How blocks are put together; None where the addon's networks are run one by one."""
    inputs: dict[str, InputEntry] = field(default_factory=dict[str, InputEntry])
    """Tensors of a whole utterance that the stack reads and no block of it makes."""
    upstream: dict[str, InputEntry] = field(default_factory=dict[str, InputEntry])
    """Tensors of the chunks that the stack takes, when it is not a source."""
    config: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Parameters by block type, for objects of the stack that leave them out."""
    sample_rate_hz: int | None = None
    hop: int | None = None
    """Samples of a frame, where the addon has a clock."""
    speakers: tuple[Speaker, ...] = ()
    """In `addon.json` a name alone will do where nothing else is known."""
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    """Whatever the addon's kind needs besides; not read here."""

    def __post_init__(self) -> None:
        for key, value in (("name", self.name), ("kind", self.kind)):
            if not _NAME.fullmatch(value):
                raise InputError(f'{key} {shown(value)} is not lower-case letters, digits, ".", "_" and "-"')
        if len(self.files) > MAX_FILES:
            raise InputError(f"{len(self.files)} files, at most {MAX_FILES} are read")
        if len(self.networks) > MAX_NETWORKS:
            raise InputError(f"{len(self.networks)} networks, at most {MAX_NETWORKS} are read")
        for name in self.files:
            check_name(name, "files")
        for name, network in self.networks.items():
            if network.file not in self.files:
                raise InputError(f'networks.{name}.file: {shown(network.file)} is not listed in "files"')
        if self.sample_rate_hz is not None and self.sample_rate_hz < 1:
            raise InputError(f"sample_rate_hz is {self.sample_rate_hz}")
        if self.hop is not None and not (self.sample_rate_hz and 1 <= self.hop <= self.sample_rate_hz):
            raise InputError(f"hop is {self.hop}, use 1 to the samples of a second, and say sample_rate_hz")
        if len({speaker.name for speaker in self.speakers}) < len(self.speakers):
            raise InputError("speakers: a name appears twice")

    @property
    def speaker_names(self) -> tuple[str, ...]:
        return tuple(speaker.name for speaker in self.speakers)

    @property
    def total_bytes(self) -> int:
        return sum(entry.bytes for entry in self.files.values())

    def input_specs(self) -> Specs:
        return {name: entry.spec(name) for name, entry in self.inputs.items()}

    def upstream_specs(self) -> Specs:
        return {name: entry.spec(name) for name, entry in self.upstream.items()}


def read_manifest(value: Any, place: str) -> AddonManifest:
    """Check a parsed `addon.json`. Raises `InputError` naming the JSON path."""
    version = value.get("format_version") if is_object(value) else None
    if type(version) is int and version != FORMAT_VERSION:
        raise InputError(f"{place}: format_version is {version}, this program reads {FORMAT_VERSION}")
    if is_object(value) and is_list(speakers := value.get("speakers")):
        value = {**value, "speakers": [{"name": item} if isinstance(item, str) else item for item in speakers]}
    return read_dataclass(AddonManifest, value, place)

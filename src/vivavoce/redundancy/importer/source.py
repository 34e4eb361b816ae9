"""The source package of libopus: a tar archive or the folder that it was unpacked into."""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from vivavoce.errors import InputError

NETWORKS = ("fargan", "dred_rdovae_enc", "dred_rdovae_dec", "dred_rdovae_stats", "plc", "pitchdnn")
_WANTED = {f"dnn/{name}_data.c" for name in NETWORKS} | {"dnn/dred_config.h", "COPYING", "package_version"}
_MAX_FILE = 64 << 20


@dataclass(frozen=True)
class LibopusSource:
    """The files of libopus that matter here, by their path in the package."""

    version: str
    files: dict[str, str]

    def weights(self, network: str) -> str:
        """The C file that holds a network's weights."""
        return self.files[f"dnn/{network}_data.c"]

    @property
    def copying(self) -> str:
        """libopus's licence."""
        return self.files["COPYING"]

    def constant(self, name: str) -> int:
        """A number that `dred_config.h` defines. Raises `InputError` where it does not."""
        found = re.search(rf"^#define {name} (\d+)", self.files["dnn/dred_config.h"], re.MULTILINE)
        if not found:
            raise InputError(f"dnn/dred_config.h: defines no {name}")
        return int(found[1])


def read_source(path: Path) -> LibopusSource:
    """Read `opus_1.6.1.orig.tar.xz`, or the folder unpacked from it. Raises `InputError` naming what is missing."""
    files = _read_folder(path) if path.is_dir() else _read_archive(path)
    missing = sorted(_WANTED - files.keys())
    if missing:
        raise InputError(f"{path}: no {missing[0]} in it: give the source package `opus`, version 1.6 or later")
    version = re.search(r"\d+\.\d+(\.\d+)?", files["package_version"])
    return LibopusSource(version[0] if version else "unknown", files)


def _read_folder(path: Path) -> dict[str, str]:
    return {name: (path / name).read_text("utf-8") for name in sorted(_WANTED) if (path / name).is_file()}


def _read_archive(path: Path) -> dict[str, str]:
    files: dict[str, str] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = member.name.partition("/")[2]
                if name in _WANTED and member.isfile() and member.size <= _MAX_FILE:
                    stream = archive.extractfile(member)
                    files[name] = stream.read().decode("utf-8") if stream else ""
    except (OSError, tarfile.TarError) as error:
        raise InputError(f"{path}: not a source package ({error})") from error
    return files

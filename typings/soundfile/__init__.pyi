from typing import Any

import numpy.typing as npt

class SoundFileError(Exception): ...
class SoundFileRuntimeError(SoundFileError, RuntimeError): ...

class LibsndfileError(SoundFileRuntimeError):
    code: int
    error_string: str

class Info:
    name: str
    samplerate: int
    channels: int
    frames: int
    duration: float
    format: str
    subtype: str

class SoundFile:
    extra_info: str
    samplerate: int
    channels: int
    frames: int
    format: str
    subtype: str
    def __init__(
        self,
        file: Any,
        mode: str | None = "r",
        samplerate: int | None = None,
        channels: int | None = None,
        subtype: str | None = None,
        endian: str | None = None,
        format: str | None = None,
        closefd: bool = True,
        compression_level: float | None = None,
        bitrate_mode: str | None = None,
    ) -> None: ...
    def __enter__(self) -> SoundFile: ...
    def __exit__(self, *exception: object) -> None: ...
    def __len__(self) -> int: ...
    def read(self, frames: int = -1, dtype: str = "float64", always_2d: bool = False) -> npt.NDArray[Any]: ...
    def write(self, data: npt.NDArray[Any]) -> None: ...
    def buffer_write(self, data: bytes, dtype: str) -> None: ...
    def seek(self, frames: int, whence: int = 0) -> int: ...
    def tell(self) -> int: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...

def info(file: Any, verbose: bool = False) -> Info: ...
def read(
    file: Any,
    frames: int = -1,
    start: int = 0,
    stop: int | None = None,
    dtype: str = "float64",
    always_2d: bool = False,
) -> tuple[npt.NDArray[Any], int]: ...
def write(
    file: Any,
    data: npt.ArrayLike,
    samplerate: int,
    subtype: str | None = None,
    endian: str | None = None,
    format: str | None = None,
    closefd: bool = True,
    compression_level: float | None = None,
    bitrate_mode: str | None = None,
) -> None: ...

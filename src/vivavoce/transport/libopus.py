"""libopus through ctypes: the shared library of the package opuslib-next-bundled, or else the system's.

Only the library is used, not the package's classes, so any libopus from 1.3 on will do.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_float, c_int, c_int32, c_ubyte, c_void_p
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from vivavoce.errors import InputError

OK = 0
APPLICATION_VOIP = 2048
SIGNAL_VOICE = 3001
SET_BITRATE = 4002
SET_MAX_BANDWIDTH = 4004
SET_VBR = 4006
SET_COMPLEXITY = 4010
SET_INBAND_FEC = 4012
SET_PACKET_LOSS = 4014
SET_DTX = 4016
SET_SIGNAL = 4024
GET_LOOKAHEAD = 4027
GET_FINAL_RANGE = 4031
BANDWIDTH_WIDE = 1103

_NAMES = ("libopus.so", "libopus.dylib", "opus.dll")


@cache
def load() -> ctypes.CDLL:
    """The library, its functions typed. `InputError` says what to install where there is none."""
    for path in (*_bundled_libraries(), find_library("opus")):
        if path:
            return _declare_types(ctypes.CDLL(str(path)))
    raise InputError("libopus is missing: pip install opuslib-next-bundled, or install your system's libopus")


def message(code: int) -> str:
    """What libopus says of an error code."""
    return load().opus_strerror(code).decode()


def _bundled_libraries() -> list[Path]:
    spec = find_spec("opuslib_next")
    folders = (spec.submodule_search_locations or []) if spec else []
    return [path for folder in folders for name in _NAMES if (path := Path(folder) / "_native" / name).is_file()]


def _declare_types(library: ctypes.CDLL) -> ctypes.CDLL:
    """Declare what is called, so that a pointer is never cut to an int."""
    handle, samples, data, status = c_void_p, POINTER(c_float), POINTER(c_ubyte), POINTER(c_int)
    signatures = {
        "opus_strerror": (c_char_p, [c_int]),
        "opus_encoder_create": (handle, [c_int32, c_int, c_int, status]),
        "opus_encoder_destroy": (None, [handle]),
        "opus_encode_float": (c_int32, [handle, samples, c_int, data, c_int32]),
        "opus_decoder_create": (handle, [c_int32, c_int, status]),
        "opus_decoder_destroy": (None, [handle]),
        "opus_decoder_get_size": (c_int, [c_int]),
        "opus_decode_float": (c_int, [handle, c_char_p, c_int32, samples, c_int, c_int]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    # The control functions take variable arguments; only the handle is declared.
    for control in (library.opus_encoder_ctl, library.opus_decoder_ctl):
        control.restype, control.argtypes = c_int, [handle, c_int]
    return library
